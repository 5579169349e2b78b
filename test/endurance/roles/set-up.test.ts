import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../src/migrations/index.js';
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import { LOGIN_ROLES } from '../../../src/operations/roles/roles.js';
import { alignRights, checkRoles, setUpRoles } from '../../../src/operations/roles/set-up.js';
import { type CliResult, runCli } from '../../support/cli.js';
import { type OwnServer, runOn, startOwnServer } from '../../support/own-server.js';
import { DATABASE, PASSWORDS, urlOf, withSource } from '../../support/roles.js';
import { ROLE_MATRIX } from '../../../src/schema/role-matrix.js';

jest.setTimeout(60_000);

const ADMIN = 'secret-of-the-admin';

class AddNotes1999999999999 implements MigrationInterface {
  name = 'AddNotes1999999999999';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY, body text)');
    await queryRunner.query(`CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION shout(text)');
    await queryRunner.query('DROP TABLE notes');
  }
}

describe('db:roles, by an administrator who is no superuser, on an empty database', () => {
  let server: OwnServer;
  let folder: string;
  let adminUrl: string;

  const roles = (url: string, ...args: string[]): Promise<CliResult> =>
    runCli(['db:roles', ...args], { env: { DATABASE_URL: url } });
  const rows = (role: Exclude<keyof typeof PASSWORDS, never>, sql: string) => runOn(urlOf(server, role), sql);

  const differences = async () =>
    (await withSource(adminUrl, (dataSource) => checkRoles(dataSource, ROLE_MATRIX))).map(({ message }) => message);

  beforeAll(async () => {
    server = await startOwnServer({ log_statement: 'all', log_min_error_statement: 'info' });
    await server.run(`CREATE ROLE admin LOGIN CREATEROLE PASSWORD '${ADMIN}'`);
    await server.run(`CREATE DATABASE ${DATABASE} OWNER admin`);
    adminUrl = server.url(DATABASE, 'admin', ADMIN);
    folder = await mkdtemp(join(tmpdir(), 'shared-db-test-'));
    for (const [role, password] of Object.entries(PASSWORDS)) await writeFile(join(folder, role), `${password}\n`);
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('creates the roles with passwords, and changes nothing at the second run', async () => {
    const files = LOGIN_ROLES.flatMap((role) => ['--password-file', `${role}=${join(folder, role)}`]);
    const first = await roles(adminUrl, ...files);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('repaired: role owner is missing\n') });
    expect(first.stdout).toContain('the password of retention is set\n');
    expect(first.stderr).toBe(
      'note: every role that can connect can create large objects; to revoke that from PUBLIC, run db:roles as a superuser\n',
    );
    expect(await roles(adminUrl)).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: all roles and rights are in order.\n',
    });
  });

  it('accepts each role only with its password', async () => {
    for (const role of LOGIN_ROLES) {
      const [row] = await rows(role as never, 'SELECT session_user AS is');
      expect(row).toEqual({ is: role });
      await expect(runOn(server.url(DATABASE, role, 'not the password'), 'SELECT 1')).rejects.toMatchObject({
        code: '28P01',
      });
    }
    await expect(runOn(server.url(DATABASE, 'owner', 'any'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('leaves no password in the log of a server that logs every statement', async () => {
    const log = await server.log();
    expect(log).toContain(`ALTER ROLE app PASSWORD 'SCRAM-SHA-256$4096:`);
    for (const password of Object.values(PASSWORDS)) {
      for (const spelt of [password, password.replaceAll("'", "''"), encodeURIComponent(password)]) {
        expect(log.includes(spelt)).toBe(false);
      }
    }
  });

  it('lets migrator run all migrations; owner owns the tables, and the other roles have their privileges at once', async () => {
    const { code, stderr } = await runCli(['migration:run'], { env: { DATABASE_URL: urlOf(server, 'migrator') } });
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('rights of the roles repaired: '),
    });
    const owners = await rows('app', `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'public'`);
    expect(owners).toEqual([{ owner: 'owner' }]);
    expect(await differences()).toEqual([]);
  });

  it('leaves no difference for migration:check, with any role', async () => {
    for (const [role, unseen] of [
      ['app', []],
      ['reader', [expect.stringContaining('no privilege on 20 of the columns')]],
    ] as const) {
      const { stdout, code } = await runCli(['migration:check', '--json'], {
        env: { DATABASE_URL: urlOf(server, role) },
      });
      expect(JSON.parse(stdout)).toMatchObject({ same: true, findings: [], unseen });
      expect(code).toBe(0);
    }
  });

  it('lets migrator revert the migrations and run them again, with the same privileges afterwards', async () => {
    await withSource(urlOf(server, 'migrator'), async (dataSource) => {
      while ((await revertMigration(dataSource)) !== undefined);
      expect(await runMigrations(dataSource)).toHaveLength(MIGRATIONS.length);
    });
    // Default privileges alone: app may more than it should until the matrix is asked.
    expect(await differences()).toContain('grant DELETE ON TABLE replies TO app is there, should not be');
    expect(
      await withSource(urlOf(server, 'migrator'), (dataSource) => alignRights(dataSource, ROLE_MATRIX)),
    ).toBeGreaterThan(50);
    expect(await differences()).toEqual([]);
  });

  it('gives app privileges on a table of a later migration, reader none, and no role EXECUTE on its functions', async () => {
    await withSource(urlOf(server, 'migrator'), async (dataSource) => {
      dataSource.setOptions({ migrations: [...MIGRATIONS, AddNotes1999999999999] });
      expect(await runMigrations(dataSource)).toEqual(['AddNotes1999999999999']);
    });
    const [table] = await rows('app', `SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'notes'`);
    expect(table).toEqual({ owner: 'owner' });
    await rows('app', `INSERT INTO notes (body) VALUES ('a'); UPDATE notes SET body = 'b'; DELETE FROM notes`);
    for (const role of ['reader', 'retention'] as const) {
      await expect(rows(role, 'SELECT FROM notes')).rejects.toMatchObject({ code: '42501' });
    }
    for (const role of ['app', 'reader', 'retention'] as const) {
      await expect(rows(role, `SELECT shout('x')`)).rejects.toMatchObject({ code: '42501' });
    }
    expect(await differences()).toEqual([]);
    await withSource(urlOf(server, 'migrator'), async (dataSource) => {
      dataSource.setOptions({ migrations: [...MIGRATIONS, AddNotes1999999999999] });
      expect(await revertMigration(dataSource)).toBe('AddNotes1999999999999');
    });
  });

  it('takes over objects that the administrator created before', async () => {
    await server.run('CREATE DATABASE legacy OWNER admin');
    const url = server.url('legacy', 'admin', ADMIN);
    await withSource(url, async (dataSource) => {
      await runMigrations(dataSource);
      const { repaired } = await setUpRoles(dataSource, ROLE_MATRIX);
      expect(repaired.map(({ message }) => message)).toContain('table posts: owner is admin, should be owner');
      expect(await checkRoles(dataSource, ROLE_MATRIX)).toEqual([]);
      await server.run(
        'ALTER ROLE owner LOGIN; GRANT SELECT ON authors TO reader; REVOKE ALL ON posts FROM app',
        'legacy',
      );
      expect((await setUpRoles(dataSource, ROLE_MATRIX)).repaired).toHaveLength(6);
      expect(await checkRoles(dataSource, ROLE_MATRIX)).toEqual([]);
    });
    expect(
      await rows(
        'app',
        `SELECT FROM pg_auth_members WHERE member = 'admin'::regrole AND pg_has_role('admin', roleid, 'USAGE')`,
      ),
    ).toEqual([]);
  });

  it('refuses --check together with options that change roles', async () => {
    expect(await roles(adminUrl, '--check', '--adopt')).toMatchObject({
      code: 2,
      stderr: 'error: --check changes nothing: leave out --password-file and --adopt.\n',
    });
  });
});
