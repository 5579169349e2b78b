import type { PricePoint, Satisfaction, Sentiment } from '../constants/lists.js';
import { CompetitiveMention, Competitor } from '../entities/index.js';
import { type CompetitiveMentionInput, validateEntity } from '../validation/index.js';
import type { Plain } from './plain.js';
import { UnknownReference } from './reference.repository.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** A competing product. */
export interface CompetitorProfile {
  readonly id: string;
  readonly name: string;
  readonly categoryId: string | null;
  readonly category: string | null;
  readonly primaryMechanism: string | null;
  readonly pricePoint: PricePoint | null;
  readonly brandKeywords: string[];
  readonly isActive: boolean;
}

export interface RecordedMention {
  readonly id: string;
  /** False: the post has a mention of this competitor already, which stays as it is. */
  readonly recorded: boolean;
}

/** Replies of today (in UTC) to mentions of competitors. */
export interface CompetitiveReplies {
  readonly total: number;
  /** Competitors without a reply are absent. */
  readonly byCompetitor: ReadonlyMap<string, number>;
}

/** Mentions of one competitor with one sentiment and satisfaction. */
export interface MentionStatistic {
  readonly competitorId: string;
  readonly competitor: string;
  readonly sentiment: Sentiment;
  readonly satisfaction: Satisfaction;
  readonly mentions: number;
  readonly replied: number;
  /** 0..1. */
  readonly meanOpportunityScore: number;
}

const PROFILE = `SELECT c.id, c.name, c.category_id AS "categoryId", k.name AS category, c.primary_mechanism AS "primaryMechanism",
    c.price_point AS "pricePoint", c.brand_keywords AS "brandKeywords", c.is_active AS "isActive"
  FROM competitors c LEFT JOIN competitor_categories k ON k.id = c.category_id`;

/** Competing products and their mentions in posts. */
@RepositoryFor(Competitor)
export class CompetitorRepository extends TableRepository<Competitor> {
  /**
   * Returns the competitor with this name, also when it is retired (`isActive` is false). Uses uq_competitors__name.
   *
   * @throws UnknownReference with the names that exist
   */
  async findByName(name: string): Promise<CompetitorProfile> {
    const [found] = await this.send<CompetitorProfile>('findByName', `${PROFILE} WHERE c.name = $1`, [name]);
    if (found !== undefined) return found;
    const all = await this.list({ includeRetired: true });
    throw new UnknownReference(
      'competitors',
      name,
      all.map((competitor) => competitor.name),
    );
  }

  /** Lists the competitors by name, at most 1,000. @param options `includeRetired`: default false */
  async list({ includeRetired = false }: { includeRetired?: boolean } = {}): Promise<CompetitorProfile[]> {
    return this.send<CompetitorProfile>('list', `${PROFILE} WHERE c.is_active OR $1 ORDER BY c.name LIMIT 1000`, [
      includeRetired,
    ]);
  }

  /**
   * Stores a mention of a competitor in a post, once: repeated and parallel calls return the same id. Uses
   * uq_competitive_mentions__post_id_competitor_id.
   *
   * @throws EntityValidationError; ForeignKeyViolation for an unknown post or competitor
   */
  async recordMention(mention: Plain<CompetitiveMentionInput>): Promise<RecordedMention> {
    validateEntity(CompetitiveMention, mention, { write: 'insert' });
    const { postId, competitorId, sentiment, satisfaction, opportunityScore } = mention;
    for (;;) {
      const [row] = await this.send<RecordedMention>(
        'recordMention',
        `WITH recorded AS (
           INSERT INTO competitive_mentions (post_id, competitor_id, sentiment, satisfaction, opportunity_score)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (post_id, competitor_id) DO NOTHING RETURNING id)
         SELECT id, true AS recorded FROM recorded
         UNION ALL SELECT id, false FROM competitive_mentions WHERE post_id = $1 AND competitor_id = $2`,
        [postId, competitorId, sentiment, satisfaction, opportunityScore],
      );
      // No row: another transaction has inserted the mention since the statement began. The next one sees it.
      if (row !== undefined) return row;
    }
  }

  /** Marks the mentions of a post as replied. Returns how many were not. Uses uq_competitive_mentions__post_id_competitor_id. */
  async markReplied(postId: string): Promise<number> {
    const { marked } = await this.sendForOne<{ marked: number }>(
      'markReplied',
      `WITH marked AS (UPDATE competitive_mentions SET replied = true WHERE post_id = $1 AND NOT replied RETURNING id)
       SELECT count(*)::int AS marked FROM marked`,
      [postId],
    );
    return marked;
  }

  /**
   * Counts the replies to mentions that were detected today, in UTC: compare them with `COMPETITIVE_REPLIES_PER_DAY`. Uses
   * ix_competitive_mentions__created_at.
   */
  async countRepliesToday(): Promise<CompetitiveReplies> {
    const rows = await this.send<{ competitorId: string; replies: number }>(
      'countRepliesToday',
      `SELECT competitor_id AS "competitorId", count(*)::int AS replies FROM competitive_mentions
       WHERE replied AND created_at >= date_trunc('day', now(), 'UTC') GROUP BY 1`,
    );
    return {
      total: rows.reduce((sum, { replies }) => sum + replies, 0),
      byCompetitor: new Map(rows.map(({ competitorId, replies }) => [competitorId, replies])),
    };
  }

  /**
   * Counts the mentions of the last days by competitor, sentiment and satisfaction, most frequent first. Uses
   * ix_competitive_mentions__created_at.
   *
   * @param options `days`: default 7
   */
  async readMentionStatistics({ days = 7 }: { days?: number } = {}): Promise<MentionStatistic[]> {
    return this.send<MentionStatistic>(
      'readMentionStatistics',
      `SELECT m.competitor_id AS "competitorId", c.name AS competitor, m.sentiment, m.satisfaction, count(*)::int AS mentions,
         count(*) FILTER (WHERE m.replied)::int AS replied, avg(m.opportunity_score) AS "meanOpportunityScore"
       FROM competitive_mentions m JOIN competitors c ON c.id = m.competitor_id
       WHERE m.created_at >= now() - make_interval(days => $1::int) GROUP BY 1, 2, 3, 4
       ORDER BY mentions DESC, competitor, m.sentiment, m.satisfaction`,
      [days],
    );
  }
}
