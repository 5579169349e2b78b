import type { Platform } from '../entities/enums.js';
import { isObject } from '../columns/validators.js';
import { Post } from '../entities/index.js';
import { compileValidator } from '../validation/compiled-validator.js';
import { createPropertyViolation, type Violation } from '../validation/validation-error.js';
import { SIGHTING_REFRESH_HOURS } from '../constants/figures.js';
import { AUTHOR_UPSERT, type AuthorSighting, keyOf, toSightedRow, validateSighting } from './author.repository.js';

/** A post as a monitor saw it, with its author. What the platform does not report is left out. */
export interface PostSighting {
  platform: Platform;
  /** 1..100 letters, digits, underscores or dashes. */
  platformPostId: string;
  /** 1..5,000 characters. */
  content: string;
  /** The author; the platform is that of the post. */
  author: Omit<AuthorSighting, 'platform' | 'seenAt'>;
  /** When it was seen. Default: now, by the clock of the server. */
  detectedAt?: Date;
  /** Keywords that matched, at most 50. */
  keywordMatches?: string[];
  /** Lower snake case, at most 20. */
  keywordCategories?: string[];
  spamFiltered?: boolean;
  /** Engagement counts under the platform's names. */
  rawMetrics?: Record<string, number> | null;
}

/** What became of one sighting. */
export type IngestedPost =
  | {
      /** Place in the given list, from 0. */
      readonly index: number;
      /** `unchanged`: the row has these values, was processed already, or occurs again later in the same batch. */
      readonly outcome: 'inserted' | 'unchanged' | 'updated';
      readonly id: string;
    }
  | { readonly index: number; readonly outcome: 'rejected'; readonly violations: readonly Violation[] };

/**
 * Writes the authors of `$1` and the posts of `$2`, JSON lists whose rows are different. Returns the key, id and outcome of each post; a
 * post that another transaction has inserted since the statement began has no row, and is sent again. `AUTHOR_UPSERT` explains the form.
 */
export const INGEST = `
WITH ${AUTHOR_UPSERT}, sighted AS MATERIALIZED (
  SELECT s.*, a.id AS author_id, p.id, p.processed_at IS NULL AND (p.content <> s.content
      OR s.keyword_matches IS NOT NULL AND s.keyword_matches <> p.keyword_matches
      OR s.keyword_categories IS NOT NULL AND s.keyword_categories <> p.keyword_categories
      OR s.spam_filtered IS NOT NULL AND s.spam_filtered <> p.spam_filtered
      OR s.raw_metrics IS NOT NULL AND s.raw_metrics IS DISTINCT FROM p.raw_metrics) AS is_news
  FROM jsonb_to_recordset($2::jsonb) AS s (platform platform, platform_post_id text, author text, content text, detected_at timestamptz,
    keyword_matches text[], keyword_categories text[], spam_filtered boolean, raw_metrics jsonb)
  JOIN author_ids a ON a.platform = s.platform AND a.platform_id = s.author
  LEFT JOIN posts p ON p.platform = s.platform AND p.platform_post_id = s.platform_post_id
), locked AS MATERIALIZED (
  SELECT s.* FROM sighted s JOIN posts p ON p.id = s.id WHERE s.is_news
  ORDER BY s.platform, s.platform_post_id FOR NO KEY UPDATE OF p
), updated AS (
  UPDATE posts p SET content = s.content, keyword_matches = coalesce(s.keyword_matches, p.keyword_matches),
    keyword_categories = coalesce(s.keyword_categories, p.keyword_categories),
    spam_filtered = coalesce(s.spam_filtered, p.spam_filtered), raw_metrics = coalesce(s.raw_metrics, p.raw_metrics), updated_at = now()
  FROM locked s WHERE p.id = s.id AND p.processed_at IS NULL RETURNING p.id
), inserted AS (
  INSERT INTO posts (platform, platform_post_id, author_id, content, detected_at, keyword_matches, keyword_categories, spam_filtered,
    raw_metrics)
  SELECT platform, platform_post_id, author_id, content, coalesce(detected_at, now()), coalesce(keyword_matches, '{}'),
    coalesce(keyword_categories, '{}'), coalesce(spam_filtered, false), raw_metrics
  FROM sighted WHERE id IS NULL ORDER BY platform, platform_post_id
  ON CONFLICT (platform, platform_post_id) DO NOTHING RETURNING id, platform, platform_post_id
)
SELECT platform || ' ' || platform_post_id AS key, id, 'inserted' AS outcome FROM inserted
UNION ALL
SELECT platform || ' ' || platform_post_id, id, CASE WHEN id IN (SELECT id FROM updated) THEN 'updated' ELSE 'unchanged' END
FROM sighted WHERE id IS NOT NULL`;

