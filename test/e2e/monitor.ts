/** The stand-in of the stream monitor: writes what the platforms deliver, as often as they deliver it. */
import { Author, Post } from '@shared/db';
import type { DataSource, EntityManager } from 'typeorm';
import { isSpam, matchKeywords } from './engine.js';
import type { SightedAuthor, SightedPost } from './platforms.js';

/** A post as delivered, and when. */
export type Sighting = SightedPost & { seenAt: Date };

export interface DetectionReport {
  /** Posts delivered twice within the batch. */
  repeated: number;
  added: number;
  /** Seen before, not yet processed: renewed. */
  renewed: number;
  /** Seen before and processed: left as they were judged. */
  leftAlone: number;
}

interface Identified {
  id: string;
  platform: string;
  platform_id: string;
}

const authorKey = (author: { platform: string; platformId: string }) => `${author.platform} ${author.platformId}`;

export async function detect(dataSource: DataSource, batch: readonly Sighting[]): Promise<DetectionReport> {
  return dataSource.transaction(async (manager) => {
    const authorIds = await storeAuthors(manager, batch);
    const rows = postRows(batch, authorIds);
    // No mapping of ids back onto rows: what the condition leaves alone is missing from RETURNING.
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
      renewed: written.length - added,
      leftAlone: rows.length - written.length,
    };
  });
}

/** The posts of a batch, each once: first seen at its first delivery, with the text and figures of the last. */
function postRows(batch: readonly Sighting[], authorIds: ReadonlyMap<string, string>) {
  const rows = new Map<string, ReturnType<typeof postRow>>();
  for (const sighting of batch) {
    const key = `${sighting.platform} ${sighting.platformPostId}`;
    const { detectedAt, spamFiltered } = rows.get(key) ?? {
      detectedAt: sighting.seenAt,
      spamFiltered: isSpam(sighting.content, sighting.author),
    };
    rows.set(key, { ...postRow(sighting, authorIds), detectedAt, spamFiltered });
  }
  return [...rows.values()];
}

function postRow(sighting: Sighting, authorIds: ReadonlyMap<string, string>) {
  const { platform, platformPostId, content, metrics, seenAt } = sighting;
  const authorId = authorIds.get(authorKey(sighting.author));
  if (authorId === undefined) throw new Error(`The author of ${platformPostId} was not stored.`);
  return {
    ...{ platform, platformPostId, authorId, content, detectedAt: seenAt, spamFiltered: false },
    ...matchKeywords(content),
    rawMetrics: Object.keys(metrics).length > 0 ? metrics : null,
  };
}

/** One row per author, as last seen; the ids by platform and platform id. */
async function storeAuthors(manager: EntityManager, batch: readonly Sighting[]): Promise<Map<string, string>> {
  const latest = new Map<string, SightedAuthor & { firstSeenAt: Date; lastSeenAt: Date }>();
  for (const { author, seenAt } of batch) {
    const before = latest.get(authorKey(author));
    latest.set(authorKey(author), {
      ...author,
      followerCount: author.followerCount ?? before?.followerCount ?? null,
      firstSeenAt: before?.firstSeenAt ?? seenAt,
      lastSeenAt: seenAt,
    });
  }
  // In one order everywhere, so that two monitors never wait for each other.
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
  rows: (Omit<SightedAuthor, 'followerCount'> & Pick<Author, 'firstSeenAt' | 'lastSeenAt'>)[],
  known: string[],
): Promise<Identified[]> {
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
  return result.raw as Identified[];
}

/** Follower counts looked up elsewhere, for platforms that do not deliver them. */
export async function enrich(dataSource: DataSource, platformId: string, followerCount: number): Promise<void> {
  await dataSource.getRepository(Author).update({ platform: 'REDDIT', platformId }, { followerCount });
}
