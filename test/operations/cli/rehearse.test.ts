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
    // So do its copies, and still the way back is tried on them.
    await say(url, 'production');
    before = await readDatabaseFingerprint(listening(url));
  });

  afterAll(() => dropBesides(url));

  it('applies, compares, takes back, compares, applies again; on a copy that it drops', async () => {
    const { code, stdout, stderr } = await rehearse();
    expect(stdout.replaceAll(/\d+/g, '0').replaceAll(/ +/g, ' ')).toMatch(
      new RegExp(
        `^migration +up ms +back ms +again ms +rewritten +rows changed in
ProtectFinalValues0 +0 +0 +0 - -
 ProtectFinalValues0: held SHARE ROW EXCLUSIVE on .*\\bdecisions\\b.*
passed: 0 migration of \\S+ applied, taken back with catalog and rows as before, applied again
dropped: the copy \\w+, made by the server\n$`,
      ),
    );
    expect(stderr).toMatch(/^copying on the server: the database \w+_trial_\w+\napplying 1 migration, one by one\n/);
    expect(code).toBe(0);
    expect(await besides(url)).toEqual([]);
  });

  (withoutPgDump === undefined ? it : it.skip)(
    `copies by pg_dump while others are connected${withoutPgDump === undefined ? '' : ` (skipped: ${withoutPgDump})`}`,
    async () => {
      const client = new pg.Client({ connectionString: url, application_name: 'queue-processor' });
      await client.connect();
      const { code, stdout, stderr } = await rehearse('--json');
      await client.end();
      expect(stderr).toMatch(
        /^copying with pg_dump, since others are connected to \w+: pid \d+, queue-processor, idle\n/,
      );
      expect(JSON.parse(stdout)).toMatchObject({ passed: true, problems: [], copy: { engine: 'dump', kept: false } });
      expect(code).toBe(0);

      const elsewhere = await rehearse('--json', '--server', db.url);
      expect(elsewhere.stderr).toMatch(/^copying with pg_dump, since the copy is on another server\n/);
      expect(JSON.parse(elsewhere.stdout)).toMatchObject({ passed: true, copy: { engine: 'dump' } });
    },
  );

  (withoutPgDump === undefined ? it.skip : it)(
    'cannot be while others are connected and there is no pg_dump',
    async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { code, stdout, stderr } = await rehearse();
      await client.end();
      expect(stderr).toMatch(
        /^copying with pg_dump, since others are connected to \w+: pid \d+, idle\nerror: .*pg_dump/,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );

  it('keeps the copy when told to, and names it; takes its database as an argument', async () => {
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

  it('exits 1 when a migration fails, with its name, and drops the copy', async () => {
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

  it('drops the copy when it is interrupted', async () => {
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
      stderr: expect.stringContaining('error: Interrupted: nothing is proved, and the copy is dropped.\n'),
    });
    expect(await besides(slow)).toEqual([]);
  });

  it('left the database as it was, through all of this', async () => {
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
  });

  it('proves nothing when nothing is pending, and says so', async () => {
    expect(await runCli(['migration:rehearse'], { env: { DATABASE_URL: db.url } })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to rehearse: \S+ has every migration\. Nothing was proved\.\n$/),
    });
  });

  it.each([
    [['--nonsense'], "unknown option '--nonsense'"],
    [['mysql://nowhere/x'], 'error: The database URL must begin with postgres://'],
    [['postgres://someone:hunter2@127.0.0.1:1/antone'], 'no server listens on this host and port'],
  ])('exits 2 when it could not rehearse: %j', async (args, reason) => {
    const { code, stderr } = await rehearse(...args);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('hunter2');
    expect(code).toBe(2);
  });

  it('is what scripts/test-migration.sh runs, arguments included', async () => {
    expect(await readFile('scripts/test-migration.sh', 'utf8')).toContain(
      'exec npm run --silent migration:rehearse -- "$@"',
    );
    const { stdout } = await promisify(execFile)('scripts/test-migration.sh', ['--help']);
    expect(stdout).toMatch(/^Usage: shared-db migration:rehearse \[options\] \[url\]/);
  });
});
