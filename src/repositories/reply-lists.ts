import { HELP_COUNT_DAYS } from '../constants/figures.js';
import type { ApprovalStatus, OperationalMode, Platform, ReplyType } from '../entities/enums.js';
import type { Reply } from '../entities/index.js';
import type { ReplyMetrics } from '../entities/json-shapes.js';
import { assertLimit, type Page, type PageOptions, readPage } from './pages.js';
import type { Plain } from './plain.js';
import { TableRepository } from './table-repository.js';

/** A reply that waits for approval, with what an operator needs for the decision. */
export interface PendingReply {
  readonly id: string;
  readonly platform: Platform;
  readonly content: string;
  readonly archetype: string | null;
  readonly utmCode: string | null;
  readonly helpCount: number;
  readonly replyType: ReplyType;
  /** Confidence of the generator, 0..1; null: not stated. */
  readonly confidence: number | null;
  readonly createdAt: Date;
  /** Null, as are the mode, the scores, the post and the author: the decision was deleted. */
  readonly decisionId: string | null;
  readonly mode: OperationalMode | null;
  /** 0..1, as are all scores but `evsScore`, a ratio. */
  readonly compositeScore: number | null;
  readonly sssScore: number | null;
  readonly arsScore: number | null;
  readonly evsScore: number | null;
  readonly trsScore: number | null;
  readonly safetyFlags: string[] | null;
  readonly competitorDetected: string | null;
  readonly postId: string | null;
  readonly postContent: string | null;
  readonly authorId: string | null;
  readonly authorHandle: string | null;
}

/** A reply in a ranking. */
export interface RankedReply {
  readonly id: string;
  readonly platform: Platform;
  readonly content: string;
  readonly archetype: string | null;
  readonly postedAt: Date;
  /** Unique clicks per view, a fraction. */
  readonly ctr: number;
}

/** One reply in a list. */
export interface ReplySummary {
  readonly id: string;
  readonly decisionId: string | null;
  readonly platform: Platform;
  readonly content: string;
  readonly archetypeId: string | null;
  readonly approvalStatus: ApprovalStatus;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  readonly platformPostId: string | null;
  readonly postedAt: Date | null;
  readonly deletedAt: Date | null;
  readonly replyType: ReplyType;
  readonly createdAt: Date;
}

export interface ReplyFilter {
  status?: ApprovalStatus;
  platform?: Platform;
  archetypeId?: string;
  /** Written at this time or later. Default: 7 days ago. */
  since?: Date;
  /** Written at this time or earlier. Default: no bound. */
  until?: Date;
}

/** A posted reply with its results so far. */
export interface PostedReply {
  readonly id: string;
  readonly decisionId: string | null;
  /** Null when the decision was deleted, as is `authorId`. */
  readonly postId: string | null;
  readonly authorId: string | null;
  readonly platform: Platform;
  readonly platformPostId: string;
  readonly utmCode: string | null;
  readonly postedAt: Date;
  readonly deletedAt: Date | null;
  readonly metricsJson: Plain<ReplyMetrics> | null;
}

/** Results of the replies with one archetype. The means leave out replies without the figure; null: no reply has it. */
export interface ArchetypePerformance {
  /** Null: replies without archetype. */
  readonly archetypeId: string | null;
  readonly archetype: string | null;
  readonly replies: number;
  readonly deleted: number;
  readonly meanCtr: number | null;
  /** -1..1. */
  readonly meanSentiment: number | null;
  readonly likes: number;
  readonly clicks: number;
  readonly conversions: number;
  /** US dollars. */
  readonly revenue: number;
}

const PENDING = `SELECT r.id, r.platform, r.content, k.name AS archetype, r.utm_code AS "utmCode", r.help_count AS "helpCount",
    r.reply_type AS "replyType", ${numberAt('generation.confidence')} AS confidence, r.created_at AS "createdAt",
    r.decision_id AS "decisionId", d.mode, d.composite_score AS "compositeScore", d.sss_score AS "sssScore",
    d.ars_score AS "arsScore", d.evs_score AS "evsScore", d.trs_score AS "trsScore", d.safety_flags AS "safetyFlags",
    d.competitor_detected AS "competitorDetected", p.id AS "postId", p.content AS "postContent", a.id AS "authorId",
    a.handle AS "authorHandle"
  FROM replies r LEFT JOIN archetypes k ON k.id = r.archetype_id LEFT JOIN decisions d ON d.id = r.decision_id
  LEFT JOIN posts p ON p.id = d.post_id LEFT JOIN authors a ON a.id = p.author_id`;

