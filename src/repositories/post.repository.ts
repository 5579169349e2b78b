import { setImmediate } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { withRetry } from '../connection/retry.js';
import { QUEUE } from '../constants/figures.js';
import type { Platform } from '../entities/enums.js';
import { Post } from '../entities/index.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { toDatabaseError } from '../errors/translate.js';
import { assertLimit } from './pages.js';
import {
  areDisjoint,
  INGEST,
  INGEST_ONE,
  type IngestedPost,
  type PostSighting,
  type PreparedBatch,
  prepareBatch,
  toOneParameters,
  toParameters,
} from './post-ingest.js';
import {
  type BatchReport,
  CLAIM,
  CLAIM_ONE,
  type ClaimedPost,
  describeFailure,
  getQueueStart,
  IS_WAITING,
  setQueueStart,
} from './post-queue.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** Rows in one statement: more need more memory and are hardly faster. Measured by bench/ingest.ts. */
const BATCH_SIZE = 1_000;

/** A method that commits its own transactions was called with the manager of an open transaction. */
export class TransactionIsOpen extends SharedDbError {
  override readonly name = 'TransactionIsOpen';
  readonly code = 'TRANSACTION_IS_OPEN';
}

/** A post in a stream, with its author. */
export interface SeenPost {
  readonly id: string;
  readonly platform: Platform;
  readonly platformPostId: string;
  readonly content: string;
  readonly detectedAt: Date;
  /** Null: not processed yet. */
  readonly processedAt: Date | null;
  readonly keywordMatches: string[];
  readonly spamFiltered: boolean;
  readonly authorId: string;
  readonly authorHandle: string;
  readonly authorFollowerCount: number;
}

const STREAM = `SELECT p.id, p.platform, p.platform_post_id AS "platformPostId", p.content, p.detected_at AS "detectedAt",
    p.processed_at AS "processedAt", p.keyword_matches AS "keywordMatches", p.spam_filtered AS "spamFiltered",
    p.author_id AS "authorId", a.handle AS "authorHandle", a.follower_count AS "authorFollowerCount"
  FROM posts p JOIN authors a ON a.id = p.author_id WHERE (p.detected_at, p.id) > ($1, $2::uuid)
  ORDER BY p.detected_at, p.id LIMIT 1000`;

/** A row that `INGEST` returns. */
interface StoredPost {
  readonly key: string;
  readonly id: string;
  readonly outcome: 'inserted' | 'unchanged' | 'updated';
}

/** Questions about detected posts, their bulk import, and the queue of posts without a decision. */
@RepositoryFor(Post)
export class PostRepository extends TableRepository<Post> {
  /**
   * Stores sightings of posts with their authors. Each batch of 1,000 is one statement and one transaction; two batches without a common
   * post or author are written at the same time, on two connections, while the next one is validated. A known post is updated while it is
   * not processed, in what the sighting knows and the row does not have. An invalid sighting is rejected alone.
   *
   * Parallel calls neither lose nor duplicate rows. Within the caller's transaction everything is one transaction.
   *
   *     for await (const results of posts.ingest(sightings)) count(results);
   *
   * @param sightings any iterable; it is read batch by batch, so a million posts need no more memory than three batches
   * @returns the results of each batch, in the order of the sightings
   * @throws what PostgreSQL refuses, after the running batches have ended; those before it are stored
   */
  async *ingest(
    sightings: AsyncIterable<PostSighting> | Iterable<PostSighting>,
  ): AsyncGenerator<IngestedPost[], void, undefined> {
    const running: { readonly batch: PreparedBatch; readonly results: Promise<IngestedPost[]> }[] = [];
    const limit = this.#isInTransaction ? 1 : 2;
    let offset = 0;
    try {
      for await (const next of readBatches(sightings)) {
        const batch = prepareBatch(next, offset);
        offset += next.length;
        while (running.length >= limit || !running.every((other) => areDisjoint(other.batch, batch))) {
          yield (await running[0]?.results) ?? [];
          running.shift();
        }
        const results = this.#write(batch);
        // Awaited above; when the caller stops early, it must not be an unhandled rejection.
        results.catch(() => undefined);
        running.push({ batch, results });
        // Lets the statement reach the socket before the next batch keeps this thread busy.
        await setImmediate();
      }
      for (; running.length > 0; running.shift()) yield (await running[0]?.results) ?? [];
    } finally {
      await Promise.allSettled(running.map(({ results }) => results));
    }
  }

