import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { PostRepository } from '../../../src/repositories/index.js';
import { ingestTogether } from '../../integration/repositories/scenarios/posts.js';
import { sightingOf } from '../../integration/repositories/sightings.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { report, rounds } from '../rounds.js';

jest.setTimeout(3_600_000);

const db = useDatabase();
const WORKERS = 16;
const KILLED = 4;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Stores waiting posts with these numbers. */
async function fillQueue(from: number, count: number): Promise<void> {
  const sightings = Array.from({ length: count }, (_, n) => sightingOf(from + n));
  const ingest = PostRepository.of(db.dataSource).ingest(sightings);
  while (!(await ingest.next()).done);
}

/** Returns the buffers that the claim of one batch touches. */
async function measureClaim(): Promise<number> {
  const query = jest.spyOn(pg.Client.prototype, 'query');
  await PostRepository.of(db.dataSource).processBatch(() => Promise.resolve());
  const calls = query.mock.calls as unknown as [string, unknown[]][];
  query.mockRestore();
  const [sql, parameters] = calls.filter(([text]) => text.includes('shared-db:posts.claim ')).at(-1) ?? [];
  return db.dataSource.transaction(async (manager) => {
    const [row] = await manager.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }[]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql ?? ''}`,
      parameters,
    );
    const plan = row?.['QUERY PLAN'][0]?.Plan ?? {};
    return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  });
}

/** Runs the workers, which begin together, until the queue is empty. The first `killed` die while they have decisions in an open transaction. */
async function runWorkers(
  way: 'package' | 'raw',
  killed = 0,
): Promise<{ signals: unknown[]; errors: string; seconds: number }> {
  const { program } = preparedServer();
  let errors = '';
  const workers = Array.from({ length: WORKERS }, (_, index) => {
    const child = spawn(
      process.execPath,
      [
        ...[
          '--disable-warning=DeprecationWarning',
          join('test/endurance/repositories/worker.mjs'),
          program,
          db.url,
          way,
        ],
        ...(index < killed ? [`${5 + index}`] : []),
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const closed = once(child, 'close').then(([, signal]: unknown[]) => signal);
    return { child, ready: Promise.race([once(child.stdout, 'data'), closed]), closed };
  });
  await Promise.all(workers.map(({ ready }) => ready));
  const begin = performance.now();
  for (const { child } of workers) child.stdin.end('go\n');
  const signals = await Promise.all(workers.map(({ closed }) => closed));
  return { signals, errors, seconds: (performance.now() - begin) / 1_000 };
}

describe('the queue of posts', () => {
  it(`processes each post once when ${WORKERS} processes work and ${KILLED} of them are killed`, async () => {
    const count = 400 * rounds(10);
    await fillQueue(0, count);
    const { signals, errors, seconds } = await runWorkers('package', KILLED);
    expect(errors).toBe('');
    expect(signals.filter((signal) => signal === 'SIGKILL')).toHaveLength(KILLED);
    const [row] = await db.dataSource.query<object[]>(
      `SELECT (SELECT count(*)::int FROM posts WHERE processed_at IS NULL) AS waiting, (SELECT count(*)::int FROM decisions) AS decisions,
         (SELECT count(*)::int FROM (SELECT FROM decisions GROUP BY post_id HAVING count(*) > 1) d) AS doubled,
         (SELECT coalesce(sum(error_count), 0)::int FROM posts) AS attempts`,
    );
    expect(row).toEqual({ waiting: 0, decisions: count, doubled: 0, attempts: 0 });
    report(`${WORKERS} workers, ${KILLED} killed: ${count} posts processed once each, in ${seconds.toFixed(1)} s`);
  });

  it('empties with the package and with SQL by hand, whose times are reported', async () => {
    const times = { package: [] as number[], raw: [] as number[] };
    for (let round = 0; round < 3; round += 1) {
      for (const way of ['package', 'raw'] as const) {
        await db.dataSource.query('DELETE FROM authors');
        await fillQueue(0, 400 * rounds(10));
        const { errors, seconds } = await runWorkers(way);
        expect(errors).toBe('');
        times[way].push(seconds);
      }
    }
    const [ours = 0, raw = 0] = [times.package, times.raw].map((all) => all.toSorted((a, b) => a - b)[1]);
    report(`queue: ${ours.toFixed(2)} s, by hand ${raw.toFixed(2)} s (medians): ${(raw / ours).toFixed(2)} x`);
  });

  it('costs the same after thousands of processed posts without a vacuum', async () => {
    await db.dataSource.query('ALTER TABLE posts SET (autovacuum_enabled = false)');
    await db.dataSource.query('DELETE FROM authors');
    await db.dataSource.query('VACUUM posts');
    await fillQueue(1_000_000, 1_000);
    await db.dataSource.query('ANALYZE posts, authors');
    await measureClaim();
    const first = await measureClaim();
    const total = 5_000 * rounds(10);
    const posts = PostRepository.of(db.dataSource);
    for (let done = 0; done < total; done += 1_000) {
      while ((await posts.processBatch(() => Promise.resolve(), { limit: 100 })).processed.length > 0);
      await fillQueue(2_000_000 + done, 1_000);
    }
    await measureClaim();
    const last = await measureClaim();
    report(`a claim touches ${first} buffers at first and ${last} after ${total} processed posts without vacuum`);
    expect(last).toBeLessThanOrEqual(first * 2);
  });
});

describe('parallel ingests', () => {
  it('of the same posts in different orders give each post once, without an error', async () => {
    const result = await ingestTogether(db.url, rounds(1_000));
    report(
      `ingest: ${result.rounds} rounds of four connections with the same 40 posts, ${result.violations.length} violations`,
    );
    expect(result.violations).toEqual([]);
  });

  it('need no more memory for many posts than for a few', async () => {
    const count = 20_000 * rounds(50);
    const source = function* (): Generator<ReturnType<typeof sightingOf>> {
      for (let n = 0; n < count; n += 1) yield sightingOf(10_000_000 + n);
    };
    let [least, most] = [Infinity, 0];
    let batches = 0;
    for await (const results of PostRepository.of(db.dataSource).ingest(source())) {
      expect(results).toHaveLength(1_000);
      batches += 1;
      if (batches % 10 !== 0) continue;
      collectGarbage();
      const { heapUsed } = process.memoryUsage();
      [least, most] = [Math.min(least, heapUsed), Math.max(most, heapUsed)];
    }
    const grown = (most - least) / 2 ** 20;
    report(`ingest of ${count} posts: the heap varies by ${grown.toFixed(1)} MiB`);
    expect(grown).toBeLessThan(64);
  });
});
