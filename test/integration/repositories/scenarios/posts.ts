import { createDataSource } from '../../../../src/data-source.js';
import { Decision } from '../../../../src/entities/index.js';
import { DecisionRepository } from '../../../../src/repositories/decision.repository.js';
import { PostRepository } from '../../../../src/repositories/post.repository.js';
import type { TestDatabase } from '../../../support/database.js';
import { rowOf } from '../../../support/rows.js';
import { sightingOf } from '../sightings.js';

/** Four connections ingest the same 40 posts in different orders. Returns what was lost, doubled or not retried. */
export async function ingestTogether(url: string, rounds: number): Promise<{ rounds: number; violations: string[] }> {
  const sources = await Promise.all([1, 2, 3, 4].map(() => createDataSource({ url, poolSize: 1 }).initialize()));
  const violations: string[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const numbers = Array.from({ length: 40 }, (_, index) => 100_000 + round * 40 + index);
      const orders = [numbers, [...numbers].reverse(), [...numbers.slice(20), ...numbers.slice(0, 20)], numbers];
      const ends = await Promise.allSettled(
        sources.map(async (source, index) => {
          const ids = new Set<string>();
          for await (const results of PostRepository.of(source).ingest(
            (orders[index] ?? []).map((n) => sightingOf(n)),
          )) {
            for (const result of results) if (result.outcome !== 'rejected') ids.add(result.id);
          }
          return ids.size;
        }),
      );
      for (const end of ends) {
        if (end.status === 'rejected') violations.push(`round ${round}: ${String(end.reason)}`);
        else if (end.value !== 40) violations.push(`round ${round}: ${end.value} ids`);
      }
    }
    const [row] = await (sources[0] ?? raise()).query<{ posts: number }[]>(
      `SELECT count(*)::int AS posts FROM posts WHERE platform_post_id >= 'post_100000' AND length(platform_post_id) = 11`,
    );
    if (row?.posts !== rounds * 40) violations.push(`${row?.posts ?? 0} posts`);
  } finally {
    await Promise.all(sources.map((source) => source.destroy()));
  }
  return { rounds, violations };
}

/** Several workers process a queue; of some, the connections are ended while they work. Every post must have one decision. */
export async function processTogether(
  { dataSource, url }: TestDatabase,
  { workers, killed, count }: { workers: number; killed: number; count: number },
): Promise<{ violations: string[] }> {
  const violations: string[] = [];
  const ingest = PostRepository.of(dataSource).ingest(Array.from({ length: count }, (_, n) => sightingOf(n)));
  while (!(await ingest.next()).done);
  const sources = await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      createDataSource({
        url,
        poolSize: 1,
        applicationName: `worker_${index < killed ? 'killed' : 'living'}`,
      }).initialize(),
    ),
  );
  const work = async (index: number): Promise<void> => {
    const posts = PostRepository.of(sources[index] ?? raise());
    for (;;) {
      const { processed, failed } = await posts.processBatch(
        async ({ id }, manager) => {
          await manager.query('SELECT pg_sleep(0.002)');
          await DecisionRepository.of(manager).record({ ...rowOf(Decision, { postId: id }) } as never);
        },
        { limit: 10 },
      );
      for (const { error } of failed) violations.push(`an attempt was counted: ${String(error)}`);
      if (processed.length === 0 && failed.length === 0) return;
    }
  };
  const running = Promise.allSettled(sources.map((_, index) => work(index)));
  while (killed > 0) {
    const rows = await dataSource.query<unknown[]>(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'worker_killed' AND xact_start IS NOT NULL`,
    );
    if (rows.length > 0) break;
  }
  const ends = await running;
  const living = ends.slice(killed).flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  violations.push(...living);
  // What a killed worker had claimed is waiting again when the others have left.
  sources.push(await createDataSource({ url }).initialize());
  await work(sources.length - 1);
  const [row] = await dataSource.query<{ posts: number; decisions: number; doubled: number }[]>(
    `SELECT (SELECT count(*)::int FROM posts WHERE processed_at IS NOT NULL) AS posts, (SELECT count(*)::int FROM decisions) AS decisions,
       (SELECT count(*)::int FROM (SELECT FROM decisions GROUP BY post_id HAVING count(*) > 1) d) AS doubled`,
  );
  if (row?.posts !== count || row.decisions !== count || row.doubled !== 0) violations.push(JSON.stringify(row));
  await Promise.all(sources.map((source) => source.destroy()));
  return { violations };
}

function raise(): never {
  throw new Error('There is no such connection.');
}
