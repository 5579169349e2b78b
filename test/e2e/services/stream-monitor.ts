/** Stands in for the stream monitor, which stores each delivery of the platforms. */
import { Author, Post } from '@shared/db';
import type { DataSource, EntityManager } from 'typeorm';
import { isSpam, matchKeywords } from './decision-engine.js';
import type { DeliveredAuthor, DeliveredPost } from '../deliveries/read-deliveries.js';

/** A delivered post, and when it was seen. */
export type SeenPost = DeliveredPost & { seenAt: Date };

export interface DetectionReport {
  /** Number of posts that occur twice in the batch. */
  repeated: number;
  added: number;
  /** Stored before and not yet processed: overwritten. */
  updated: number;
  /** Stored before and processed: not changed. */
  unchanged: number;
}

interface AuthorId {
  id: string;
  platform: string;
  platform_id: string;
}

const authorKey = (author: { platform: string; platformId: string }) => `${author.platform} ${author.platformId}`;

export async function storeDeliveries(dataSource: DataSource, batch: readonly SeenPost[]): Promise<DetectionReport> {
  return dataSource.transaction(async (manager) => {
    const authorIds = await storeAuthors(manager, batch);
    const rows = createPostRows(batch, authorIds);
    // updateEntity(false), because RETURNING omits the rows that the condition excludes.
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(Post)
      .values(rows)
      .orUpdate(['content', 'raw_metrics', 'keyword_matches', 'keyword_categories'], ['platform', 'platform_post_id'], {
        overwriteCondition: { where: 'posts.processed_at IS NULL' },
      })
      .returning('(xmax = 0) AS added')
      .updateEntity(false)
      .execute();
    const written = result.raw as { added: boolean }[];
    const added = written.filter((row) => row.added).length;
    return {
      repeated: batch.length - rows.length,
      added,
      updated: written.length - added,
      unchanged: rows.length - written.length,
    };
  });
}

/** Returns each post of a batch once: detected at its first delivery, with the text and figures of its last. */
function createPostRows(batch: readonly SeenPost[], authorIds: ReadonlyMap<string, string>) {
  const rows = new Map<string, ReturnType<typeof createPostRow>>();
  for (const post of batch) {
    const key = `${post.platform} ${post.platformPostId}`;
    const { detectedAt, spamFiltered } = rows.get(key) ?? {
      detectedAt: post.seenAt,
      spamFiltered: isSpam(post.content, post.author),
    };
    rows.set(key, { ...createPostRow(post, authorIds), detectedAt, spamFiltered });
  }
  return [...rows.values()];
}

function createPostRow(post: SeenPost, authorIds: ReadonlyMap<string, string>) {
  const { platform, platformPostId, content, metrics, seenAt } = post;
  const authorId = authorIds.get(authorKey(post.author));
  if (authorId === undefined) throw new Error(`The author of ${platformPostId} was not stored.`);
  return {
    ...{ platform, platformPostId, authorId, content, detectedAt: seenAt, spamFiltered: false },
    ...matchKeywords(content),
    rawMetrics: Object.keys(metrics).length > 0 ? metrics : null,
  };
}

/** Stores one row for each author, as last seen. Returns the ids by platform and platform id. */
async function storeAuthors(manager: EntityManager, batch: readonly SeenPost[]): Promise<Map<string, string>> {
  const latest = new Map<string, DeliveredAuthor & { firstSeenAt: Date; lastSeenAt: Date }>();
  for (const { author, seenAt } of batch) {
    const before = latest.get(authorKey(author));
    latest.set(authorKey(author), {
      ...author,
      followerCount: author.followerCount ?? before?.followerCount ?? null,
      firstSeenAt: before?.firstSeenAt ?? seenAt,
      lastSeenAt: seenAt,
    });
  }
  // Sorted, so that two monitors never deadlock.
  const authors = [...latest.keys()].sort().flatMap((key) => latest.get(key) ?? []);
  const ids = [
    ...(await upsertAuthors(
      manager,
      authors.flatMap(({ followerCount, ...author }) => (followerCount === null ? [] : [{ ...author, followerCount }])),
      ['follower_count'],
    )),
    ...(await upsertAuthors(
      manager,
      authors.flatMap(({ followerCount, ...author }) => (followerCount === null ? [author] : [])),
      [],
    )),
  ];
  return new Map(ids.map((row) => [authorKey({ ...row, platformId: row.platform_id }), row.id]));
}

async function upsertAuthors(
  manager: EntityManager,
  rows: (Omit<DeliveredAuthor, 'followerCount'> & Pick<Author, 'firstSeenAt' | 'lastSeenAt'>)[],
  known: string[],
): Promise<AuthorId[]> {
  if (rows.length === 0) return [];
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(Author)
    .values(rows)
    .orUpdate(['handle', 'display_name', 'is_verified', 'last_seen_at', ...known], ['platform', 'platform_id'])
    .returning('id, platform, platform_id')
    .updateEntity(false)
    .execute();
  return result.raw as AuthorId[];
}

/** Stores a follower count that was looked up, because Reddit does not deliver it. */
export async function storeFollowerCount(
  dataSource: DataSource,
  platformId: string,
  followerCount: number,
): Promise<void> {
  await dataSource.getRepository(Author).update({ platform: 'REDDIT', platformId }, { followerCount });
}