/**
 * The same for one post, whose values are parameters: it takes half the time to plan. It returns no row in the rare case that another
 * transaction has inserted the author or the post since the statement began.
 *
 * $1 platform, $2 account, $3 handle, $4 display name, $5 followers, $6 verified, $7 time, $8 post, $9 content, $10 keywords,
 * $11 categories, $12 spam, $13 metrics.
 */
export const INGEST_ONE = `
WITH seen_author AS (
  INSERT INTO authors AS a (platform, platform_id, handle, display_name, follower_count, is_verified, first_seen_at, last_seen_at)
  VALUES ($1, $2, $3, $4, coalesce($5::int, 0), coalesce($6::boolean, false), coalesce($7::timestamptz, now()), coalesce($7, now()))
  ON CONFLICT (platform, platform_id) DO UPDATE SET handle = $3, display_name = coalesce($4, a.display_name),
    follower_count = coalesce(nullif($5, 0), a.follower_count), is_verified = coalesce($6, a.is_verified),
    last_seen_at = greatest(a.last_seen_at, coalesce($7, now())), updated_at = now()
  WHERE a.handle <> $3 OR $4 IS DISTINCT FROM a.display_name AND $4 IS NOT NULL OR $5 > 0 AND $5 <> a.follower_count
    OR $6 <> a.is_verified OR coalesce($7, now()) > a.last_seen_at + interval '${SIGHTING_REFRESH_HOURS} hours'
  RETURNING id
), author AS (
  SELECT id FROM seen_author UNION ALL SELECT id FROM authors WHERE platform = $1 AND platform_id = $2 LIMIT 1
), seen AS (
  INSERT INTO posts AS p (platform, platform_post_id, author_id, content, detected_at, keyword_matches, keyword_categories, spam_filtered,
    raw_metrics)
  SELECT $1, $8, id, $9, coalesce($7, now()), coalesce($10::text[], '{}'), coalesce($11::text[], '{}'), coalesce($12::boolean, false),
    $13::jsonb FROM author
  ON CONFLICT (platform, platform_post_id) DO UPDATE SET content = $9, keyword_matches = coalesce($10, p.keyword_matches),
    keyword_categories = coalesce($11, p.keyword_categories), spam_filtered = coalesce($12, p.spam_filtered),
    raw_metrics = coalesce($13, p.raw_metrics), updated_at = now()
  WHERE p.processed_at IS NULL AND (p.content <> $9 OR $10 <> p.keyword_matches OR $11 <> p.keyword_categories OR $12 <> p.spam_filtered
    OR $13 IS DISTINCT FROM p.raw_metrics AND $13 IS NOT NULL)
  RETURNING id, CASE WHEN xmax = 0 THEN 'inserted' ELSE 'updated' END AS outcome
)
SELECT id, outcome FROM seen UNION ALL SELECT id, 'unchanged' FROM posts WHERE platform = $1 AND platform_post_id = $8 LIMIT 1`;

/** Returns the parameters of `INGEST_ONE`. */
export function toOneParameters({ platform, author, detectedAt, ...post }: PostSighting): unknown[] {
  const { rawMetrics } = post;
  return [
    ...[
      platform,
      author.platformId,
      author.handle,
      author.displayName,
      author.followerCount,
      author.isVerified,
      detectedAt,
    ],
    ...[post.platformPostId, post.content, post.keywordMatches, post.keywordCategories, post.spamFiltered],
    rawMetrics === undefined || rawMetrics === null ? null : JSON.stringify(rawMetrics),
  ];
}

/** A batch that is ready to be sent. */
export interface PreparedBatch {
  readonly sightings: readonly PostSighting[];
  /** Index of the first sighting. */
  readonly offset: number;
  /** The results that are known without the database. */
  readonly rejected: IngestedPost[];
  /** By key, the places of the sightings of one post in the batch; the last is the one to write. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** Parameters of `INGEST`. */
  readonly parameters: readonly [authors: string, posts: string];
  /** Keys of the authors. */
  readonly authors: ReadonlySet<string>;
}