const SUMMARY = `SELECT r.id, r.decision_id AS "decisionId", r.platform, r.content, r.archetype_id AS "archetypeId",
    r.approval_status AS "approvalStatus", r.approved_by AS "approvedBy", r.approved_at AS "approvedAt",
    r.platform_post_id AS "platformPostId", r.posted_at AS "postedAt", r.deleted_at AS "deletedAt", r.reply_type AS "replyType",
    r.created_at AS "createdAt"
  FROM replies r`;

const POSTED = `SELECT r.id, r.decision_id AS "decisionId", p.id AS "postId", p.author_id AS "authorId", r.platform,
    r.platform_post_id AS "platformPostId", r.utm_code AS "utmCode", r.posted_at AS "postedAt", r.deleted_at AS "deletedAt",
    r.metrics_json AS "metricsJson"
  FROM replies r LEFT JOIN decisions d ON d.id = r.decision_id LEFT JOIN posts p ON p.id = d.post_id`;

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

/** The questions about replies; `ReplyRepository` adds the writes. */
export abstract class ReplyLists extends TableRepository<Reply> {
  /** Lists the replies that wait for approval, the oldest first unless `newestFirst`. Uses ix_replies__created_at__pending. */
  async listPending({ newestFirst = false, ...options }: PageOptions & { newestFirst?: boolean } = {}): Promise<
    Page<PendingReply>
  > {
    return readPage<PendingReply>(
      (...statement) => this.send(...statement),
      {
        method: 'listPending',
        select: PENDING,
        where: [`r.approval_status = 'PENDING'`],
        parameters: [],
        order: [
          { sql: 'r.created_at', key: 'createdAt', type: 'timestamptz', descending: newestFirst },
          { sql: 'r.id', key: 'id', type: 'uuid', descending: newestFirst },
        ],
      },
      options,
    );
  }

  /** Lists the replies written in a period, newest first. */
  async listPage(filter: ReplyFilter = {}, options?: PageOptions): Promise<Page<ReplySummary>> {
    const parameters: unknown[] = [];
    const parameter = (value: unknown): string => `$${parameters.push(value)}`;
    const where = [`r.created_at >= ${parameter(filter.since ?? new Date(Date.now() - WEEK_MS))}`];
    if (filter.until !== undefined) where.push(`r.created_at <= ${parameter(filter.until)}`);
    if (filter.status !== undefined) where.push(`r.approval_status = ${parameter(filter.status)}`);
    if (filter.platform !== undefined) where.push(`r.platform = ${parameter(filter.platform)}`);
    if (filter.archetypeId !== undefined) where.push(`r.archetype_id = ${parameter(filter.archetypeId)}`);
    return readPage<ReplySummary>(
      (...statement) => this.send(...statement),
      {
        method: 'listPage',
        select: SUMMARY,
        where,
        parameters,
        order: [
          { sql: 'r.created_at', key: 'createdAt', type: 'timestamptz', descending: true },
          { sql: 'r.id', key: 'id', type: 'uuid', descending: true },
        ],
      },
      options,
    );
  }

  /**
   * Lists the replies posted in the last hours, the oldest first. The default is the week in which outcomes are collected;
   * `{ hours: 24, includeDeleted: false }` gives those that self-correction watches. Uses ix_replies__posted_at.
   *
   * @param options `hours`: default 168; `includeDeleted`: default true
   */
  async listPostedSince({
    hours = 168,
    includeDeleted = true,
    ...options
  }: PageOptions & { hours?: number; includeDeleted?: boolean } = {}): Promise<Page<PostedReply>> {
    return readPage<PostedReply>(
      (...statement) => this.send(...statement),
      {
        method: 'listPostedSince',
        select: POSTED,
        where: [
          'r.posted_at >= now() - make_interval(hours => $1::int)',
          ...(includeDeleted ? [] : ['r.deleted_at IS NULL']),
        ],
        parameters: [hours],
        order: [
          { sql: 'r.posted_at', key: 'postedAt', type: 'timestamptz' },
          { sql: 'r.id', key: 'id', type: 'uuid' },
        ],
      },
      options,
    );
  }

