import { beforeEach, describe, expect, it } from '@jest/globals';
import { Decision, Post } from '../../../src/entities/index.js';
import { DecisionRepository } from '../../../src/repositories/decision.repository.js';
import type { IngestedPost, PostSighting } from '../../../src/repositories/post-ingest.js';
import { PostRepository } from '../../../src/repositories/post.repository.js';
import { useDatabase } from '../../support/database.js';
import { rowOf } from '../../support/rows.js';
import { ingestTogether, processTogether } from './scenarios/posts.js';
import { sightingOf } from './sightings.js';

const db = useDatabase();
let posts: PostRepository;

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
  posts = PostRepository.of(db.dataSource);
});

async function ingest(sightings: Iterable<PostSighting>): Promise<IngestedPost[]> {
  const all: IngestedPost[] = [];
  for await (const results of posts.ingest(sightings)) all.push(...results);
  return all;
}

const outcomesOf = (results: readonly IngestedPost[]): string[] => results.map(({ outcome }) => outcome);

/** Returns how many row versions were written to posts and authors since the last call in this database. */
async function countWrites(): Promise<unknown> {
  await db.dataSource.query('SELECT pg_stat_force_next_flush()');
  const [row] = await db.dataSource.query<object[]>(
    `SELECT sum(n_tup_ins + n_tup_upd) AS writes FROM pg_stat_user_tables WHERE relname IN ('posts', 'authors')`,
  );
  return row;
}