const NOT_AN_OBJECT = { path: '', kind: 'shape', message: 'must be an object' };

const validatePost = compileValidator(Post, ['authorId']);

/** Validates a batch, finds its duplicates, and writes its parameters. */
export function prepareBatch(sightings: readonly PostSighting[], offset: number): PreparedBatch {
  const rejected: IngestedPost[] = [];
  const places = new Map<string, number[]>();
  sightings.forEach((sighting, place) => {
    const violations = validate(sighting);
    if (violations.length > 0) {
      rejected.push({ index: offset + place, outcome: 'rejected', violations });
      return;
    }
    const key = keyOf(sighting.platform, sighting.platformPostId);
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else known.push(place);
  });
  return { sightings, offset, rejected, places, ...toParameters(sightings, places) };
}

/** Returns the parameters of `INGEST` for the posts at these places. */
export function toParameters(
  sightings: readonly PostSighting[],
  places: PreparedBatch['places'],
): Pick<PreparedBatch, 'authors' | 'parameters'> {
  const authors = new Map<string, object>();
  const posts: object[] = [];
  for (const all of places.values()) {
    const sighting = sightings[all.at(-1) ?? 0];
    if (sighting === undefined) continue;
    const { platform, author, detectedAt } = sighting;
    authors.set(keyOf(platform, author.platformId), toSightedRow(author, platform, detectedAt));
    posts.push(toPostRow(sighting));
  }
  return {
    parameters: [JSON.stringify([...authors.values()]), JSON.stringify(posts)],
    authors: new Set(authors.keys()),
  };
}

/** Returns true when two batches have no post and no author in common, so that the order of their statements does not matter. */
export function areDisjoint(one: PreparedBatch, other: PreparedBatch): boolean {
  for (const author of one.authors) if (other.authors.has(author)) return false;
  for (const key of one.places.keys()) if (other.places.has(key)) return false;
  return true;
}

function toPostRow(sighting: PostSighting): object {
  return {
    platform: sighting.platform,
    platform_post_id: sighting.platformPostId,
    author: sighting.author.platformId,
    content: sighting.content,
    detected_at: sighting.detectedAt,
    keyword_matches: sighting.keywordMatches,
    keyword_categories: sighting.keywordCategories,
    spam_filtered: sighting.spamFiltered,
    raw_metrics: sighting.rawMetrics,
  };
}

const PROPERTIES = new Set([
  ...[
    'platform',
    'platformPostId',
    'content',
    'author',
    'detectedAt',
    'keywordMatches',
    'keywordCategories',
    'spamFiltered',
  ],
  'rawMetrics',
]);

function validate(sighting: PostSighting): readonly Violation[] {
  if (!isObject(sighting)) return [createPropertyViolation('', NOT_AN_OBJECT)];
  const violations = validatePost(toPost(sighting));
  const { author } = sighting;
  if (!isObject(author)) return [...violations, createPropertyViolation('author', NOT_AN_OBJECT)];
  const ofAuthor = validateSighting(author, sighting.platform);
  return ofAuthor.length === 0 ? violations : [...violations, ...ofAuthor.map(addAuthor)];
}

/** Returns the post without its author, in an object of one shape unless the sighting has an unknown property. */
function toPost(sighting: PostSighting): object {
  const post = {
    platform: sighting.platform,
    platformPostId: sighting.platformPostId,
    content: sighting.content,
    detectedAt: sighting.detectedAt,
    keywordMatches: sighting.keywordMatches,
    keywordCategories: sighting.keywordCategories,
    spamFiltered: sighting.spamFiltered,
    rawMetrics: sighting.rawMetrics,
  };
  for (const name in sighting) if (!PROPERTIES.has(name)) return { ...sighting, author: undefined, ...post };
  return post;
}

function addAuthor({ property, properties, constraint, message }: Violation): Violation {
  const prefix = (name: string): string => (name === '' ? name : `author.${name}`);
  return { property: prefix(property), properties: properties.map(prefix), constraint, message: `author: ${message}` };
}
