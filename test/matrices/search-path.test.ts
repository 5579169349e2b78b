import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { compareLive } from '../../src/cli/check.js';
import { assertSchemaName, SchemaMissing, SchemaNameError } from '../../src/connection/session-settings.js';
import { createDataSource } from '../../src/data-source.js';
import { createHealthCheck } from '../../src/health/check.js';
import { MigrationLockTimeout, MigrationSchemaMissing } from '../../src/operations/migrator/errors.js';
import { createLockKeys } from '../../src/operations/migrator/lock.js';
import { revertMigration, runMigrations } from '../../src/operations/migrator/runner.js';
import { useDatabase } from '../support/database.js';
import { preparedServer } from '../support/databases.js';
import { ask, withClient } from '../support/migrator/query.js';
import { tablesIn, withSchema } from '../support/schemas.js';
import { onServer, roleName, withUser } from '../support/sql.js';

jest.setTimeout(60_000);

describe('a schema name', () => {
  it.each(['public', 'agent_one', '_x', 'a'.repeat(63), 'name', 'app', 'data', 'pgx', 'information'])(
    'is accepted: %s',
    (name) => {
      expect(assertSchemaName(name)).toBe(name);
    },
  );

  it.each([
    ...[
      '',
      ' ',
      'Agent',
      'agent-one',
      'agent one',
      'agent.one',
      '1st',
      '"$user"',
      '$user',
      'agent_one, public',
      'ägent',
    ],
    ...['pg_temp', 'pg_catalog', 'pg_', 'information_schema', 'user', 'order', 'a'.repeat(64), 'agent\n', "a'b", 'a"b'],
    ...['postgres://me:hunter2@localhost/antone'],
  ])('is refused before connecting, by a message that does not repeat it: %j', (schema) => {
    const create = () => createDataSource({ url: 'postgres://me@localhost/antone', schema });
    expect(create).toThrow(SchemaNameError);
    expect(create).toThrow(/^The name of the schema is invalid. It must consist of 1 to 63 lower-case letters/);
    if (schema.length > 3) expect(create).not.toThrow(schema);
  });

  it('is refused when it is a keyword that PostgreSQL would have to quote', async () => {
    const words = await ask<{ word: string }>(
      preparedServer().url,
      'SELECT word FROM pg_get_keywords() WHERE quote_ident(word) <> word',
    );
    expect(words.length).toBeGreaterThan(120);
    expect(words.filter(({ word }) => accepts(word))).toEqual([]);
  });
});

function accepts(name: string): boolean {
  try {
    return assertSchemaName(name) === name;
  } catch {
    return false;
  }
}

