import type { Platform } from '../entities/enums.js';
import { Author } from '../entities/index.js';
import { INTERACTION_TYPES, INTERACTION_WEIGHTS, SIGHTING_REFRESH_HOURS } from '../constants/figures.js';
import { withRetry } from '../connection/retry.js';
import { assertValid, InteractionInput } from '../validation/index.js';
import { compileValidator } from '../validation/compiled-validator.js';
import { EntityValidationError, type Violation } from '../validation/validation-error.js';
import { type Page, type PageOptions, readPage } from './pages.js';
import type { Plain } from './plain.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** An account as a monitor saw it. What the platform does not report is left out: it then keeps its stored value. */
export interface AuthorSighting {
  platform: Platform;
  /** Immutable account id on the platform, as text. */
  platformId: string;
  /** In the format of its platform. */
  handle: string;
  displayName?: string | null;
  /** 0..1,000,000,000. 0 counts as unknown. */
  followerCount?: number | null;
  isVerified?: boolean | null;
  /** When it was seen. Default: now, by the clock of the server. */
  seenAt?: Date;
}

export interface RecordedAuthor {
  readonly id: string;
  /** `unchanged`: no row was written. */
  readonly outcome: 'inserted' | 'unchanged' | 'updated';
}

/** What decisions need to know of an author. */
export interface AuthorProfile {
  readonly id: string;
  readonly platform: Platform;
  readonly platformId: string;
  readonly handle: string;
  readonly displayName: string | null;
  readonly followerCount: number;
  readonly isVerified: boolean;
  readonly isPowerUser: boolean;
  readonly powerTierId: string | null;
  readonly archetypeTags: string[];
  /** 0..1. */
  readonly relationshipScore: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface AppendedInteraction {
  /** False when the event was recorded before. */
  readonly appended: boolean;
  /** 0..1, after the event. */
  readonly relationshipScore: number;
}

const PROFILE = `id, platform, platform_id AS "platformId", handle, display_name AS "displayName", follower_count AS "followerCount",
  is_verified AS "isVerified", is_power_user AS "isPowerUser", power_tier_id AS "powerTierId", archetype_tags AS "archetypeTags",
  relationship_score AS "relationshipScore", first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"`;

/** True when the sighting `s` says something that the author `a` does not have yet. */
const IS_NEWS = `(a.handle <> s.handle
  OR s.display_name IS NOT NULL AND s.display_name IS DISTINCT FROM a.display_name
  OR s.follower_count > 0 AND s.follower_count <> a.follower_count
  OR s.is_verified IS NOT NULL AND s.is_verified <> a.is_verified
  OR coalesce(s.seen_at, now()) > a.last_seen_at + interval '${SIGHTING_REFRESH_HOURS} hours')`;

/**
 * Common table expressions that write the authors of the parameter `$1`, a JSON list of objects, each author once. `author_ids` then has
 * the id and the outcome of each; an author whom another transaction has inserted since the statement began is missing there, and the
 * caller sends the statement again.
 *
 * Known rows are compared before they are written, so that a sighting without news takes no lock and writes no tuple; ON CONFLICT DO UPDATE
 * would lock every known row. Rows are locked and inserted in the order of their key, so that two statements with the same authors
 * wait for each other instead of failing with a deadlock. Each CTE carries the columns that the next one needs: PostgreSQL takes CTEs for
 * small and would join them in nested loops.
 */
export const AUTHOR_UPSERT = `
sighted_authors AS MATERIALIZED (
  SELECT s.*, a.id, ${IS_NEWS} AS is_news
  FROM jsonb_to_recordset($1::jsonb) AS s (platform platform, platform_id text, handle text, display_name text, follower_count int,
    is_verified boolean, seen_at timestamptz)
  LEFT JOIN authors a ON a.platform = s.platform AND a.platform_id = s.platform_id
), locked_authors AS MATERIALIZED (
  SELECT s.* FROM sighted_authors s JOIN authors a ON a.id = s.id WHERE s.is_news
  ORDER BY s.platform, s.platform_id FOR NO KEY UPDATE OF a
), updated_authors AS (
  UPDATE authors a SET handle = s.handle, display_name = coalesce(s.display_name, a.display_name),
    follower_count = coalesce(nullif(s.follower_count, 0), a.follower_count), is_verified = coalesce(s.is_verified, a.is_verified),
    last_seen_at = greatest(a.last_seen_at, coalesce(s.seen_at, now())), updated_at = now()
  FROM locked_authors s WHERE a.id = s.id RETURNING a.id
), inserted_authors AS (
  INSERT INTO authors (platform, platform_id, handle, display_name, follower_count, is_verified, first_seen_at, last_seen_at)
  SELECT platform, platform_id, handle, display_name, coalesce(follower_count, 0), coalesce(is_verified, false),
    coalesce(seen_at, now()), coalesce(seen_at, now())
  FROM sighted_authors WHERE id IS NULL ORDER BY platform, platform_id
  ON CONFLICT (platform, platform_id) DO NOTHING RETURNING id, platform, platform_id
), author_ids AS MATERIALIZED (
  SELECT id, platform, platform_id, 'inserted' AS outcome FROM inserted_authors
  UNION ALL
  SELECT id, platform, platform_id, CASE WHEN id IN (SELECT id FROM updated_authors) THEN 'updated' ELSE 'unchanged' END
  FROM sighted_authors WHERE id IS NOT NULL
)`;

/** Kinds of interactions that raise the relationship score. */
const POSITIVE_INTERACTIONS = INTERACTION_TYPES.filter((type) => INTERACTION_WEIGHTS[type] > 0);

const validateAuthor = compileValidator(Author);

/** Questions about authors, and the writes that several processes make to them at once. */
@RepositoryFor(Author)
export class AuthorRepository extends TableRepository<Author> {
  /**
   * Inserts the author, or updates what the sighting knows and the row does not. An unknown value never replaces a known one;
   * `last_seen_at` never goes back, and is refreshed once an hour, so that a sighting without news writes nothing.
   *
   * One round trip. Parallel calls for the same author give one row.
   *
   * @throws EntityValidationError before anything is sent
   */
  async recordSighting(sighting: AuthorSighting): Promise<RecordedAuthor> {
    const [author] = await this.recordSightings([sighting]);
    if (author === undefined) throw new Error('The author was neither inserted nor found.');
    return author;
  }