  /** Returns the posted reply with this id on the platform; null: none. Uses uq_replies__platform_platform_post_id__posted. */
  async findByPlatformPostId(platform: Platform, platformPostId: string): Promise<PostedReply | null> {
    const rows = await this.send<PostedReply>(
      'findByPlatformPostId',
      `${POSTED} WHERE r.platform = $1 AND r.platform_post_id = $2`,
      [platform, platformPostId],
    );
    return rows[0] ?? null;
  }

  /**
   * Returns the number of people helped that a signature states: the replies posted in the last days, also those deleted since. Uses
   * ix_replies__posted_at.
   *
   * @param options `days`: default `HELP_COUNT_DAYS`
   */
  async countHelped({ days = HELP_COUNT_DAYS }: { days?: number } = {}): Promise<number> {
    const { replies } = await this.sendForOne<{ replies: number }>(
      'countHelped',
      `SELECT count(*)::int AS replies FROM replies WHERE posted_at >= now() - make_interval(days => $1::int)`,
      [days],
    );
    return replies;
  }

  /**
   * Returns the names of the archetypes of the replies posted last, newest first; null for a reply without one. Uses
   * ix_replies__posted_at.
   *
   * @param limit 1..100
   */
  async listRecentArchetypes(limit = 10): Promise<(string | null)[]> {
    assertLimit(limit);
    const rows = await this.send<{ archetype: string | null }>(
      'listRecentArchetypes',
      `SELECT k.name AS archetype FROM replies r LEFT JOIN archetypes k ON k.id = r.archetype_id
       WHERE r.posted_at IS NOT NULL ORDER BY r.posted_at DESC, r.id DESC LIMIT $1`,
      [limit],
    );
    return rows.map(({ archetype }) => archetype);
  }

  /**
   * Returns the results of the replies posted in the last days for each archetype, most used first. Uses ix_replies__posted_at, or
   * ix_replies__platform_posted_at for one platform.
   *
   * @param options `days`: default 7; `platform`: default all
   */
  async readArchetypePerformance({ days = 7, platform }: { days?: number; platform?: Platform } = {}): Promise<
    ArchetypePerformance[]
  > {
    return this.send<ArchetypePerformance>(
      'readArchetypePerformance',
      `SELECT r.archetype_id AS "archetypeId", k.name AS archetype, count(*)::int AS replies, count(r.deleted_at)::int AS deleted,
         avg(${numberAt('ctr')}) AS "meanCtr", avg(${numberAt('sentiment')}) AS "meanSentiment",
         ${['likes', 'clicks', 'conversions', 'revenue'].map((key) => `coalesce(sum(${numberAt(key)}), 0) AS ${key}`).join(', ')}
       FROM replies r LEFT JOIN archetypes k ON k.id = r.archetype_id
       WHERE r.posted_at >= now() - make_interval(days => $1::int) ${platform === undefined ? '' : 'AND r.platform = $2'}
       GROUP BY 1, 2 ORDER BY replies DESC, archetype`,
      platform === undefined ? [days] : [days, platform],
    );
  }

  /**
   * Lists the replies of the last days with the best or worst click-through rate, for reports and prompts: without handles, ids of authors
   * and texts of posts. Replies without a rate are left out. Uses ix_replies__posted_at.
   *
   * @param options `days`: default 30; `limit`: 1..100, default 20; `worst`: default false
   */
  async listByCtr({
    days = 30,
    limit = 20,
    worst = false,
  }: { days?: number; limit?: number; worst?: boolean } = {}): Promise<RankedReply[]> {
    assertLimit(limit);
    return this.send<RankedReply>(
      'listByCtr',
      `SELECT r.id, r.platform, r.content, k.name AS archetype, r.posted_at AS "postedAt", ${numberAt('ctr')} AS ctr
       FROM replies r LEFT JOIN archetypes k ON k.id = r.archetype_id
       WHERE r.posted_at >= now() - make_interval(days => $1::int) AND r.deleted_at IS NULL AND ${numberAt('ctr')} IS NOT NULL
       ORDER BY ctr ${worst ? 'ASC' : 'DESC'}, r.id LIMIT $2`,
      [days, limit],
    );
  }
}

/** SQL of a number in `metrics_json`; null when it is absent or no number, so that one broken row does not stop a report. */
function numberAt(path: string): string {
  return `jsonb_path_query_first(r.metrics_json, '$.${path} ? (@.type() == "number")')::float8`;
}