  /** Stores one sighting in one round trip, as `ingest` does. */
  async ingestOne(sighting: PostSighting): Promise<IngestedPost> {
    const batch = prepareBatch([sighting], 0);
    const [rejected] = batch.rejected;
    if (rejected !== undefined) return rejected;
    const [row] = await this.#retry(() =>
      this.send<Omit<StoredPost, 'key'>>('ingestOne', INGEST_ONE, toOneParameters(sighting)),
    );
    const [result] = row === undefined ? await this.#write(batch) : [{ index: 0, ...row }];
    if (result === undefined) throw new Error('The post was neither inserted nor found.');
    return result;
  }

  async #write({ sightings, offset, rejected, places, parameters: first }: PreparedBatch): Promise<IngestedPost[]> {
    const results: IngestedPost[] = [...rejected];
    const left = new Map(places);
    for (let parameters = first; left.size > 0; { parameters } = toParameters(sightings, left)) {
      const sent = parameters;
      const rows = await this.#retry(() => this.send<StoredPost>('ingest', INGEST, sent));
      for (const { key, id, outcome } of rows) {
        const all = left.get(key) ?? [];
        left.delete(key);
        all.forEach((place, index) => {
          results.push({ index: offset + place, id, outcome: index === all.length - 1 ? outcome : 'unchanged' });
        });
      }
    }
    return results.sort((a, b) => a.index - b.index);
  }

  /** Retries unless a transaction is open, which PostgreSQL has then aborted. */
  #retry<T>(work: () => Promise<T>): Promise<T> {
    return this.#isInTransaction ? work() : withRetry(work);
  }

  get #isInTransaction(): boolean {
    return this.manager.queryRunner?.isTransactionActive === true;
  }

  /**
   * Claims the oldest waiting posts, runs `work` for each of them, and marks them as processed, in one transaction. Other workers skip the
   * claimed posts; when this process is killed, PostgreSQL rolls back and the posts are waiting again. So each post is processed once.
   *
   *     await posts.processBatch(async (post, manager) => {
   *       await DecisionRepository.of(manager).record(await decide(post));
   *     });
   *
   * When the work of any post throws, the transaction is rolled back and the posts are processed one by one, each in a transaction of
   * its own: so `work` may run twice for a post and must have no effect outside the transaction. The post whose work throws again gets one
   * failed attempt, and leaves the queue after `QUEUE.maxAttempts`. A post that a temporary failure of the database prevents (a deadlock, a
   * lost connection) waits again, and no attempt is counted. There is no savepoint per post: those make each claim slower than the last.
   *
   * Uses ix_posts__waiting. A post that is older than those of the last batches, because it came late or another worker gave it back, may wait
   * for ten seconds while the queue is longer than a batch.
   *
   * @param work the error that it throws is stored by its name and code only
   * @param options `limit`: posts in one transaction, 1..100, default `QUEUE.batchSize`
   * @throws TransactionIsOpen inside a transaction; ConnectionLost, and errors of the claim
   */
  async processBatch(
    work: (post: ClaimedPost, manager: EntityManager) => Promise<void>,
    { limit = QUEUE.batchSize }: { limit?: number } = {},
  ): Promise<BatchReport> {
    const dataSource = this.#assertNoTransaction('processBatch');
    let claimed: ClaimedPost[] = [];
    try {
      const processed = await dataSource.transaction(async (manager) => {
        const posts = PostRepository.of(manager);
        claimed = await posts.#claimBatch(limit);
        for (const post of claimed) await work(post, manager);
        return posts.markProcessed(claimed.map(({ id }) => id));
      });
      return { processed, failed: [], postponed: [] };
    } catch (error) {
      if (claimed.length === 0 || toDatabaseError(error)?.code === 'CONNECTION_LOST') throw error;
    }
    const report: BatchReport = { processed: [], failed: [], postponed: [] };
    for (const { id } of claimed) await this.#processAlone(dataSource, id, work, report);
    return report;
  }

  async #processAlone(
    dataSource: DataSource,
    id: string,
    work: (post: ClaimedPost, manager: EntityManager) => Promise<void>,
    report: BatchReport,
  ): Promise<void> {
    try {
      const processed = await dataSource.transaction(async (manager) => {
        const posts = PostRepository.of(manager);
        const [post] = await posts.claim(1, id);
        if (post === undefined) return [];
        await work(post, manager);
        return posts.markProcessed([id]);
      });
      report.processed.push(...processed);
    } catch (error) {
      if (toDatabaseError(error)?.retryable === true) {
        report.postponed.push({ id, error });
        return;
      }
      await PostRepository.of(dataSource).recordFailure(id, describeFailure(error));
      report.failed.push({ id, error });
    }
  }

  #assertNoTransaction(method: string): DataSource {
    if (!this.#isInTransaction) return this.manager.dataSource;
    throw new TransactionIsOpen(`${method}() commits its own transactions: call it on a repository of the DataSource.`);
  }

  /**
   * Locks the oldest waiting posts until the caller's transaction ends; other claims skip them. Mark them with `markProcessed` before the
   * commit. `processBatch` does all of this.
   *
   * @param limit 1..100
   * @param id claims this post only, if it is waiting and not claimed
   */
  async claim(limit: number = QUEUE.batchSize, id?: string): Promise<ClaimedPost[]> {
    assertLimit(limit);
    return id === undefined
      ? this.send<ClaimedPost>('claim', CLAIM, [limit, '-infinity'])
      : this.send<ClaimedPost>('claimOne', CLAIM_ONE, [limit, id]);
  }

  /** Claims a batch, from where the last one began if that is not long ago. A batch that would not be full looks from the beginning. */
  async #claimBatch(limit: number): Promise<ClaimedPost[]> {
    assertLimit(limit);
    const start = getQueueStart(this.manager.dataSource);
    const near = start === undefined ? [] : await this.send<ClaimedPost>('claim', CLAIM, [limit, start]);
    const claimed = near.length === limit ? near : await this.claim(limit);
    setQueueStart(this.manager.dataSource, claimed.length === limit ? claimed[0]?.detectedAt : undefined);
    return claimed;
  }

  /** Marks posts as processed and clears nothing else. Returns the ids of those that were waiting. */
  async markProcessed(ids: readonly string[]): Promise<string[]> {
    const rows = await this.send<{ id: string }>(
      'markProcessed',
      `WITH marked AS (UPDATE posts SET processed_at = now(), updated_at = now() WHERE id = ANY($1) AND processed_at IS NULL RETURNING id)
       SELECT id FROM marked UNION SELECT id FROM posts WHERE id = ANY($1) AND processed_at IS NOT NULL`,
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  /** Counts one failed attempt of a waiting post. @param message at most 2,000 characters; no text of the post */
  async recordFailure(id: string, message: string): Promise<void> {
    await this.send(
      'recordFailure',
      `UPDATE posts SET error_count = error_count + 1, error_message = $2, updated_at = now() WHERE id = $1 AND processed_at IS NULL`,
      [id, message.slice(0, 2_000)],
    );
  }

  /** Returns the number of waiting posts and the age of the oldest in seconds, null when there is none. Uses ix_posts__waiting. */
  async readQueue(): Promise<{ readonly depth: number; readonly oldestSeconds: number | null }> {
    return this.sendForOne(
      'readQueue',
      `SELECT count(*)::int AS depth, extract(epoch FROM now() - min(p.detected_at))::float8 AS "oldestSeconds"
       FROM posts p WHERE ${IS_WAITING}`,
    );
  }

  /** Returns the newest post of a platform, from which a monitor continues; null: none. Uses ix_posts__platform_detected_at. */
  async findNewest(platform: Platform): Promise<{ readonly platformPostId: string; readonly detectedAt: Date } | null> {
    const rows = await this.send<{ platformPostId: string; detectedAt: Date }>(
      'findNewest',
      `SELECT platform_post_id AS "platformPostId", detected_at AS "detectedAt" FROM posts WHERE platform = $1
       ORDER BY detected_at DESC LIMIT 1`,
      [platform],
    );
    return rows[0] ?? null;
  }

  /**
   * Lists the latest posts of an author with their metrics, newest first: the baseline of the engagement velocity. Uses
   * ix_posts__author_id_detected_at.
   *
   * @param options `days`: default 30; `limit`: 1..100, default 50
   */
  async listRecentOfAuthor(
    authorId: string,
    { days = 30, limit = 50 }: { days?: number; limit?: number } = {},
  ): Promise<{ readonly id: string; readonly detectedAt: Date; readonly rawMetrics: Record<string, number> | null }[]> {
    assertLimit(limit);
    return this.send(
      'listRecentOfAuthor',
      `SELECT id, detected_at AS "detectedAt", raw_metrics AS "rawMetrics" FROM posts
       WHERE author_id = $1 AND detected_at >= now() - make_interval(days => $2) ORDER BY detected_at DESC LIMIT $3`,
      [authorId, days, limit],
    );
  }

  /** Reads the posts since a time with their authors, oldest first, in parts of at most 1,000, with constant memory. */
  async *streamSince(since: Date): AsyncGenerator<SeenPost[], void, undefined> {
    let [detectedAt, id] = [since, '00000000-0000-0000-0000-000000000000'];
    for (;;) {
      const rows = await this.send<SeenPost>('streamSince', STREAM, [detectedAt, id]);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      [detectedAt, id] = [last.detectedAt, last.id];
    }
  }

  /** Counts the posts of each keyword since some days ago, most frequent first. At most 500 keywords. @param days default 7 */
  async countKeywords(days = 7): Promise<{ readonly keyword: string; readonly posts: number }[]> {
    return this.send(
      'countKeywords',
      `SELECT keyword, count(*)::int AS posts FROM posts, unnest(keyword_matches) AS keyword
       WHERE detected_at >= now() - make_interval(days => $1) GROUP BY keyword ORDER BY posts DESC, keyword LIMIT 500`,
      [days],
    );
  }
}

async function* readBatches(
  sightings: AsyncIterable<PostSighting> | Iterable<PostSighting>,
): AsyncGenerator<PostSighting[]> {
  let batch: PostSighting[] = [];
  // `for await` over a list would wait for each of its items.
  if (!(Symbol.asyncIterator in sightings)) {
    for (const sighting of sightings) {
      if (batch.push(sighting) < BATCH_SIZE) continue;
      yield batch;
      batch = [];
    }
  } else {
    for await (const sighting of sightings) {
      if (batch.push(sighting) < BATCH_SIZE) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
