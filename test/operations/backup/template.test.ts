import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { restoreBackup, takeBackup, verifyBackup } from '../../../src/operations/backup/backup.js';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import type { Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import type { Backup } from '../../../src/operations/backup/manifest.js';
import { runExclusively, readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer, withDatabaseName } from '../../support/databases.js';
import { addExtras, besides, dropBesides, emptyFolder, listening, query } from './support.js';

jest.setTimeout(30_000);

describe('a backup that is a copy on the same server', () => {
  const db = useDatabase();
  let folder: string;
  let remove: () => Promise<void>;
  let url: string;
  let before: Fingerprint;
  let backup: Backup;

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
    url = await db.create();
    await addExtras(url);
    before = await readDatabaseFingerprint(listening(url));
    backup = await takeBackup(listening(url), { engine: 'template', folder });
  });

  afterAll(async () => {
    await dropBesides(url);
    await remove();
  });

  it('records its engine, in a folder that only its owner can read', async () => {
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^test_\w+_\d{8}_\d{6}_\d{3}$/)]);
    expect((await stat(join(backup.folder, 'manifest.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(backup.folder)).mode & 0o777).toBe(0o700);
    expect(await besides(url)).toEqual([backup.manifest.copy]);
  });

  it('is verified to be equal, with settings and privileges of the database', async () => {
    expect(await verifyBackup(listening(url), backup.folder)).toMatchObject({ engine: 'template' });
    const copy = withDatabaseName(url, backup.manifest.copy ?? '');
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(copy)))).toEqual([]);
  });

  it('is refused when the copy was changed', async () => {
    const copy = withDatabaseName(url, backup.manifest.copy ?? '');
    await query(copy, 'ALTER TABLE extras ADD extra int');
    await expect(verifyBackup(listening(url), backup.folder)).rejects.toThrow(
      /^The backup \w+ is not equal to the database at the time of the backup: .*extras\.extra is there, should not be/,
    );
    await query(copy, 'ALTER TABLE extras DROP extra');
  });

  it('replaces the database although pools reconnect, and keeps the replaced one', async () => {
    await query(url, 'DROP TABLE replies CASCADE; DELETE FROM extras WHERE id < 100');
    let [going, reconnected] = [true, 0];
    const pools = [1, 2, 3, 4].map(async () => {
      while (going) {
        await query(url, 'SELECT pg_sleep(0.2)').catch(() => undefined);
        reconnected += 1;
      }
    });
    const { keptAs } = await restoreBackup(listening(url), backup.folder);
    going = false;
    await Promise.all(pools);
    expect(reconnected).toBeGreaterThan(4);
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
    expect(await besides(url)).toEqual([backup.manifest.copy, keptAs]);
    expect(await query(withDatabaseName(url, keptAs ?? ''), 'SELECT count(*)::int AS n FROM extras')).toEqual([
      { n: 401 },
    ]);
  });

  it('restores a database that was dropped', async () => {
    await query(preparedServer().url, `DROP DATABASE "${new URL(url).pathname.slice(1)}" WITH (FORCE)`);
    expect(await restoreBackup(listening(url), backup.folder)).toEqual({ database: new URL(url).pathname.slice(1) });
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
  });

  it('is refused while a session is connected, which is named', async () => {
    const client = new pg.Client({ connectionString: url, application_name: 'queue-processor' });
    await client.connect();
    await expect(takeBackup(listening(url), { engine: 'template', folder })).rejects.toThrow(
      /^1 session is connected to \w+ \(pid \d+, queue-processor, idle\); PostgreSQL copies only unused databases\. End the sessions, or use --backup=dump\.$/,
    );
    await client.end();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is refused for a role that cannot create databases, before anything is created', async () => {
    const role = `nobody_${process.env.JEST_WORKER_ID ?? '0'}_${process.pid}`;
    await query(preparedServer().url, `CREATE ROLE ${role} LOGIN PASSWORD 'hunter2'`);
    const poor = new URL(url);
    [poor.username, poor.password] = [role, 'hunter2'];
    const made = await besides(url);
    await expect(takeBackup(listening(poor.href), { engine: 'template', folder })).rejects.toThrow(
      `The role ${role} cannot create databases, and a backup is checked by restoring it. Run ALTER ROLE ${role} CREATEDB, or use another role.`,
    );
    await query(preparedServer().url, `ALTER ROLE ${role} CREATEDB`);
    await expect(takeBackup(listening(poor.href), { engine: 'template', folder })).rejects.toThrow(
      `The role ${role} does not own the database`,
    );
    await query(preparedServer().url, `DROP ROLE ${role}`);
    expect(await besides(url)).toEqual(made);
  });

  it('is refused while another backup runs', async () => {
    await runExclusively(listening(url), async () => {
      await expect(runExclusively(listening(url), () => Promise.resolve())).rejects.toThrow(
        /^Another process is backing up or restoring \w+\. Wait until it has finished\.$/,
      );
    });
    expect(await runExclusively(listening(url), () => Promise.resolve('free'))).toBe('free');
  });
});
