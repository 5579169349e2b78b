import type { Satisfaction, Sentiment, Variant } from '../constants/lists.js';
import type { OperationalMode, Platform } from '../entities/enums.js';
import { CompetitiveMention, Decision } from '../entities/index.js';
import { EntityNotFound } from '../errors/database-error.js';
import type { CompetitiveMentionInput, DecisionInput } from '../validation/index.js';
import { validateEntity } from '../validation/index.js';
import { toNewRow } from './new-row.js';
import { type Page, type PageOptions, readPage } from './pages.js';
import type { Plain } from './plain.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** A stored decision. */
export interface RecordedDecision {
  readonly id: string;
  readonly createdAt: Date;
}

/** A mention of a competitor in the post that the decision is about. */
export type MentionOfPost = Omit<CompetitiveMentionInput, 'postId'> & {
  sentiment: Sentiment;
  satisfaction: Satisfaction;
};

/** One decision in a list. */
export interface DecisionSummary {
  readonly id: string;
  readonly postId: string;
  readonly platform: Platform;
  readonly mode: OperationalMode;
  /** 0..1, as are all scores but `evsScore`, a ratio. */
  readonly compositeScore: number;
  readonly sssScore: number;
  readonly arsScore: number;
  readonly evsScore: number;
  readonly trsScore: number;
  readonly archetypeId: string | null;
  readonly safetyFlags: string[];
  readonly competitorDetected: string | null;
  readonly isPowerUser: boolean;
  readonly createdAt: Date;
}

/** Decisions of one hour of the week. Hours without decisions are absent. */
export interface HeatMapCell {
  /** 1 (Monday) .. 7 (Sunday). */
  readonly weekday: number;
  /** 0..23. */
  readonly hour: number;
  readonly decisions: number;
  /** 0..1. */
  readonly meanCompositeScore: number;
}

export interface DecisionFilter {
  /** Default: 7 days ago. */
  since?: Date;
  /** Default: now. */
  until?: Date;
  platform?: Platform;
  mode?: OperationalMode;
  /** Inclusive bounds. The velocity is a ratio, so its bounds may exceed 1. */
  scores?: Partial<
    Record<'arsScore' | 'compositeScore' | 'evsScore' | 'sssScore' | 'trsScore', { min?: number; max?: number }>
  >;
}

/** Columns of a score by its property. */
const SCORES = {
  sssScore: 'd.sss_score',
  arsScore: 'd.ars_score',
  evsScore: 'd.evs_score',
  trsScore: 'd.trs_score',
  compositeScore: 'd.composite_score',
} as const;

const SUMMARY = `SELECT d.id, d.post_id AS "postId", p.platform, d.mode, d.composite_score AS "compositeScore",
    d.sss_score AS "sssScore", d.ars_score AS "arsScore", d.evs_score AS "evsScore", d.trs_score AS "trsScore",
    d.archetype_id AS "archetypeId", d.safety_flags AS "safetyFlags", d.competitor_detected AS "competitorDetected",
    d.is_power_user AS "isPowerUser", d.created_at AS "createdAt"
  FROM decisions d JOIN posts p ON p.id = d.post_id`;

const NEWEST_FIRST = [
  { sql: 'd.created_at', key: 'createdAt', type: 'timestamptz', descending: true },
  { sql: 'd.id', key: 'id', type: 'uuid', descending: true },
] as const;

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

/** Stores the mentions of `$2`. Left out of most statements, whose planning it would double. */
const MENTION = `INSERT INTO competitive_mentions (post_id, competitor_id, sentiment, satisfaction, opportunity_score)
  SELECT p.id, m."competitorId", m.sentiment, m.satisfaction, m."opportunityScore"
  FROM processed p, json_to_recordset($2::json) AS m ("competitorId" uuid, sentiment text, satisfaction text, "opportunityScore" float8)
  ORDER BY m."competitorId" ON CONFLICT (post_id, competitor_id) DO NOTHING`;

/** Largest number of rows in one part of a stream. */
const STREAM_ROWS = 1_000;

/** Questions about decisions, which are written once and never changed: a second look is a second row. */
@RepositoryFor(Decision)
export class DecisionRepository extends TableRepository<Decision> {
  /**
   * Stores a decision, marks its post as processed, and stores the mentions of competitors, each competitor once per post. One statement:
   * all of it happens, or nothing.
   *
   * @throws EntityValidationError; EntityNotFound when there is no such post; ForeignKeyViolation for an unknown archetype, experiment
   *   or competitor
   */
  async record(decision: Plain<DecisionInput>, mentions: readonly MentionOfPost[] = []): Promise<RecordedDecision> {
    const { postId } = decision;
    for (const mention of mentions) validateEntity(CompetitiveMention, { ...mention, postId }, { write: 'insert' });
    const row = toNewRow(this.metadata, decision, 3);
    const [recorded] = await this.send<RecordedDecision>(
      'record',
      `WITH processed AS (
         UPDATE posts SET processed_at = now(), updated_at = now() WHERE id = $1 RETURNING id
       ), mentioned AS (
         ${mentions.length === 0 ? 'SELECT $2::text' : MENTION}
       )
       INSERT INTO decisions (${row.columns}) SELECT ${row.placeholders} FROM processed RETURNING id, created_at AS "createdAt"`,
      [postId, JSON.stringify(mentions), ...row.values],
    );
    if (recorded === undefined) throw new EntityNotFound('Post');
    return recorded;
  }

