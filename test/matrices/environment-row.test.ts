import { afterAll, describe, expect, it } from '@jest/globals';
import {
  ensureEnvironmentRow,
  readDatabaseState,
  type DatabaseState,
} from '../../src/operations/environment-guard/environment-row.js';
import type { Query } from '../../src/connection/database-access.js';
import { runMigrations } from '../../src/operations/migrator/runner.js';
import { useDatabase } from '../support/database.js';
import { KEEPSAKE, migrate, nameOf, revert, say, source, words } from '../support/keepsake.js';
import { spawnMigrator } from '../support/migrator/process.js';
import { ask, withClient } from '../support/migrator/query.js';
import { withNodeEnv } from '../support/node-env.js';
import { onServer, roleName, withUser } from '../support/sql.js';

const db = useDatabase();
const bare = (): Promise<string> => db.create({ bare: true });

const state = (url: string): Promise<DatabaseState> =>
  withClient(url, (client) =>
    readDatabaseState(async (sql, values) => (await client.query(sql, values)).rows as never),
  );

const PERMITTED = { SHARED_DB_ALLOW_LOCALHOST: '1', SHARED_DB_ALLOW_PLAINTEXT: '1', SHARED_DB_ALLOW_UNSAFE_ROLE: '1' };

const roles: string[] = [];