  /**
   * Does the same for many authors in one statement; of an account that occurs twice, the last sighting counts.
   *
   * @returns one result for each sighting, in their order
   * @throws EntityValidationError for the first invalid sighting; nothing is written then
   */
  async recordSightings(sightings: readonly AuthorSighting[]): Promise<RecordedAuthor[]> {
    for (const sighting of sightings) {
      const violations = validateSighting(sighting, sighting.platform);
      if (violations.length > 0) throw new EntityValidationError('Author', violations);
    }
    const found = new Map<string, RecordedAuthor>();
    let left = new Map(sightings.map((sighting) => [keyOf(sighting.platform, sighting.platformId), sighting]));
    while (left.size > 0) {
      const rows = await withRetry(() =>
        this.send<RecordedAuthor & Pick<AuthorSighting, 'platform' | 'platformId'>>(
          'recordSightings',
          `WITH ${AUTHOR_UPSERT} SELECT id, platform, platform_id AS "platformId", outcome FROM author_ids`,
          [JSON.stringify([...left.values()].map((sighting) => toSightedRow(sighting, sighting.platform)))],
        ),
      );
      for (const { id, outcome, platform, platformId } of rows) found.set(keyOf(platform, platformId), { id, outcome });
      left = new Map([...left].filter(([key]) => !found.has(key)));
    }
    return sightings.flatMap((sighting) => found.get(keyOf(sighting.platform, sighting.platformId)) ?? []);
  }

  /** Returns the account; null when it was never seen. Uses uq_authors__platform_platform_id. */
  async findByPlatformId(platform: Platform, platformId: string): Promise<AuthorProfile | null> {
    const rows = await this.send<AuthorProfile>(
      'findByPlatformId',
      `SELECT ${PROFILE} FROM authors WHERE platform = $1 AND platform_id = $2`,
      [platform, platformId],
    );
    return rows[0] ?? null;
  }

  /** Returns the accounts that have or had this handle when last seen, the latest first: handles change hands. At most 20. */
  async findByHandle(platform: Platform, handle: string): Promise<AuthorProfile[]> {
    return this.send<AuthorProfile>(
      'findByHandle',
      `SELECT ${PROFILE} FROM authors WHERE platform = $1 AND handle = $2 ORDER BY last_seen_at DESC, id LIMIT 20`,
      [platform, handle],
    );
  }

  /** Lists power users, newest account first. */
  async listPowerUsers(options?: PageOptions): Promise<Page<AuthorProfile>> {
    return readPage<AuthorProfile>(
      (...statement) => this.send(...statement),
      {
        method: 'listPowerUsers',
        select: `SELECT ${PROFILE} FROM authors`,
        where: ['is_power_user'],
        parameters: [],
        order: [
          { sql: 'first_seen_at', key: 'firstSeenAt', type: 'timestamptz', descending: true },
          { sql: 'id', key: 'id', type: 'uuid', descending: true },
        ],
      },
      options,
    );
  }

