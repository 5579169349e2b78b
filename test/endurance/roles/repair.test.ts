import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { compareCatalog } from '../../../src/cli/check.js';
import { createLockKeys } from '../../../src/operations/migrator/lock.js';
import { RolesError } from '../../../src/operations/roles/roles.js';
import { checkRoles, setUpRoles, type SetUpOptions } from '../../../src/operations/roles/set-up.js';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import { runCli } from '../../support/cli.js';
import { startOwnServer, type OwnServer } from '../../support/own-server.js';
import { DAMAGES } from './damages.js';
import { DATABASE, prepare, withSource } from '../../support/roles.js';
import { ROLE_MATRIX } from '../../../src/schema/role-matrix.js';

jest.setTimeout(60_000);

const SECRET = 'invented for this user';

describe('roles that were changed by hand', () => {
  let server: OwnServer;
  let url: string;
  const setUp = (options?: SetUpOptions) => withSource(url, (source) => setUpRoles(source, ROLE_MATRIX, options));
  const differences = async () =>
    (await withSource(url, (dataSource) => checkRoles(dataSource, ROLE_MATRIX))).map(({ message }) => message);

  beforeAll(async () => {
    server = await startOwnServer();
    await prepare(server);
    await server.run('CREATE ROLE stranger LOGIN', DATABASE);
    url = server.url(DATABASE);
  });

  afterAll(() => server.stop());

  it.each(['TOO_MUCH', 'TOO_LITTLE'] as const)('are named and repaired, all at once (%s)', async (which) => {
    for (const [damage] of DAMAGES[which]) await server.run(damage, DATABASE);
    const says = DAMAGES[which].flatMap(([, ...sentences]) => sentences).sort();
    expect((await differences()).sort()).toEqual(says);
    await withSource(url, async (source) => {
      const told = (await compareCatalog(source, SHIPPED_SNAPSHOT)).map(({ message }) => message);
      expect(told.map((message) => message.replace('be the owner of most tables', 'be owner')).sort()).toEqual(says);
      const { repaired } = await setUpRoles(source, ROLE_MATRIX);
      expect(repaired.map(({ message }) => message).sort()).toEqual(says);
    });
    expect(await differences()).toEqual([]);
  });

  it('are listed by --check, which changes nothing, and repaired by one of four parallel runs', async () => {
    await server.run('GRANT owner TO app; GRANT DELETE ON replies TO app', DATABASE);
    const says = [
      'role app IN ROLE owner is there, should not be',
      'grant DELETE ON TABLE replies TO app is there, should not be',
    ];
    expect(await runCli(['db:roles', '--check'], { env: { DATABASE_URL: url } })).toMatchObject({
      code: 1,
      stdout: `${says.join('\n')}\n2 differences; 127.0.0.1:${server.port}/${DATABASE}. To repair them: npx shared-db db:roles\n`,
    });
    expect(await differences()).toEqual(says);
    const reports = await Promise.all([setUp(), setUp(), setUp(), setUp()]);
    expect(reports.map(({ repaired }) => repaired.length).sort((a, b) => b - a)).toEqual([2, 0, 0, 0]);
  });

  it('keeps the privileges of other roles, which migration:check names', async () => {
    await server.run('GRANT SELECT ON kpi_metrics TO stranger', DATABASE);
    expect(await differences()).toEqual([]);
    const findings = await withSource(url, (source) => compareCatalog(source, SHIPPED_SNAPSHOT));
    expect(findings.map(({ message }) => message)).toEqual([
      'grant SELECT ON TABLE kpi_metrics TO stranger is there, should not be',
    ]);
    await server.run('REVOKE SELECT ON kpi_metrics FROM stranger', DATABASE);
  });

  it('reports that another role owns most tables', async () => {
    await server.run('REASSIGN OWNED BY owner TO app', DATABASE);
    const findings = await withSource(url, (source) => compareCatalog(source, SHIPPED_SNAPSHOT));
    expect(findings.map(({ message }) => message)).toContain('most tables: owner is app, should be owner (db:roles)');
    await setUp();
    expect(await differences()).toEqual([]);
  });

  it('changes nothing while a table is in use', async () => {
    await withSource(url, async (source) => {
      const busy = source.createQueryRunner();
      await busy.query('ALTER TABLE kpi_metrics OWNER TO antone; ALTER ROLE app CREATEDB');
      await busy.startTransaction();
      await busy.query('SELECT FROM kpi_metrics');
      await expect(setUp({ maxWaitMs: 200 })).rejects.toThrow('Nothing was changed: a table is in use.');
      await busy.rollbackTransaction();
      await busy.release();
    });
    expect(await differences()).toEqual([
      'role app CREATEDB is there, should not be',
      'table kpi_metrics: owner is antone, should be owner',
    ]);
    await setUp();
  });

  it('waits for a migration, up to the wait limit', async () => {
    await withSource(url, async (source) => {
      const migration = source.createQueryRunner();
      await migration.query(`SELECT pg_advisory_lock(${createLockKeys('public').join(', ')})`);
      await expect(setUp({ maxWaitMs: 150 })).rejects.toThrow('Another process is migrating the schema public');
      setTimeout(() => void migration.query(`SELECT pg_advisory_unlock(${createLockKeys('public').join(', ')})`), 200);
      expect((await setUp()).repaired).toEqual([]);
      await migration.release();
    });
  });

  describe('when the user lacks the privileges for the repair', () => {
    const tried = (user: string) =>
      withSource(server.url(DATABASE, user, SECRET), (source) => setUpRoles(source, ROLE_MATRIX)).catch(
        (error: unknown) => error,
      );

    beforeAll(async () => {
      await server.run(
        `CREATE ROLE nobody_special LOGIN PASSWORD '${SECRET}'; CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${SECRET}';
        GRANT CONNECT ON DATABASE ${DATABASE} TO nobody_special, maker; GRANT USAGE ON SCHEMA public TO nobody_special, maker`,
        DATABASE,
      );
    });

    it.each([
      [
        'nobody_special',
        'ALTER ROLE app CREATEDB',
        'nobody_special has no CREATEROLE (ALTER ROLE nobody_special CREATEROLE)',
      ],
      [
        'maker',
        'ALTER ROLE app SUPERUSER',
        'only a superuser may change that role app SUPERUSER is there, should not be',
      ],
      ['maker', 'GRANT CREATE ON SCHEMA public TO app', 'the schema public belongs to pg_database_owner, not to maker'],
      ['maker', `GRANT TEMPORARY ON DATABASE ${DATABASE} TO PUBLIC`, `the database belongs to antone, not to maker`],
      ['maker', 'ALTER TABLE posts OWNER TO antone', 'tables belong to antone (GRANT antone TO maker)'],
    ])('%s gets a message with the missing privilege: %s', async (user, damage, says) => {
      await server.run(damage, DATABASE);
      const error = await tried(user);
      expect(error).toBeInstanceOf(RolesError);
      expect((error as Error).message).toMatch(/^Nothing was changed: .*\.$/);
      expect((error as Error).message).toContain(says);
      expect(await differences()).toHaveLength(1);
      await setUp();
    });
  });
});

