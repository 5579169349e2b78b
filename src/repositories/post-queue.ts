import type { DataSource } from 'typeorm';
import { QUEUE } from '../constants/figures.js';
import type { Platform } from '../entities/enums.js';
import { isError } from '../errors/shared-db-error.js';

/** A post of the queue, with what decisions need to know of its author. */
export interface ClaimedPost {
  readonly id: string;
  readonly platform: Platform;
  readonly platformPostId: string;
  readonly content: string;
  readonly detectedAt: Date;
  readonly keywordMatches: string[];
  readonly keywordCategories: string[];
  readonly rawMetrics: Record<string, number> | null;
  /** Failed attempts so far, 0..2. */
  readonly errorCount: number;
  readonly authorId: string;
  readonly authorHandle: string;
  readonly authorFollowerCount: number;
  readonly authorIsPowerUser: boolean;
  /** 0..1. */
  readonly authorRelationshipScore: number;
}

export interface BatchReport {
  /** Ids of the posts that were processed. */
  readonly processed: string[];
  /** Posts whose work threw: one attempt of each was counted. */
  readonly failed: { readonly id: string; readonly error: unknown }[];
  /** Posts that wait again after a temporary failure of the database: no attempt was counted. */
  readonly postponed: { readonly id: string; readonly error: unknown }[];
}

/** The condition of the index ix_posts__waiting. */
export const IS_WAITING = `p.processed_at IS NULL AND NOT p.spam_filtered AND p.error_count < ${QUEUE.maxAttempts}`;

/** Locks waiting posts before it reads their authors, so that no more posts are read than claimed. `$1` is the limit. */
const createClaim = (condition: string): string => `
  SELECT p.id, p.platform, p.platform_post_id AS "platformPostId", p.content, p.detected_at AS "detectedAt",
    p.keyword_matches AS "keywordMatches", p.keyword_categories AS "keywordCategories", p.raw_metrics AS "rawMetrics",
    p.error_count AS "errorCount", p.author_id AS "authorId", a.handle AS "authorHandle", a.follower_count AS "authorFollowerCount",
    a.is_power_user AS "authorIsPowerUser", a.relationship_score AS "authorRelationshipScore"
  FROM (SELECT * FROM posts p WHERE ${IS_WAITING} AND ${condition} ORDER BY p.detected_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED) p
  JOIN authors a ON a.id = p.author_id ORDER BY p.detected_at`;

export const CLAIM = createClaim('p.detected_at >= $2');
export const CLAIM_ONE = createClaim('p.id = $2');

/**
 * Where the next batch of a DataSource begins to look: no waiting post that it knows of is older. Until the next vacuum the index still has
 * the entries of processed posts, all at its beginning, so that a scan from there reads more pages with every batch.
 */
interface QueueStart {
  readonly detectedAt: Date;
  /** When the next batch looks from the very beginning: for late posts, and those that another worker gave back. */
  readonly validUntil: number;
}

const QUEUE_START_MS = 10_000;

const queueStarts = new WeakMap<DataSource, QueueStart>();

/** Returns the time from which to look for waiting posts; undefined: from the beginning. */
export function getQueueStart(dataSource: DataSource): Date | undefined {
  const start = queueStarts.get(dataSource);
  return start !== undefined && performance.now() < start.validUntil ? start.detectedAt : undefined;
}

/** @param detectedAt of the first post of a full batch; undefined: the batch was not full, so the queue is short */
export function setQueueStart(dataSource: DataSource, detectedAt: Date | undefined): void {
  if (detectedAt === undefined) {
    queueStarts.delete(dataSource);
    return;
  }
  const known = queueStarts.get(dataSource);
  const now = performance.now();
  const validUntil = known !== undefined && now < known.validUntil ? known.validUntil : now + QUEUE_START_MS;
  queueStarts.set(dataSource, { detectedAt, validUntil });
}

/** Returns the name and code of an error; its message may quote the post. */
export function describeFailure(error: unknown): string {
  if (!isError(error)) return 'A value was thrown that is not an error.';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? `${error.name} (${code})` : error.name;
}
