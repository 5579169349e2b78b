import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import type { Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { revertMigration } from '../../../src/operations/migrator/runner.js';
import { createDataSource } from '../../../src/data-source.js';
import type { Rehearsal } from '../../../src/operations/rehearsal/rehearse.js';
import { seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { runCli, spawnCli, type CliResult } from '../../support/cli.js';
import { say } from '../../support/keepsake.js';
import { useDatabase } from '../../support/database.js';
import { withDatabaseName } from '../../support/databases.js';
import { besides, dropBesides, listening, noPgDump, query } from '../backup/support.js';

jest.setTimeout(60_000);

const withoutPgDump = await noPgDump();

describe('migration:rehearse', () => {
  const db = useDatabase();
  let url: string;
  let before: Fingerprint;

  const rehearse = (...args: string[]): Promise<CliResult> =>
    runCli(['migration:rehearse', ...args], { env: { DATABASE_URL: url } });

  beforeAll(async () => {
    url = await db.create();
    const dataSource = await createDataSource({ url }).initialize();
    await revertMigration(dataSource);
    await seedReference(dataSource);
    await dataSource.destroy();
    // The copies are production databases too, and `down` runs on them without confirmation.
    await say(url, 'production');
    before = await readDatabaseFingerprint(listening(url));
  });

  afterAll(() => dropBesides(url));

  it('applies, reverts and reapplies the pending migrations on a copy that it drops', async () => {
    const { code, stdout, stderr } = await rehearse();
    expect(stdout.replaceAll(/\d+/g, '0').replaceAll(/ +/g, ' ')).toMatch(
      new RegExp(
        `^migration +up ms +down ms +again ms +rewritten +rows changed in
ProtectFinalValues0 +0 +0 +0 - -
 ProtectFinalValues0: held SHARE ROW EXCLUSIVE on .*\\bdecisions\\b.*
passed: 0 migration of \\S+ applied, reverted with catalog and rows as before, applied again
dropped: the copy \\w+, made by the server\n$`,
      ),
    );
    expect(stderr).toMatch(/^copying on the server: the database \w+_trial_\w+\napplying 1 migration, one by one\n/);
    expect(code).toBe(0);
    expect(await besides(url)).toEqual([]);
  });

  (withoutPgDump === undefined ? it : it.skip)(
    `copies with pg_dump while other sessions are connected${withoutPgDump === undefined ? '' : ` (skipped: ${withoutPgDump})`}`,
    async () => {
      const client = new pg.Client({ connectionString: url, application_name: 'queue-processor' });
      await client.connect();
      const { code, stdout, stderr } = await rehearse('--json');
      await client.end();
      expect(stderr).toMatch(
        /^copying with pg_dump, since other sessions are connected to \w+: pid \d+, queue-processor, idle\n/,
      );
      expect(JSON.parse(stdout)).toMatchObject({ passed: true, problems: [], copy: { engine: 'dump', kept: false } });
      expect(code).toBe(0);

      const elsewhere = await rehearse('--json', '--server', db.url);
      expect(elsewhere.stderr).toMatch(/^copying with pg_dump, since the copy is on another server\n/);
      expect(JSON.parse(elsewhere.stdout)).toMatchObject({ passed: true, copy: { engine: 'dump' } });
    },
  );

  (withoutPgDump === undefined ? it.skip : it)(
    'exits 2 if other sessions are connected and there is no pg_dump',
    async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { code, stdout, stderr } = await rehearse();
      await client.end();
      expect(stderr).toMatch(
        /^copying with pg_dump, since other sessions are connected to \w+: pid \d+, idle\nerror: .*pg_dump/,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );

  it('keeps the copy with --keep and prints its name, for a database given as an argument', async () => {
    const { code, stdout } = await runCli(['migration:rehearse', url, '--keep', '--json']);
    const { copy, passed } = JSON.parse(stdout) as Rehearsal;
    expect({ code, passed }).toEqual({ code: 0, passed: true });
    expect(copy).toEqual({ database: expect.stringContaining('_trial_'), engine: 'template', kept: true });
    expect(
      await query(
        withDatabaseName(url, copy?.database ?? ''),
        `SELECT FROM pg_trigger WHERE tgname = 'tg_audit_logs__append_only'`,
      ),
    ).toHaveLength(1);
    await dropBesides(url);
  });

  it('exits 1 with the name of the migration that fails, and drops the copy', async () => {
    const bad = await db.create();
    const dataSource = await createDataSource({ url: bad }).initialize();
    await revertMigration(dataSource);
    await dataSource.query('CREATE FUNCTION refuse_final_change() RETURNS int LANGUAGE sql AS $$SELECT 1$$');
    await dataSource.destroy();
    const { code, stdout } = await runCli(['migration:rehearse'], { env: { DATABASE_URL: bad } });
    expect(stdout).toMatch(/^problem: applying ProtectFinalValues\d+ failed: .*42723/m);
    expect(stdout).toMatch(/^FAILED: 1 problem, 1 migration of /m);
    expect(code).toBe(1);
    expect(await besides(bad)).toEqual([]);
  });

  it('drops the copy at Ctrl-C', async () => {
    const slow = await db.create();
    const dataSource = await createDataSource({ url: slow }).initialize();
    await revertMigration(dataSource);
    await dataSource.query(`CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); END';
      CREATE EVENT TRIGGER wait_${new URL(slow).pathname.slice(1)} ON ddl_command_start EXECUTE FUNCTION wait()`);
    await dataSource.destroy();
    const running = spawnCli(['migration:rehearse'], { env: { DATABASE_URL: slow } });
    await running.says('applying 1 migration');
    expect(await besides(slow)).toHaveLength(1);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error: Interrupted: the rehearsal is not complete, and the copy is dropped.\n'),
    });
    expect(await besides(slow)).toEqual([]);
  });

  it('never changes the database itself', async () => {
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
  });

  it('prints that there is nothing to rehearse if no migration is pending', async () => {
    expect(await runCli(['migration:rehearse'], { env: { DATABASE_URL: db.url } })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to rehearse: \S+ has every migration\.\n$/),
    });
  });

  it.each([
    [['--nonsense'], "unknown option '--nonsense'"],
    [['mysql://nowhere/x'], 'error: The database URL must begin with postgres://'],
    [['postgres://someone:hunter2@127.0.0.1:1/antone'], 'no server listens on this host and port'],
  ])('exits 2 if the rehearsal cannot be done: %j', async (args, reason) => {
    const { code, stderr } = await rehearse(...args);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('hunter2');
    expect(code).toBe(2);
  });

  it('is run by scripts/test-migration.sh with the same arguments', async () => {
    expect(await readFile('scripts/test-migration.sh', 'utf8')).toContain(
      'exec npm run --silent migration:rehearse -- "$@"',
    );
    const { stdout } = await promisify(execFile)('scripts/test-migration.sh', ['--help']);
    expect(stdout).toMatch(/^Usage: shared-db migration:rehearse \[options\] \[url\]/);
  });
});