describe('search_path', () => {
  const db = useDatabase();
  const role = roleName('agent');

  beforeAll(async () => {
    await onServer(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'invented'`);
  });

  afterAll(async () => {
    await onServer(`DROP ROLE ${role}`);
  });

  it('is public even where a schema has the name of the user, so that other users see the tables', async () => {
    const url = await db.create({ bare: true });
    await ask(url, `CREATE SCHEMA ${role}`);
    const asAgent = withUser(url, role, 'invented');
    await runMigrations(createDataSource({ url: asAgent, purpose: 'migrate' }));
    expect(await tablesIn(url)).toEqual({ public: 24 });
    for (const each of [asAgent, url]) {
      await withSchema({ url: each }, async (dataSource) => {
        expect(await dataSource.query('SELECT current_schemas(false)::text[] AS path')).toEqual([{ path: ['public'] }]);
        expect(await dataSource.query('SELECT count(*)::int AS n FROM posts')).toEqual([{ n: 0 }]);
      });
    }
  });

  it('is the schema that createDataSource({ schema }) names', async () => {
    const url = await db.create({ bare: true });
    await ask(url, `CREATE SCHEMA ${role}`);
    await runMigrations(createDataSource({ url, schema: role, purpose: 'migrate' }));
    expect(await tablesIn(url)).toEqual({ [role]: 24 });
  });

  it('ignores the search_path of database and role: the tables are in the named schema, and migration:check finds no difference', async () => {
    const url = await db.create({ bare: true });
    await ask(url, 'CREATE SCHEMA app');
    const [{ name } = { name: '' }] = await ask<{ name: string }>(url, 'SELECT current_database() AS name');
    const asAgent = withUser(url, role, 'invented');
    await ask(url, `ALTER DATABASE ${name} SET search_path = app, public`);
    await ask(url, `ALTER ROLE ${role} SET search_path = "$user", app`);
    try {
      await runMigrations(createDataSource({ url: asAgent, purpose: 'migrate' }));
      expect(await tablesIn(url)).toEqual({ public: 24 });
      await runMigrations(createDataSource({ url: asAgent, schema: 'app', purpose: 'migrate' }));
      expect(await tablesIn(url)).toEqual({ app: 24, public: 24 });
      for (const schema of ['public', 'app']) {
        await withSchema({ url: asAgent, schema }, async (dataSource) => {
          expect(await compareLive(dataSource)).toEqual({ findings: [], unseen: [] });
          expect(await dataSource.query('SHOW search_path')).toEqual([{ search_path: schema }]);
        });
      }
    } finally {
      await ask(url, `ALTER DATABASE ${name} RESET search_path`);
      await ask(url, `ALTER ROLE ${role} RESET search_path`);
    }
  });
});

describe('a schema that does not exist', () => {
  const db = useDatabase();
  const role = roleName('limited');

  afterAll(async () => {
    await onServer(`DROP ROLE ${role}`);
  });

  it('is refused when a service connects, with its name and the command that creates it', async () => {
    const source = createDataSource({ url: db.url, schema: 'nowhere' });
    await expect(source.initialize()).rejects.toThrow(SchemaMissing);
    await expect(source.initialize()).rejects.toThrow(
      /^The database at .+ has no schema nowhere: run migration:run --schema nowhere, which creates it, or db:roles --schema nowhere\.$/,
    );
    expect(source.isInitialized).toBe(false);
  });

  it('is the reason that the health check gives', async () => {
    const report = await createHealthCheck(createDataSource({ url: db.url, schema: 'nowhere' }), {
      timeoutMs: 5_000,
    })();
    expect(report).toMatchObject({
      status: 'error',
      reason: expect.stringContaining('has no schema nowhere: run migration:run'),
    });
  });

  it('is not created by revertMigration()', async () => {
    const source = createDataSource({ url: db.url, schema: 'nowhere', purpose: 'migrate' });
    await expect(revertMigration(source)).rejects.toThrow(SchemaMissing);
    expect(await tablesIn(db.url)).toEqual({ public: 24 });
  });

  it('is created by a role that may create schemas; another role is refused with the commands to run', async () => {
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'invented'`);
    const limited = createDataSource({
      url: withUser(db.url, role, 'invented'),
      schema: 'created',
      purpose: 'migrate',
    });
    await expect(runMigrations(limited)).rejects.toThrow(MigrationSchemaMissing);
    await expect(runMigrations(limited)).rejects.toThrow(
      new RegExp(
        `has no schema created, and the role ${role} may not create it: run db:roles --schema created .*CREATE SCHEMA created AUTHORIZATION ${role}`,
      ),
    );
    await ask(db.url, `CREATE SCHEMA created AUTHORIZATION ${role}`);
    expect(await runMigrations(limited)).toHaveLength(limited.options.migrations?.length as number);
    expect(await tablesIn(db.url)).toEqual({ public: 24, created: 24 });
  });
});

describe('the migration lock of a schema', () => {
  const db = useDatabase();

  it('blocks other migrations of the same schema, and none of another schema', async () => {
    await withClient(db.url, async (holder) => {
      await holder.query('SELECT pg_advisory_lock($1, $2)', [...createLockKeys('agent_one')]);
      const [one, two] = ['agent_one', 'agent_two'].map((schema) =>
        createDataSource({ url: db.url, schema, purpose: 'migrate' }),
      );
      if (one === undefined || two === undefined) throw new Error('Two data sources are expected.');
      const blocked = runMigrations(one, { maxWaitMs: 300 });
      await expect(blocked).rejects.toThrow(MigrationLockTimeout);
      await expect(blocked).rejects.toThrow(/migrates the schema agent_one \(pid \d+/);
      expect(await runMigrations(two, { maxWaitMs: 300 })).not.toEqual([]);
    });
  });
});

describe('a first migration:run', () => {
  const db = useDatabase();

  it('sends no ALTER SEQUENCE, which a distributed schema refuses, and schema-qualified names for its bookkeeping tables only', async () => {
    const url = await db.create({ bare: true });
    const statements: string[] = [];
    const query = jest.spyOn(pg.Client.prototype, 'query');
    try {
      await runMigrations(createDataSource({ url, schema: 'agent_one', purpose: 'migrate' }));
      for (const [sql] of query.mock.calls as unknown as [unknown][]) if (typeof sql === 'string') statements.push(sql);
    } finally {
      query.mockRestore();
    }
    expect(statements.length).toBeGreaterThan(100);
    expect(statements.filter((sql) => /ALTER\s+SEQUENCE|OWNED\s+BY/i.test(sql))).toEqual([]);
    expect(statements.filter((sql) => /\bpublic"?\./i.test(sql))).toEqual([]);
    const qualified = statements.flatMap((sql) =>
      [...sql.matchAll(/\bagent_one"?\."?(\w+)/g)].map(([, table]) => table),
    );
    expect([...new Set(qualified)].sort()).toEqual(['database_environment', 'migration_runs', 'migrations']);
  });
});
