import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { compareLive } from '../../../src/cli/check.js';
import { createDataSource } from '../../../src/data-source.js';
import { MigrationSchemaMissing } from '../../../src/operations/migrator/errors.js';
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import { alignRights, checkRoles, setUpRoles } from '../../../src/operations/roles/set-up.js';
import { type OwnServer, startOwnServer } from '../../support/own-server.js';
import { DATABASE, urlOf, verifiers } from '../../support/roles.js';
import { stateOf, tablesIn, withSchema } from '../../support/schemas.js';
import { ROLE_MATRIX } from '../../../src/schema/role-matrix.js';

jest.setTimeout(60_000);

const AGENTS = ['agent_one', 'agent_two'] as const;

describe('roles and rights of two schemas in one database', () => {
  let server: OwnServer;
  let url: string;

  const asAdmin = <T>(schema: string, work: Parameters<typeof withSchema<T>>[1]): Promise<T> =>
    withSchema({ url, schema, purpose: 'administer' }, work);
  const as = (role: 'app' | 'migrator' | 'reader' | 'retention', schema: string) => ({
    url: urlOf(server, role),
    schema,
  });

  beforeAll(async () => {
    server = await startOwnServer();
    await server.run(`CREATE ROLE admin LOGIN CREATEROLE PASSWORD 'invented'`);
    await server.run(`CREATE DATABASE ${DATABASE} OWNER admin`);
    url = server.url(DATABASE, 'admin', 'invented');
    for (const schema of AGENTS) {
      await asAdmin(schema, async (dataSource) =>
        setUpRoles(dataSource, ROLE_MATRIX, { verifiers: await verifiers() }),
      );
      await runMigrations(createDataSource({ ...as('migrator', schema), purpose: 'migrate' }));
      await withSchema({ ...as('migrator', schema), purpose: 'migrate' }, (dataSource) =>
        alignRights(dataSource, ROLE_MATRIX),
      );
    }
  });

  afterAll(() => server.stop());

  it.each(AGENTS)(
    'are created with their schema, whoever owns the database, without differences: %s',
    async (schema) => {
      expect(await tablesIn(url)).toEqual({ agent_one: 24, agent_two: 24 });
      expect(await asAdmin(schema, (dataSource) => checkRoles(dataSource, ROLE_MATRIX))).toEqual([]);
      expect(await asAdmin(schema, (dataSource) => setUpRoles(dataSource, ROLE_MATRIX))).toMatchObject({
        repaired: [],
      });
      // As one who may read everything.
      const reading = withSchema({ url: server.url(DATABASE), schema }, compareLive);
      expect(await reading).toEqual({ findings: [], unseen: [] });
      const [owner] = await server.run<{ owner: string; acl: string }>(
        `SELECT nspowner::regrole::text AS owner, nspacl::text AS acl FROM pg_namespace WHERE nspname = '${schema}'`,
        DATABASE,
      );
      expect(owner).toEqual({ owner: 'owner', acl: expect.not.stringMatching(/[{,]=/) });
    },
  );

  it.each(AGENTS)('allow app to write and reader to read its columns: %s', async (schema) => {
    await withSchema(as('app', schema), async (dataSource) => {
      await dataSource.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', '1', 'invented')`);
      await expect(dataSource.query('DELETE FROM replies')).rejects.toMatchObject({ sqlState: '42501' });
      await expect(dataSource.query('CREATE TABLE mine ()')).rejects.toMatchObject({ sqlState: '42501' });
    });
    await withSchema(as('reader', schema), async (dataSource) => {
      expect(await dataSource.query('SELECT platform FROM authors')).toEqual([{ platform: 'TWITTER' }]);
      await expect(dataSource.query('SELECT handle FROM authors')).rejects.toMatchObject({ sqlState: '42501' });
    });
  });

  it('are repaired in one schema only', async () => {
    const before = await stateOf(server.url(DATABASE), 'agent_one');
    for (const sql of [
      'GRANT SELECT ON agent_two.posts TO PUBLIC',
      'REVOKE INSERT ON agent_two.posts FROM app',
      'ALTER TABLE agent_two.posts OWNER TO CURRENT_USER',
      'ALTER SCHEMA agent_two OWNER TO CURRENT_USER',
      'GRANT USAGE ON SCHEMA agent_two TO PUBLIC',
    ])
      await server.run(sql, DATABASE);
    const admin = { url: server.url(DATABASE), purpose: 'administer' } as const;
    expect(
      await withSchema({ ...admin, schema: 'agent_one' }, (dataSource) => checkRoles(dataSource, ROLE_MATRIX)),
    ).toEqual([]);
    const found = await withSchema({ ...admin, schema: 'agent_two' }, (dataSource) =>
      checkRoles(dataSource, ROLE_MATRIX),
    );
    expect(found.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^schema agent_two: owner is \w+, should be owner$/),
        'grant SELECT ON TABLE posts TO PUBLIC is there, should not be',
        'grant INSERT ON TABLE posts TO app is missing',
        'grant USAGE ON SCHEMA agent_two TO PUBLIC is there, should not be',
      ]),
    );
    await withSchema({ ...admin, schema: 'agent_two' }, (dataSource) => setUpRoles(dataSource, ROLE_MATRIX));
    expect(
      await withSchema({ ...admin, schema: 'agent_two' }, (dataSource) => checkRoles(dataSource, ROLE_MATRIX)),
    ).toEqual([]);
    expect(await stateOf(server.url(DATABASE), 'agent_one')).toEqual(before);
  });

  it('allow migrator to change its schema, but not to create one', async () => {
    const two = createDataSource({ ...as('migrator', 'agent_two'), purpose: 'migrate' });
    expect(await revertMigration(two)).toMatch(/^ProtectFinalValues/);
    expect(await runMigrations(two)).toHaveLength(1);
    const three = createDataSource({ ...as('migrator', 'agent_three'), purpose: 'migrate' });
    await expect(runMigrations(three)).rejects.toThrow(MigrationSchemaMissing);
    await expect(runMigrations(three)).rejects.toThrow(
      /has no schema agent_three, and the role owner may not create it: run db:roles --schema agent_three/,
    );
    await asAdmin('agent_three', (dataSource) => setUpRoles(dataSource, ROLE_MATRIX));
    expect(await runMigrations(three)).not.toEqual([]);
  });
});