describe('PostRepository.ingest()', () => {
  it('inserts posts with their authors and returns the id of each post in the order of the sightings', async () => {
    const results = await ingest([1, 2, 51].map((n) => sightingOf(n)));
    const stored = await db.dataSource
      .getRepository(Post)
      .find({ relations: { author: true }, order: { detectedAt: 'ASC' } });
    expect(results).toEqual(stored.map(({ id }, index) => ({ index, outcome: 'inserted', id })));
    expect(stored.map(({ author }) => author.handle)).toEqual(['runner_1', 'runner_2', 'runner_1']);
    expect(stored[0]).toMatchObject({
      platformPostId: 'post_1',
      content: 'my head hurts, 1',
      keywordMatches: ['head'],
      keywordCategories: [],
      spamFiltered: false,
    });
  });

  it('writes nothing and takes no lock when nothing changed', async () => {
    const sightings = [1, 2, 3].map((n) => sightingOf(n));
    await ingest(sightings);
    const before = await countWrites();
    expect(outcomesOf(await ingest(sightings))).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await countWrites()).toEqual(before);
  });

  it('updates what is known while the post waits, and nothing afterwards', async () => {
    await ingest([sightingOf(1, { rawMetrics: { likes: 1 } })]);
    expect(outcomesOf(await ingest([sightingOf(1, { content: 'corrected' })]))).toEqual(['updated']);
    const post = await posts.findOneByOrFail({});
    expect(post).toMatchObject({ content: 'corrected', rawMetrics: { likes: 1 } });
    await posts.markProcessed([post.id]);
    expect(outcomesOf(await ingest([sightingOf(1, { content: 'too late' })]))).toEqual(['unchanged']);
    expect(await posts.findOneByOrFail({})).toMatchObject({ content: 'corrected' });
  });

  it('writes the last of several sightings of one post in a batch', async () => {
    const results = await ingest([sightingOf(1), sightingOf(2), sightingOf(1, { content: 'last' })]);
    expect(outcomesOf(results)).toEqual(['unchanged', 'inserted', 'inserted']);
    expect(new Set(results.map((result) => 'id' in result && result.id)).size).toBe(2);
    expect(await posts.findOneByOrFail({ platformPostId: 'post_1' })).toMatchObject({ content: 'last' });
  });

  it('rejects an invalid sighting alone, with its index and every broken rule', async () => {
    const results = await ingest([
      sightingOf(1),
      sightingOf(2, { content: '', author: { platformId: '2', handle: 'not a handle' } }),
      sightingOf(3, { content: 'nul \0' }),
      sightingOf(4, { platform: 'MYSPACE' as 'REDDIT' }),
      null as unknown as PostSighting,
      sightingOf(5, { rawMetrics: { likes: Number.NaN } }),
    ]);
    expect(outcomesOf(results)).toEqual(['inserted', ...Array<string>(5).fill('rejected')]);
    expect(results[1]).toMatchObject({
      violations: [
        { property: 'content', constraint: 'length' },
        { properties: ['author.platform', 'author.handle'], constraint: 'handle_of_platform' },
      ],
    });
    expect(await posts.count()).toBe(1);
  });

  it('accepts the handles of all three platforms', async () => {
    const results = await ingest([
      sightingOf(1, { platform: 'REDDIT', author: { platformId: '1', handle: 'ann-of_7' } }),
      sightingOf(2, { platform: 'THREADS', author: { platformId: '1', handle: 'ann.of_7' } }),
      sightingOf(3),
    ]);
    expect(outcomesOf(results)).toEqual(['inserted', 'inserted', 'inserted']);
  });

  it('takes an empty list, and 2,500 sightings from an async source in three batches', async () => {
    expect(await ingest([])).toEqual([]);
    const sizes: number[] = [];
    const source = async function* (): AsyncGenerator<PostSighting> {
      for (let n = 0; n < 2_500; n += 1) {
        if (n % 1_000 === 0) await Promise.resolve();
        yield sightingOf(n);
      }
    };
    for await (const results of posts.ingest(source())) sizes.push(results.length);
    expect(sizes).toEqual([1_000, 1_000, 500]);
    expect(await posts.count()).toBe(2_500);
  });

  it('is rolled back with the transaction of the caller', async () => {
    const failing = db.dataSource.transaction(async (manager) => {
      expect(await PostRepository.of(manager).ingestOne(sightingOf(1))).toMatchObject({ outcome: 'inserted' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await posts.count()).toBe(0);
  });

  it('gives each post once when four processes ingest overlapping batches in different orders', async () => {
    expect(await ingestTogether(db.url, 3)).toEqual({ rounds: 3, violations: [] });
  });
});

describe('PostRepository.ingestOne()', () => {
  it('has the same outcomes as ingest(), and keeps what a later sighting does not know', async () => {
    const first = sightingOf(1, {
      rawMetrics: { likes: 1 },
      author: { platformId: '1', handle: 'runner_1', displayName: 'Ana', followerCount: 7, isVerified: true },
    });
    const outcomes = [];
    for (const changes of [{}, {}, { content: 'corrected' }, { rawMetrics: { likes: 2 } }]) {
      outcomes.push((await posts.ingestOne({ ...first, ...changes })).outcome);
    }
    expect(outcomes).toEqual(['inserted', 'unchanged', 'updated', 'updated']);
    const { keywordMatches, ...unknown } = sightingOf(1, {
      content: first.content,
      author: { platformId: '1', handle: 'runner_2' },
    });
    expect(await posts.ingestOne(unknown)).toMatchObject({ outcome: 'unchanged' });
    expect(await posts.findOneOrFail({ where: {}, relations: { author: true } })).toMatchObject({
      keywordMatches,
      rawMetrics: { likes: 2 },
      author: { handle: 'runner_2', displayName: 'Ana', followerCount: 7, isVerified: true },
    });
    expect(await posts.ingestOne({ ...first, content: '' })).toMatchObject({ outcome: 'rejected' });
  });

  it('gives one row when eight calls store the same new post at once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => posts.ingestOne(sightingOf(1))));
    expect(results.filter(({ outcome }) => outcome === 'inserted')).toHaveLength(1);
    expect(new Set(results.map((result) => 'id' in result && result.id)).size).toBe(1);
  });
});

describe('PostRepository.claim()', () => {
  it('returns the oldest waiting posts with their authors, and neither spam, nor processed, nor given-up posts', async () => {
    await ingest([5, 4, 3, 2, 1].map((n) => sightingOf(n, { spamFiltered: n === 2 })));
    await posts.update({ platformPostId: 'post_3' }, { errorCount: 3 });
    const claimed = await db.dataSource.transaction((manager) => PostRepository.of(manager).claim(2));
    expect(claimed).toMatchObject([
      { platformPostId: 'post_1', authorHandle: 'runner_1', errorCount: 0, authorRelationshipScore: 0.5 },
      { platformPostId: 'post_4' },
    ]);
    expect(await posts.readQueue()).toMatchObject({ depth: 3 });
  });

  it('skips the posts that another transaction has claimed', async () => {
    await ingest([1, 2, 3].map((n) => sightingOf(n)));
    await db.dataSource.transaction(async (manager) => {
      expect(await PostRepository.of(manager).claim(2)).toHaveLength(2);
      expect(await posts.claim(10)).toMatchObject([{ platformPostId: 'post_3' }]);
    });
  });

  it('refuses a limit of 0 and of more than 100', async () => {
    await expect(posts.claim(0)).rejects.toThrow('The limit must be a whole number from 1 to 100.');
    await expect(posts.claim(101)).rejects.toThrow(RangeError);
  });
});

describe('PostRepository.processBatch()', () => {
  const decide = (postId: string) => ({ ...rowOf(Decision, { postId }) }) as never;

  it('processes every claimed post in one transaction', async () => {
    await ingest([1, 2, 3].map((n) => sightingOf(n)));
    const report = await posts.processBatch(async ({ id }, manager) => {
      await DecisionRepository.of(manager).record(decide(id));
    });
    expect(report.processed).toHaveLength(3);
    expect(report.failed).toEqual([]);
    expect(await db.dataSource.getRepository(Decision).count()).toBe(3);
    expect(await posts.readQueue()).toEqual({ depth: 0, oldestSeconds: null });
  });

  it('counts an attempt of the post whose work throws, processes the others, and gives up after three attempts', async () => {
    await ingest([1, 2, 3].map((n) => sightingOf(n)));
    const run = () =>
      posts.processBatch(async ({ id, platformPostId }, manager) => {
        await DecisionRepository.of(manager).record(decide(id));
        if (platformPostId === 'post_2') throw new TypeError('my head hurts, 2');
      });
    expect(await run()).toMatchObject({ processed: [expect.anything(), expect.anything()], failed: [{}] });
    expect(await run()).toMatchObject({ processed: [], failed: [{}] });
    expect(await run()).toMatchObject({ processed: [], failed: [{}] });
    expect(await run()).toEqual({ processed: [], failed: [], postponed: [] });
    expect(await posts.findOneByOrFail({ platformPostId: 'post_2' })).toMatchObject({
      errorCount: 3,
      errorMessage: 'TypeError',
      processedAt: null,
    });
    expect(await db.dataSource.getRepository(Decision).count()).toBe(2);
  });

  it('isolates a post whose statement fails in the database', async () => {
    await ingest([1, 2].map((n) => sightingOf(n)));
    const report = await posts.processBatch(async ({ id, platformPostId }, manager) => {
      await manager.query('SELECT 1 / $1::int', [platformPostId === 'post_1' ? 0 : 1]);
      await DecisionRepository.of(manager).record(decide(id));
    });
    expect(report).toMatchObject({ processed: [expect.anything()], failed: [{ error: { code: 'INVALID_VALUE' } }] });
    expect(await posts.findOneByOrFail({ platformPostId: 'post_1' })).toMatchObject({
      errorMessage: 'InvalidValue (INVALID_VALUE)',
    });
  });

  it('postpones a post that a deadlock prevents twice, without counting an attempt, and reports the others', async () => {
    await ingest([1, 2].map((n) => sightingOf(n)));
    const report = await posts.processBatch(async ({ id, platformPostId }, manager) => {
      await DecisionRepository.of(manager).record(decide(id));
      if (platformPostId === 'post_2') await manager.query(`DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$`);
    });
    expect(report).toMatchObject({
      processed: [expect.anything()],
      failed: [],
      postponed: [{ error: { code: 'DEADLOCK' } }],
    });
    expect(await posts.findOneByOrFail({ platformPostId: 'post_2' })).toMatchObject({
      errorCount: 0,
      processedAt: null,
    });
  });

  it('refuses to run inside a transaction', async () => {
    await expect(
      db.dataSource.transaction((manager) => PostRepository.of(manager).processBatch(() => Promise.resolve())),
    ).rejects.toMatchObject({ code: 'TRANSACTION_IS_OPEN' });
  });

  it('processes each post once with eight workers, of which two lose their connections', async () => {
    expect(await processTogether(db, { workers: 8, killed: 2, count: 200 })).toEqual({ violations: [] });
  });
});

describe('PostRepository, what it reads', () => {
  it('finds the newest post of a platform, the latest posts of an author, and the frequency of keywords', async () => {
    const now = Date.now();
    const sightings = [1, 51, 101].map((n) =>
      sightingOf(n, { detectedAt: new Date(now - n * 1_000), rawMetrics: { likes: n } }),
    );
    await ingest(sightings);
    expect(await posts.findNewest('TWITTER')).toMatchObject({ platformPostId: 'post_1' });
    expect(await posts.findNewest('REDDIT')).toBeNull();
    const { authorId } = await posts.findOneByOrFail({ platformPostId: 'post_1' });
    const recent = await posts.listRecentOfAuthor(authorId, { limit: 2 });
    expect(recent.map(({ rawMetrics }) => rawMetrics)).toEqual([{ likes: 1 }, { likes: 51 }]);
    const parts = [];
    for await (const part of posts.streamSince(new Date(now - 60_000))) parts.push(...part);
    expect(parts).toMatchObject([
      { platformPostId: 'post_51', authorHandle: 'runner_1' },
      { platformPostId: 'post_1' },
    ]);
    expect(await posts.countKeywords()).toEqual([{ keyword: 'head', posts: 3 }]);
  });
});