  /** Lists the decisions about a post, newest first. Uses ix_decisions__post_id. */
  async listOfPost(postId: string): Promise<DecisionSummary[]> {
    return this.send<DecisionSummary>(
      'listOfPost',
      `${SUMMARY} WHERE d.post_id = $1 ORDER BY d.created_at DESC, d.id DESC LIMIT 100`,
      [postId],
    );
  }

  /** Lists decisions of a period, newest first. Uses ix_decisions__created_at. */
  async listPage(filter: DecisionFilter = {}, options?: PageOptions): Promise<Page<DecisionSummary>> {
    const parameters: unknown[] = [];
    const parameter = (value: unknown): string => `$${parameters.push(value)}`;
    const where = [`d.created_at >= ${parameter(filter.since ?? new Date(Date.now() - WEEK_MS))}`];
    if (filter.until !== undefined) where.push(`d.created_at <= ${parameter(filter.until)}`);
    if (filter.platform !== undefined) where.push(`p.platform = ${parameter(filter.platform)}`);
    if (filter.mode !== undefined) where.push(`d.mode = ${parameter(filter.mode)}`);
    for (const [score, column] of Object.entries(SCORES)) {
      const { min, max } = filter.scores?.[score as keyof typeof SCORES] ?? {};
      if (min !== undefined) where.push(`${column} >= ${parameter(min)}`);
      if (max !== undefined) where.push(`${column} <= ${parameter(max)}`);
    }
    return readPage<DecisionSummary>(
      (...statement) => this.send(...statement),
      { method: 'listPage', select: SUMMARY, where, parameters, order: NEWEST_FIRST },
      options,
    );
  }

  /** Reads the decisions since a time, oldest first, in parts of at most 1,000, with constant memory: for weekly learning. */
  async *streamSince(since: Date): AsyncGenerator<DecisionSummary[], void, undefined> {
    let [createdAt, id] = [since, '00000000-0000-0000-0000-000000000000'];
    for (;;) {
      const rows = await this.send<DecisionSummary>(
        'streamSince',
        `${SUMMARY} WHERE (d.created_at, d.id) > ($1, $2::uuid) ORDER BY d.created_at, d.id LIMIT ${STREAM_ROWS}`,
        [createdAt, id],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      [createdAt, id] = [last.createdAt, last.id];
    }
  }

  /** Returns the number of decisions and their mean composite score for each hour of the last hours. @param hours default 24 */
  async readActivity(
    hours = 24,
  ): Promise<{ readonly hour: Date; readonly decisions: number; readonly meanCompositeScore: number }[]> {
    return this.send(
      'readActivity',
      `SELECT date_trunc('hour', created_at) AS hour, count(*)::int AS decisions, avg(composite_score) AS "meanCompositeScore"
       FROM decisions WHERE created_at >= now() - make_interval(hours => $1) GROUP BY 1 ORDER BY 1`,
      [hours],
    );
  }

  /**
   * Returns the number of decisions and their mean composite score for each hour of the week. Uses ix_decisions__created_at.
   *
   * @param options `days`: default 28; `timeZone`: IANA name in which the hours count, default UTC
   */
  async readHeatMap({ days = 28, timeZone = 'UTC' }: { days?: number; timeZone?: string } = {}): Promise<
    HeatMapCell[]
  > {
    return this.send<HeatMapCell>(
      'readHeatMap',
      `SELECT extract(isodow FROM created_at AT TIME ZONE $2)::int AS weekday,
         extract(hour FROM created_at AT TIME ZONE $2)::int AS hour, count(*)::int AS decisions,
         avg(composite_score) AS "meanCompositeScore"
       FROM decisions WHERE created_at >= now() - make_interval(days => $1) GROUP BY 1, 2 ORDER BY 1, 2`,
      [days, timeZone],
    );
  }

  /** Counts the decisions of an experiment, and those with a posted reply, for each variant. Uses the index of in-experiment rows. */
  async countVariants(
    experimentId: string,
  ): Promise<{ readonly variant: Variant; readonly decisions: number; readonly postedReplies: number }[]> {
    return this.send(
      'countVariants',
      `SELECT d.experiment_variant AS variant, count(DISTINCT d.id)::int AS decisions,
         count(r.id) FILTER (WHERE r.posted_at IS NOT NULL)::int AS "postedReplies"
       FROM decisions d LEFT JOIN replies r ON r.decision_id = d.id
       WHERE d.experiment_id = $1 AND d.experiment_variant IS NOT NULL GROUP BY 1 ORDER BY 1`,
      [experimentId],
    );
  }
}
