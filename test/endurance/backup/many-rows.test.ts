import { describe, expect, it, jest } from '@jest/globals';
import { restoreBackup, takeBackup } from '../../../src/operations/backup/backup.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { useDatabase } from '../../support/database.js';
import { report, rounds } from '../rounds.js';
import { dropBesides, emptyFolder, listening, query } from '../../operations/backup/support.js';

jest.setTimeout(900_000);

/** A million, and in the gate a tenth of it. */
const ROWS = rounds(10) * 100_000;
const MIB = 2 ** 20;

describe(`${ROWS.toLocaleString('en')} rows`, () => {
  const db = useDatabase();

  it('are hashed on the server, in the time of a few scans and without memory in the client', async () => {
    const url = await db.create();
    await query(
      url,
      `INSERT INTO authors (id, platform, platform_id, handle) VALUES (gen_random_uuid(), 'REDDIT', '1', 'ann');
       CREATE TABLE many AS SELECT gen_random_uuid() AS id, repeat(md5(n::text), 10) AS content, random() AS score,
         now() + n * interval '1 s' AS at, jsonb_build_object('n', n) AS facts FROM generate_series(1, ${ROWS}) n; ANALYZE many`,
    );
    await readDatabaseFingerprint(listening(url));
    const [scan, hashed, columns]: number[][] = [[], [], []];
    const memory = process.memoryUsage().rss;
    let most = memory;
    const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    for (let round = 0; round < 5; round += 1) {
      scan?.push(await timed(() => query(url, 'SELECT max(length(many::text)) FROM many')));
      hashed?.push(await timed(() => readDatabaseFingerprint(listening(url))));
      columns?.push(await timed(() => readDatabaseFingerprint(listening(url), undefined, { columns: true })));
    }
    clearInterval(watching);
    const median = (values: number[] = []): number => values.sort((a, b) => a - b)[2] ?? 0;
    report(
      `${ROWS} rows: as text ${median(scan).toFixed(0)} ms, fingerprint ${median(hashed).toFixed(0)} ms, with columns ${median(columns).toFixed(0)} ms, ${((most - memory) / MIB).toFixed(1)} MiB more memory`,
    );
    expect((await readDatabaseFingerprint(listening(url))).tables['public.many']?.rows).toBe(ROWS);
    expect(most - memory).toBeLessThan(32 * MIB);
    expect(median(hashed)).toBeLessThan(10 * median(scan));

    const { folder, remove } = await emptyFolder();
    const backup = await takeBackup(listening(url), { engine: 'template', folder });
    await query(url, 'DELETE FROM many WHERE score < 0.0001');
    await restoreBackup(listening(url), backup.folder);
    expect(await query(url, 'SELECT count(*)::int AS n FROM many')).toEqual([{ n: ROWS }]);
    await dropBesides(url);
    await remove();
  });
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
