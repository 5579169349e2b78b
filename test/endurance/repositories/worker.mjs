/** A queue worker: processes posts until the queue is empty. Arguments: the folder of the compiled package, and a connection string. */
import { join } from 'node:path';

const [program, url] = process.argv.slice(2);
const { default: library } = await import(join(program, 'src/index.js'));
const { createDataSource, DecisionRepository, PostRepository } = library;
const dataSource = await createDataSource({ url, poolSize: 1, applicationName: 'queue worker' }).initialize();
const posts = PostRepository.of(dataSource);
const scores = { sssScore: 0.9, arsScore: 0.5, evsScore: 1, trsScore: 0.8, compositeScore: 0.7 };
for (;;) {
  const { processed, failed } = await posts.processBatch(async ({ id: postId }, manager) => {
    await DecisionRepository.of(manager).record({ postId, mode: 'HELPFUL', ...scores });
  });
  if (failed.length > 0) throw new Error(`${failed.length} attempts were counted.`);
  if (processed.length === 0) break;
}
await dataSource.destroy();
