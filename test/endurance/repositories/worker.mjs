/**
 * A queue worker: says `ready`, waits for a line, and processes posts until the queue is empty. Arguments: the folder of the compiled package,
 * a connection string, the way (`package` or `raw`, SQL by hand), and the number of posts after which it kills itself in mid-transaction.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';

const [program, url, way, deadline = Infinity] = process.argv.slice(2);
const { default: library } = await import(join(program, 'src/index.js'));
const { createDataSource, DecisionRepository, PostRepository } = library;
const scores = { sssScore: 0.9, arsScore: 0.5, evsScore: 1, trsScore: 0.8, compositeScore: 0.7 };

async function usePackage() {
  const dataSource = await createDataSource({ url, poolSize: 1, applicationName: 'queue worker' }).initialize();
  const posts = PostRepository.of(dataSource);
  let count = 0;
  const processBatch = async () => {
    const { processed, failed } = await posts.processBatch(async ({ id: postId }, manager) => {
      await DecisionRepository.of(manager).record({ postId, mode: 'HELPFUL', ...scores });
      if ((count += 1) >= Number(deadline)) process.kill(process.pid, 'SIGKILL');
    });
    if (failed.length > 0) throw new Error(`${failed.length} attempts were counted.`);
    return processed.length;
  };
  return { processBatch, close: () => dataSource.destroy() };
}

async function useRawSql() {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const processBatch = async () => {
    await client.query('BEGIN');
    const { rows } = await client.query(
      `SELECT p.id, p.content, a.handle FROM posts p JOIN authors a ON a.id = p.author_id
       WHERE p.processed_at IS NULL AND NOT p.spam_filtered AND p.error_count < 3 ORDER BY p.detected_at LIMIT 20
       FOR UPDATE OF p SKIP LOCKED`,
    );
    for (const { id } of rows) {
      await client.query(
        `INSERT INTO decisions (post_id, mode, sss_score, ars_score, evs_score, trs_score, composite_score)
         VALUES ($1, 'HELPFUL', $2, $3, $4, $5, $6)`,
        [id, ...Object.values(scores)],
      );
      await client.query('UPDATE posts SET processed_at = now() WHERE id = $1', [id]);
    }
    await client.query('COMMIT');
    return rows.length;
  };
  return { processBatch, close: () => client.end() };
}

const { processBatch, close } = await (way === 'raw' ? useRawSql() : usePackage());
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
while ((await processBatch()) > 0);
await close();