async function roleThat(url: string, sql: string): Promise<string> {
  const role = roleName('guard');
  roles.push(role);
  await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'hunter2'`);
  await ask(url, sql.replaceAll('$role', role));
  return role;
}

afterAll(async () => {
  // The databases in which they have rights are gone by now.
  for (const role of roles) await onServer(`DROP ROLE ${role}`);
});

const OLD = 'DROP TABLE database_environment';

describe('a new database', () => {
  it.each([
    ['test', ['test']],
    ['production', ['production']],
    [' Staging ', ['staging']],
    ['My Env!', []],
    ['', ['development']],
    [undefined, ['development']],
  ])('made with NODE_ENV %j on this machine says %j', async (nodeEnv, recorded) => {
    if (recorded[0] === 'development' && !['localhost', '127.0.0.1'].includes(new URL(db.url).hostname)) return;
    const url = await bare();
    await withNodeEnv(nodeEnv, () => migrate(url), PERMITTED);
    expect(await words(url)).toEqual(recorded);
  });

  it('on another machine has no environment without NODE_ENV', async () => {
    const url = await bare();
    await withClient(url, async (client) => {
      await client.query('CREATE TABLE migration_runs ()');
      const query: Query = async (sql, values) => (await client.query(sql, values)).rows as never;
      const making = { prefix: '', journal: 'migration_runs', isNew: true, packageVersion: '1.0.0' };
      await ensureEnvironmentRow(query, { ...making, environment: undefined, nodeEnv: undefined, local: false });
    });
    expect(await words(url)).toEqual([]);
  });

  it('keeps its environment when it is migrated with another NODE_ENV', async () => {
    const url = await bare();
    await migrate(url);
    await withNodeEnv('production', () => migrate(url), PERMITTED);
    expect(await words(url)).toEqual(['test']);
  });

  it('has one environment row when several processes create it at the same time', async () => {
    const url = await bare();
    const racers = Array.from({ length: 3 }, () => spawnMigrator({ url, migrations: [KEEPSAKE] }));
    const ends = await Promise.all(racers.map(({ ended }) => ended));
    expect(ends.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
    expect(await words(url)).toEqual(['test']);
  });

  it('gets the environment that the caller gives', async () => {
    const url = await bare();
    await runMigrations(source(url), { environment: 'development' });
    expect(await words(url)).toEqual(['development']);
  });

  it('counts as empty with tables of extensions only, and not with other tables', async () => {
    const url = await bare();
    await ask(url, 'CREATE EXTENSION pg_buffercache');
    expect(await state(url)).toMatchObject({ empty: true });
    await ask(url, 'CREATE VIEW somebodys AS SELECT 1');
    expect(await state(url)).toMatchObject({ empty: false });
    await migrate(url);
    expect(await words(url)).toEqual([]);
  });
});

describe('a database that was created before the environment was recorded', () => {
  it.each([
    ['test', []],
    [undefined, []],
    ['staging', []],
    ['production', ['production']],
  ])('gets the table from a run with NODE_ENV %j, and says %j', async (nodeEnv, recorded) => {
    const url = await bare();
    await migrate(url);
    await ask(url, OLD);
    expect(await withNodeEnv(nodeEnv, () => migrate(url), PERMITTED)).toEqual([]);
    expect(await words(url)).toEqual(recorded);
  });

  it('is migrated by a role that cannot create the table', async () => {
    const url = await bare();
    await migrate(url);
    await ask(url, OLD);
    const role = await roleThat(url, 'GRANT SELECT ON migrations, migration_runs TO $role');
    await expect(migrate(withUser(url, role, 'hunter2'))).resolves.toEqual([]);
  });
});

describe('the table', () => {
  it('is writable only by its owner, whatever the default privileges are, and readable by the readers of the journal', async () => {
    const url = await bare();
    const writer = await roleThat(url, 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO $role');
    await migrate(url);
    const rights = async (): Promise<object[]> =>
      ask(
        url,
        `SELECT array_agg(privilege_type::text) AS rights FROM pg_class, aclexplode(relacl)
         WHERE pg_class.oid = 'database_environment'::regclass AND grantee <> relowner`,
      );
    expect(await rights()).toEqual([{ rights: ['SELECT'] }]);
    await ask(url, `REVOKE ALL ON migration_runs FROM ${writer}; GRANT SELECT ON migration_runs TO PUBLIC; ${OLD}`);
    await migrate(url);
    expect(await rights()).toEqual([{ rights: ['SELECT'] }]);
    await expect(ask(withUser(url, writer, 'hunter2'), 'DELETE FROM database_environment')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it.each([
    ['two words', 'ck_database_environment__environment_form'],
    ['Production', 'ck_database_environment__environment_form'],
    ['', 'ck_database_environment__environment_form'],
    [`a${'b'.repeat(63)}`, 'ck_database_environment__environment_form'],
  ])('refuses %j', async (environment, constraint) => {
    const write = `INSERT INTO database_environment (id, environment, package_version) VALUES ($1, $2, '1')`;
    await expect(ask(db.url, `UPDATE database_environment SET environment = $1`, [environment])).rejects.toMatchObject({
      code: '23514',
      constraint,
    });
    await expect(ask(db.url, write, [2, 'test'])).rejects.toMatchObject({
      code: '23514',
      constraint: 'ck_database_environment__one_row',
    });
    await expect(ask(db.url, write, [1, 'test'])).rejects.toMatchObject({ code: '23505' });
  });
});

describe('a database whose environment cannot be read', () => {
  const LAX = `ALTER TABLE database_environment DROP CONSTRAINT pk_database_environment,
    DROP CONSTRAINT ck_database_environment__one_row`;

  it.each([
    ['the row was deleted', 'DELETE FROM database_environment', 'unset'],
    ['the table was dropped', OLD, 'unset'],
    ['there are two rows', `${LAX}; INSERT INTO database_environment SELECT * FROM database_environment`, 'unset'],
    ['a column has another name', 'ALTER TABLE database_environment RENAME environment TO word', 'unreadable'],
  ])('needs its name for the confirmation: %s', async (_how, sql, expected) => {
    const url = await bare();
    await migrate(url);
    await ask(url, sql);
    expect(await state(url)).toMatchObject({ empty: false, environmentRow: { state: expected } });
    await expect(revert(url)).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED' });
    expect(await ask(url, 'SELECT word FROM keepsakes')).toEqual([{ word: 'precious' }]);
  });

  it('needs its name when this role cannot read the row; with the name the action runs', async () => {
    const url = await bare();
    await migrate(url);
    const role = await roleThat(url, 'GRANT ALL ON migrations, migration_runs, keepsakes TO $role');
    const theirs = withUser(url, role, 'hunter2');
    expect(await state(theirs)).toMatchObject({ environmentRow: { state: 'unreadable' } });
    await expect(revert(theirs)).rejects.toThrow(/this role cannot read the environment of/);
    await ask(url, 'ALTER TABLE database_environment ENABLE ROW LEVEL SECURITY');
    await ask(url, `GRANT SELECT ON database_environment TO ${role}`);
    expect(await state(theirs)).toMatchObject({ environmentRow: { state: 'unset' } });
    await ask(url, `ALTER TABLE keepsakes OWNER TO ${role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    await expect(revert(theirs)).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED' });
    expect(await revert(theirs, nameOf(url))).toBe(KEEPSAKE.name);
  });

  it('ignores a temporary table and one in another schema', async () => {
    const url = await bare();
    await migrate(url);
    await say(url, 'production');
    await withClient(url, async (client) => {
      await client.query(`CREATE TEMP TABLE database_environment AS SELECT 'test' AS environment`);
      const query: Query = async (sql, values) => (await client.query(sql, values)).rows as never;
      expect(await readDatabaseState(query)).toMatchObject({
        environmentRow: { state: 'set', environment: 'production' },
      });
      await client.query('CREATE SCHEMA other; SET search_path = other');
      expect(await readDatabaseState(query)).toMatchObject({
        empty: true,
        otherSchemas: ['public'],
        environmentRow: { state: 'unset' },
      });
      await client.query('SET search_path = nowhere');
      expect(await readDatabaseState(query)).toMatchObject({ empty: false, environmentRow: { state: 'unset' } });
    });
  });
});