  /**
   * Appends an interaction to the history of its author and changes the relationship score by `INTERACTION_WEIGHTS`, limited to 0..1.
   *
   * An event of the same type about the same reply is recorded once, as is an event without a reply of the same type and time: repeating
   * the call changes nothing. Parallel calls lose nothing, because one UPDATE reads and writes the row.
   *
   * @returns null when there is no such author
   * @throws InputValidationError; CheckViolation when the history is longer than 1 MiB
   */
  async appendInteraction(input: Plain<InteractionInput>): Promise<AppendedInteraction | null> {
    const { authorId, ...event } = assertValid(InteractionInput, input);
    const { type, timestamp, replyId } = event;
    const key = replyId === undefined ? { type, timestamp } : { type, replyId };
    const [row] = await this.send<AppendedInteraction>(
      'appendInteraction',
      `WITH appended AS (
         UPDATE authors SET interaction_history = interaction_history || $2::jsonb, updated_at = now(),
           relationship_score = round(least(1, greatest(0, relationship_score + $4::float8))::numeric, 4)::float8,
           last_seen_at = greatest(last_seen_at, least($5::timestamptz, now()))
         WHERE id = $1 AND NOT interaction_history @> $3::jsonb RETURNING relationship_score)
       SELECT true AS appended, relationship_score AS "relationshipScore" FROM appended
       UNION ALL
       SELECT false, relationship_score FROM authors WHERE id = $1 AND NOT EXISTS (SELECT FROM appended)`,
      [authorId, JSON.stringify([event]), JSON.stringify([key]), INTERACTION_WEIGHTS[type], timestamp],
    );
    return row ?? null;
  }

  /**
   * Lists authors with at least three positive interactions in 30 days who were seen within seven days, most interactions first, at most
   * 1,000: the candidates for community champions. For a daily job: it reads every author seen in these days.
   */
  async listChampionCandidates(): Promise<(AuthorProfile & { readonly positiveInteractions: number })[]> {
    return this.send(
      'listChampionCandidates',
      `SELECT ${PROFILE}, positive.events AS "positiveInteractions" FROM authors, LATERAL (
         SELECT count(*)::int AS events FROM jsonb_array_elements(interaction_history) AS event
         WHERE event ->> 'type' = ANY($1) AND (event ->> 'timestamp')::timestamptz >= now() - interval '30 days') AS positive
       WHERE last_seen_at >= now() - interval '7 days' AND interaction_history <> '[]' AND positive.events >= 3
       ORDER BY positive.events DESC, id LIMIT 1000`,
      [POSITIVE_INTERACTIONS],
    );
  }

  /** Returns true when the author has ever blocked or reported us: the agent does not reply to them. */
  async isBlocked(authorId: string): Promise<boolean> {
    const { blocked } = await this.sendForOne<{ blocked: boolean }>(
      'isBlocked',
      `SELECT EXISTS (SELECT FROM authors WHERE id = $1
         AND (interaction_history @> '[{"type": "block"}]' OR interaction_history @> '[{"type": "report"}]')) AS blocked`,
      [authorId],
    );
    return blocked;
  }
}

/** The properties of a sighting, and the columns whose rules apply to them. */
const PROPERTIES = new Set([
  'platform',
  'platformId',
  'handle',
  'displayName',
  'followerCount',
  'isVerified',
  'seenAt',
]);

/**
 * Returns the violations of a sighting, by the rules of the entity.
 *
 * @param platform that of the post, for an author inside its sighting
 */
export function validateSighting(sighting: Omit<AuthorSighting, 'platform'>, platform: Platform): readonly Violation[] {
  // Objects of one shape, because copies by spread take most of the time of a bulk import.
  const row = {
    platform,
    platformId: sighting.platformId,
    handle: sighting.handle,
    displayName: sighting.displayName,
    followerCount: sighting.followerCount ?? undefined,
    isVerified: sighting.isVerified ?? undefined,
    lastSeenAt: sighting.seenAt,
  };
  for (const name in sighting)
    if (!PROPERTIES.has(name)) return validateAuthor({ ...sighting, seenAt: undefined, ...row });
  return validateAuthor(row);
}

/** Returns the key of an account or a post within a batch. */
export function keyOf(platform: Platform, platformId: string): string {
  return `${platform} ${platformId}`;
}

/** Returns an object of the parameter of `AUTHOR_UPSERT`. */
export function toSightedRow(
  sighting: Omit<AuthorSighting, 'platform'>,
  platform: Platform,
  seenAt = sighting.seenAt,
): object {
  return {
    platform,
    platform_id: sighting.platformId,
    handle: sighting.handle,
    display_name: sighting.displayName,
    follower_count: sighting.followerCount,
    is_verified: sighting.isVerified,
    seen_at: seenAt,
  };
}
