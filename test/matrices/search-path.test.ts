import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { compareLive } from '../../src/cli/check.js';
import { assertSchemaName, SchemaMissing, SchemaNameError } from '../../src/connection/session-settings.js';
import { createDataSource } from '../../src/data-source.js';
import { createHealthCheck } from '../../src/health/check.js';
import { MigrationLockTimeout, MigrationSchemaMissing } from '../../src/operations/migrator/errors.js';
import { createLockSql } from '../../src/operations/migrator/lock.js';
import { revertMigration, runMigrations } from '../../src/operations/migrator/runner.js';
import { useDatabase } from '../support/database.js';
import { preparedServer } from '../support/databases.js';
import { ask, withClient } from '../support/migrator/query.js';
import { tablesIn, withSchema } from '../support/schemas.js';
import { onServer, roleName, withUser } from '../support/sql.js';

jest.setTimeout(60_000);

describe('the name of a schema', () => {
  it.each(['public', 'agent_one', '_x', 'a'.repeat(63), 'name', 'app', 'data', 'pgx', 'information'])(
    'may be %s',
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
  ])('is refused before anything connects, and not repeated: %j', (schema) => {
    const make = () => createDataSource({ url: 'postgres://me@localhost/antone', schema });
    expect(make).toThrow(SchemaNameError);
    expect(make).toThrow(/^The name of the schema cannot be used: give 1 to 63 lower-case letters/);
    if (schema.length > 3) expect(make).not.toThrow(schema);
  });

  it('is refused where PostgreSQL itself would want quotation marks: every keyword', async () => {
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

  it('is not that of a schema that is called like the user: the tables are in public, and others see them', async () => {
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

  it('is that schema where it is asked for', async () => {
    const url = await db.create({ bare: true });
    await ask(url, `CREATE SCHEMA ${role}`);
    await runMigrations(createDataSource({ url, schema: role, purpose: 'migrate' }));
    expect(await tablesIn(url)).toEqual({ [role]: 24 });
  });

  it('of database and role does not matter: the tables are where they should be, and the check has nothing to say', async () => {
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
  const role = roleName('poor');

  afterAll(async () => {
    await onServer(`DROP ROLE ${role}`);
  });

  it('is refused by name where a service connects, with what to run', async () => {
    const source = createDataSource({ url: db.url, schema: 'nowhere' });
    await expect(source.initialize()).rejects.toThrow(SchemaMissing);
    await expect(source.initialize()).rejects.toThrow(
      /^The database at .+ has no schema nowhere: run migration:run --schema nowhere, which creates it, or db:roles --schema nowhere\.$/,
    );
    expect(source.isInitialized).toBe(false);
  });

  it('is what the health check says, by name', async () => {
    const report = await createHealthCheck(createDataSource({ url: db.url, schema: 'nowhere' }), {
      timeoutMs: 5_000,
    })();
    expect(report).toMatchObject({
      status: 'error',
      reason: expect.stringContaining('has no schema nowhere: run migration:run'),
    });
  });

  it('is not made to take something back in it', async () => {
    const source = createDataSource({ url: db.url, schema: 'nowhere', purpose: 'migrate' });
    await expect(revertMigration(source)).rejects.toThrow(SchemaMissing);
    expect(await tablesIn(db.url)).toEqual({ public: 24 });
  });

  it('is made by whoever may, and by nobody else: then it is said what to run', async () => {
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'invented'`);
    const poor = createDataSource({ url: withUser(db.url, role, 'invented'), schema: 'made', purpose: 'migrate' });
    await expect(runMigrations(poor)).rejects.toThrow(MigrationSchemaMissing);
    await expect(runMigrations(poor)).rejects.toThrow(
      new RegExp(
        `has no schema made, and the role ${role} may not create it: run db:roles --schema made .*CREATE SCHEMA made AUTHORIZATION ${role}`,
      ),
    );
    await ask(db.url, `CREATE SCHEMA made AUTHORIZATION ${role}`);
    expect(await runMigrations(poor)).toHaveLength(poor.options.migrations?.length as number);
    expect(await tablesIn(db.url)).toEqual({ public: 24, made: 24 });
  });
});

describe('the lock of a schema', () => {
  const db = useDatabase();

  it('keeps out who migrates the same schema, and not who migrates another', async () => {
    await withClient(db.url, async (holder) => {
      await holder.query('SELECT pg_advisory_lock($1, $2)', [...createLockSql('agent_one')]);
      const [one, two] = ['agent_one', 'agent_two'].map((schema) =>
        createDataSource({ url: db.url, schema, purpose: 'migrate' }),
      );
      if (one === undefined || two === undefined) throw new Error('There are two.');
      const waits = runMigrations(one, { maxWaitMs: 300 });
      await expect(waits).rejects.toThrow(MigrationLockTimeout);
      await expect(waits).rejects.toThrow(/migrating the schema agent_one for .*pid \d+/);
      expect(await runMigrations(two, { maxWaitMs: 300 })).not.toEqual([]);
    });
  });
});

describe('a first migration:run', () => {
  const db = useDatabase();

  it('says ALTER SEQUENCE nowhere, which a distributed schema refuses, and no name with its schema but for its own tables', async () => {
    const url = await db.create({ bare: true });
    const said: string[] = [];
    const query = jest.spyOn(pg.Client.prototype, 'query');
    try {
      await runMigrations(createDataSource({ url, schema: 'agent_one', purpose: 'migrate' }));
      for (const [sql] of query.mock.calls as unknown as [unknown][]) if (typeof sql === 'string') said.push(sql);
    } finally {
      query.mockRestore();
    }
    expect(said.length).toBeGreaterThan(100);
    expect(said.filter((sql) => /ALTER\s+SEQUENCE|OWNED\s+BY/i.test(sql))).toEqual([]);
    expect(said.filter((sql) => /\bpublic"?\./i.test(sql))).toEqual([]);
    const qualified = said.flatMap((sql) => [...sql.matchAll(/\bagent_one\.(\w+)/g)].map(([, table]) => table));
    expect([...new Set(qualified)].sort()).toEqual(['database_environment', 'migration_runs', 'migrations']);
  });
});
