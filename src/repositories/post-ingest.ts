import type { Platform } from '../entities/enums.js';
import { isObject } from '../columns/validators.js';
import { Post } from '../entities/index.js';
import { compileValidator } from '../validation/compiled-validator.js';
import { createPropertyViolation, type Violation } from '../validation/validation-error.js';
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
 * Writes the authors of `$1` and the posts of `$2`, JSON lists whose rows are different. Returns the place, id and outcome of each post;
 * a post that another transaction has inserted since the statement began has no id, and is sent again.
 *
 * Known rows are compared before they are written, so that a repeated sighting takes no lock and writes no tuple; ON CONFLICT DO UPDATE
 * would lock every known row.
 */
export const INGEST = `
WITH ${AUTHOR_UPSERT}, given AS MATERIALIZED (
  SELECT g.*, coalesce(g.detected_at, now()) AS seen_at, a.id AS author_id
  FROM json_to_recordset($2::json) AS g (n int, platform platform, platform_post_id text, author text, content text,
    detected_at timestamptz, keyword_matches text[], keyword_categories text[], spam_filtered boolean, raw_metrics jsonb)
  JOIN author_ids a ON a.platform = g.platform AND a.platform_id = g.author
), known AS MATERIALIZED (
  SELECT g.n, p.id, p.processed_at IS NULL AND (p.content <> g.content
      OR g.keyword_matches IS NOT NULL AND g.keyword_matches <> p.keyword_matches
      OR g.keyword_categories IS NOT NULL AND g.keyword_categories <> p.keyword_categories
      OR g.spam_filtered IS NOT NULL AND g.spam_filtered <> p.spam_filtered
      OR g.raw_metrics IS NOT NULL AND g.raw_metrics IS DISTINCT FROM p.raw_metrics) AS is_news
  FROM given g JOIN posts p ON p.platform = g.platform AND p.platform_post_id = g.platform_post_id
), locked AS MATERIALIZED (
  SELECT p.id FROM posts p WHERE p.id IN (SELECT id FROM known WHERE is_news)
  ORDER BY p.platform, p.platform_post_id FOR NO KEY UPDATE
), updated AS (
  UPDATE posts p SET content = g.content, keyword_matches = coalesce(g.keyword_matches, p.keyword_matches),
    keyword_categories = coalesce(g.keyword_categories, p.keyword_categories),
    spam_filtered = coalesce(g.spam_filtered, p.spam_filtered), raw_metrics = coalesce(g.raw_metrics, p.raw_metrics), updated_at = now()
  FROM locked l, known k, given g
  WHERE p.id = l.id AND k.id = l.id AND g.n = k.n AND p.processed_at IS NULL RETURNING p.id
), inserted AS (
  INSERT INTO posts (platform, platform_post_id, author_id, content, detected_at, keyword_matches, keyword_categories, spam_filtered,
    raw_metrics)
  SELECT platform, platform_post_id, author_id, content, seen_at, coalesce(keyword_matches, '{}'), coalesce(keyword_categories, '{}'),
    coalesce(spam_filtered, false), raw_metrics
  FROM given g WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = g.n) ORDER BY platform, platform_post_id
  ON CONFLICT (platform, platform_post_id) DO NOTHING RETURNING id, platform, platform_post_id
)
SELECT g.n, i.id, 'inserted' AS outcome FROM inserted i JOIN given g USING (platform, platform_post_id)
UNION ALL
SELECT k.n, k.id, CASE WHEN u.id IS NULL THEN 'unchanged' ELSE 'updated' END FROM known k LEFT JOIN updated u ON u.id = k.id`;

/** A batch that is ready to be sent. */
export interface PreparedBatch {
  /** The results that are known without the database. */
  readonly rejected: IngestedPost[];
  /** By key, the places of the sightings of one post; the last is the one to write. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly sightings: readonly PostSighting[];
}

const NOT_AN_OBJECT = { path: '', kind: 'shape', message: 'must be an object' };

const validatePost = compileValidator(Post, ['authorId']);

/** Validates a batch and finds its duplicates. Indexes begin at `offset`. */
export function prepareBatch(sightings: readonly PostSighting[], offset: number): PreparedBatch {
  const rejected: IngestedPost[] = [];
  const places = new Map<string, number[]>();
  sightings.forEach((sighting, place) => {
    const violations = validate(sighting);
    if (violations.length > 0) {
      rejected.push({ index: offset + place, outcome: 'rejected', violations });
      return;
    }
    const key = `${sighting.platform} ${sighting.platformPostId}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else known.push(place);
  });
  return { rejected, places, sightings };
}

/** Returns the parameters of `INGEST` for the posts at these places. */
export function toParameters(sightings: readonly PostSighting[], places: Iterable<number>): [string, string] {
  const authors = new Map<string, object>();
  const posts: object[] = [];
  for (const n of places) {
    const sighting = sightings[n];
    if (sighting === undefined) continue;
    const { platform, author, detectedAt } = sighting;
    const seen = { ...author, platform, ...(detectedAt === undefined ? {} : { seenAt: detectedAt }) };
    authors.set(keyOf(seen), toSightedRow(seen));
    posts.push(toPostRow(n, sighting));
  }
  return [JSON.stringify([...authors.values()]), JSON.stringify(posts)];
}

function toPostRow(n: number, sighting: PostSighting): object {
  const { platform, platformPostId, author, content, detectedAt, spamFiltered, rawMetrics } = sighting;
  return {
    ...{ n, platform, platform_post_id: platformPostId, author: author.platformId, content, detected_at: detectedAt },
    ...{ keyword_matches: sighting.keywordMatches, keyword_categories: sighting.keywordCategories },
    ...{ spam_filtered: spamFiltered, raw_metrics: rawMetrics },
  };
}

function validate(sighting: PostSighting): readonly Violation[] {
  if (!isObject(sighting)) return [createPropertyViolation('', NOT_AN_OBJECT)];
  const { author, ...post } = sighting;
  const violations = validatePost(post);
  if (!isObject(author)) return [...violations, createPropertyViolation('author', NOT_AN_OBJECT)];
  const ofAuthor = validateSighting({ ...author, platform: sighting.platform });
  return ofAuthor.length === 0 ? violations : [...violations, ...ofAuthor.map(addAuthor)];
}

function addAuthor({ property, properties, constraint, message }: Violation): Violation {
  const prefix = (name: string): string => (name === '' ? name : `author.${name}`);
  return { property: prefix(property), properties: properties.map(prefix), constraint, message: `author: ${message}` };
}