describe('roles on a server without ours', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startOwnServer();
  });
  afterAll(() => server.stop());

  it('are created by two parallel runs for two databases of one server', async () => {
    await server.run('CREATE DATABASE first');
    await server.run('CREATE DATABASE second');
    const both = ['first', 'second'].map((name) =>
      withSource(server.url(name), (source) => setUpRoles(source, ROLE_MATRIX)),
    );
    await Promise.all(both);
    for (const name of ['first', 'second']) {
      expect(await withSource(server.url(name), (dataSource) => checkRoles(dataSource, ROLE_MATRIX))).toEqual([]);
    }
  });

  it('of another application are not taken over without --adopt', async () => {
    await server.run('DROP DATABASE first');
    await server.run('DROP DATABASE second');
    await server.run(`DROP ROLE owner, migrator, app, reader, retention; CREATE ROLE app SUPERUSER; CREATE ROLE owner;
      COMMENT ON ROLE owner IS 'owns a shop'`);
    const url = server.url('postgres');
    const refused = await runCli(['db:roles'], { env: { DATABASE_URL: url } });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^error: The server has roles that db:roles did not create: owner, app\. .* --adopt,.*\n$/,
    );
    expect(await server.run(`SELECT rolsuper AS is FROM pg_roles WHERE rolname = 'app'`)).toEqual([{ is: true }]);
    // Without the mark of ours they are nobody's business.
    expect(await runCli(['db:roles', '--adopt'], { env: { DATABASE_URL: url } })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('repaired: role app SUPERUSER is there, should not be\n'),
    });
    expect(await withSource(url, (dataSource) => checkRoles(dataSource, ROLE_MATRIX))).toEqual([]);
  });
});
