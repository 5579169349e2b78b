import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import { withoutTables, type Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import { takeBackup } from '../../../src/operations/backup/backup.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { revertMigration } from '../../../src/operations/migrator/runner.js';
import { readMigrationStatus } from '../../../src/operations/migrator/status.js';
import { BOOKKEEPING_TABLES } from '../../../src/operations/catalog/bookkeeping.js';
import { createDataSource } from '../../../src/data-source.js';
import { runCli, spawnCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { rounds } from '../rounds.js';
import { addExtras, dropBesides, emptyFolder, listening, query } from '../../operations/backup/support.js';

jest.setTimeout(900_000);

const KILLS = rounds(25);

/** The runner's own tables remember what was tried. */
const state = async (url: string): Promise<Fingerprint> =>
  withoutTables(
    await readDatabaseFingerprint(listening(url)),
    BOOKKEEPING_TABLES.map((table) => `public.${table}`),
  );
const same = (a: Fingerprint, b: Fingerprint): boolean => compareFingerprints(a, b).length === 0;

describe('a process that is killed', () => {
  const db = useDatabase();
  let folder: string;
  let remove: () => Promise<void>;
  let url: string;

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
  });

  afterAll(async () => {
    await dropBesides(url);
    await remove();
  });

  /** Milliseconds after its start, spread evenly over the time that it takes. */
  const moments = (whole: number): number[] => Array.from({ length: KILLS }, (_, n) => (whole * (n + 0.5)) / KILLS);

  it(`leaves the database as it was or restored, at ${KILLS} moments of migration:restore; the next one completes`, async () => {
    url = await db.create();
    await addExtras(url);
    const before = await state(url);
    const backup = await takeBackup(listening(url), { engine: 'template', folder });
    const damage = async (): Promise<Fingerprint> => {
      await query(url, 'DELETE FROM extras WHERE id % 2 = 0; DROP INDEX IF EXISTS ix_posts__processed_at');
      return state(url);
    };
    const args = ['migration:restore', backup.folder];
    const damaged = await damage();
    const started = Date.now();
    expect(await runCli(args, { env: { DATABASE_URL: url } })).toMatchObject({ code: 0 });
    const found = { before: 0, restored: 0 };
    // Twice as long, since the first one may have been faster than others are.
    for (const moment of moments(2 * (Date.now() - started))) {
      await damage();
      const running = spawnCli(args, { env: { DATABASE_URL: url } });
      await sleep(moment);
      running.kill('SIGKILL');
      await running.ended;
      const now = await settled(url);
      const restored = same(now, before);
      expect(restored || same(now, damaged)).toBe(true);
      found[restored ? 'restored' : 'before'] += 1;
    }
    process.stderr.write(`killed restores: ${JSON.stringify(found)}\n`);
    await damage();
    expect(await runCli(args, { env: { DATABASE_URL: url } })).toMatchObject({ code: 0 });
    expect(same(await state(url), before)).toBe(true);
    await dropBesides(url);
  });

  it(`leaves whole migrations only, at ${KILLS} moments of migration:run --backup; the next one completes`, async () => {
    url = await db.create();
    const dataSource = await createDataSource({ url }).initialize();
    const applied = await state(url);
    await revertMigration(dataSource);
    const half = await state(url);
    await revertMigration(dataSource);
    const before = await state(url);
    await dataSource.destroy();
    const args = ['migration:run', '--backup=template', '--backup-dir', folder];
    const again = async (): Promise<void> => {
      await dropBesides(url);
      const source = await createDataSource({ url }).initialize();
      while ((await readMigrationStatus(source)).pending.length < 2) await revertMigration(source);
      await source.destroy();
    };
    const started = Date.now();
    expect(await runCli(args, { env: { DATABASE_URL: url } })).toMatchObject({ code: 0 });
    const found = { before: 0, half: 0, applied: 0 };
    for (const [index, moment] of moments(Date.now() - started).entries()) {
      await again();
      const running = spawnCli(args, { env: { DATABASE_URL: url } });
      // Every other one while it migrates, which is the shorter part.
      if (index % 2 === 0) await sleep(moment);
      else await running.says('to restore it:').then(() => sleep(moment / 3));
      running.kill('SIGKILL');
      await running.ended;
      const now = await settled(url);
      const which = (
        [
          ['before', before],
          ['half', half],
          ['applied', applied],
        ] as const
      ).find(([, one]) => same(now, one));
      expect(which).toBeDefined();
      if (which) found[which[0]] += 1;
      expect(await runCli(args, { env: { DATABASE_URL: url } })).toMatchObject({ code: 0 });
      expect(same(await state(url), applied)).toBe(true);
    }
    process.stderr.write(`killed runs: ${JSON.stringify(found)}\n`);
  });
});

/** What was under way on the server when its client was killed ends first. */
async function settled(url: string): Promise<Fingerprint> {
  for (let round = 0; round < 100; round += 1) {
    const busy = await query(
      url.replace(/[^/]+$/, 'postgres'),
      `SELECT FROM pg_stat_activity WHERE application_name IN ('shared-db backup', 'shared-db cli')`,
    );
    if (busy.length === 0) break;
    await sleep(50);
  }
  return state(url);
}
