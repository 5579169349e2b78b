import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import { withoutTables, type Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { revertMigration } from '../../../src/operations/migrator/runner.js';
import { createDataSource } from '../../../src/data-source.js';
import { runCli, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { besides, dropBesides, emptyFolder, listening, noPgDump, query } from '../backup/support.js';

jest.setTimeout(60_000);

const withoutPgDump = await noPgDump();

describe('migration:run --backup', () => {
  const db = useDatabase();
  let folder: string;
  let remove: () => Promise<void>;
  let url: string;
  let before: Fingerprint;

  const run = (...args: string[]): Promise<CliResult> => runCli(args, { env: { DATABASE_URL: url } });
  const now = async (): Promise<Fingerprint> =>
    withoutTables(await readDatabaseFingerprint(listening(url)), ['public.migration_runs']);
  /** Makes the second of two pending migrations fail, because its function exists with another signature. */
  const obstacle = 'CREATE FUNCTION refuse_final_change() RETURNS int LANGUAGE sql AS $$SELECT 1$$';

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
    url = db.url;
  });

  /** Creates a database with two pending migrations and one row. */
  const prepare = async (): Promise<void> => {
    url = await db.create();
    const dataSource = await createDataSource({ url }).initialize();
    await revertMigration(dataSource);
    await revertMigration(dataSource);
    await dataSource.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', '1', 'ann')`);
    await dataSource.destroy();
    before = await now();
  };

  afterAll(async () => {
    await dropBesides(url);
    await remove();
  });

  const engines = [
    ['template', /^backing up into the database \w+, a copy on the same server$/m],
    ...(withoutPgDump === undefined ? [['dump', /^backing up with pg_dump \d+\.\d+, \d+ tables$/m] as const] : []),
  ] as const;

  it.each(engines)(
    'restores the %s backup if a migration fails half-way, and prints that',
    async (engine, announced) => {
      await prepare();
      await query(url, obstacle);
      before = await now();
      const { code, stderr } = await run('migration:run', `--backup=${engine}`, '--backup-dir', folder);
      expect(stderr).toMatch(announced);
      expect(stderr).toMatch(
        /^backup in \S+, verified by (restoring it|comparing it with the database); to restore it: npx shared-db migration:restore \S+$/m,
      );
      expect(stderr).toMatch(
        /^state: restored from the backup, and verified to equal the database before the migrations\.$/m,
      );
      const [, keptAs] =
        /^the replaced database is kept as (\w+), with all rows written since the backup/m.exec(stderr) ?? [];
      expect(stderr.trim().split('\n').at(-1)).toMatch(/^error: /);
      expect(code).toBe(1);
      expect(compareFingerprints(before, await now())).toEqual([]);
      expect(await besides(url)).toContain(keptAs);
      await dropBesides(url);
    },
  );

  it('restores nothing if the failed migration left nothing behind, so that rows of other sessions stay', async () => {
    await prepare();
    // The first of the two fails.
    await query(url, 'CREATE FUNCTION refuse_audit_log_change() RETURNS int LANGUAGE sql AS $$SELECT 1$$');
    // The migrator creates this table before the migrations, so it is not left behind by one.
    await query(url, 'DROP TABLE database_environment');
    const { code, stderr } = await run('migration:run', '--backup=template', '--backup-dir', folder);
    expect(stderr).toMatch(
      /^state: unchanged\. The failed migrations left nothing behind, and nothing was restored\.$/m,
    );
    expect(code).toBe(1);
    expect((await besides(url)).filter((name) => name.includes('_failed_'))).toEqual([]);
    await dropBesides(url);
  });

  it('keeps the backup if the migrations succeed, and migration:restore restores it', async () => {
    await prepare();
    await rm(folder, { recursive: true, force: true });
    const { code, stdout } = await run('migration:run', '--backup=template', '--backup-dir', folder, '--json');
    const { applied, backup } = JSON.parse(stdout) as { applied: string[]; backup: { folder: string; engine: string } };
    expect({ code, applied }).toMatchObject({ code: 0, applied: [expect.any(String), expect.any(String)] });
    expect(backup).toEqual({ engine: 'template', folder: join(folder, (await readdir(folder))[0] ?? '') });
    expect(compareFingerprints(before, await now())).not.toEqual([]);

    const restored = await run('migration:restore', backup.folder);
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^restored \w+, and verified that it equals the database that was backed up\nthe replaced database is kept as /,
      ),
    });
    expect(compareFingerprints(before, await now())).toEqual([]);
    await dropBesides(url);
  });

  it('takes no backup if no migration is pending', async () => {
    url = db.url;
    const made = await readdir(folder);
    expect(await run('migration:run', '--backup', '--backup-dir', folder)).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: every migration is applied.\n',
      stderr: '',
    });
    expect(await readdir(folder)).toEqual(made);
  });

  it.each([
    [['migration:run', '--backup=tape'], 'Allowed choices are dump, template'],
    [['migration:restore'], "missing required argument 'backup'"],
    [
      ['migration:restore', '/nowhere'],
      'error: There is no backup in /nowhere. Give a folder created by migration:run --backup.',
    ],
  ])('refuses %j in one line', async (args, reason) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('does not let migration:restore use a backup of another database', async () => {
    const [name = ''] = await readdir(folder);
    expect(await run('migration:restore', join(folder, name))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: The backup in \S+ is of the database \w+, but the database URL names \w+\. Correct the one or the other\.\n$/,
      ),
    });
  });
});
