import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Choice,
  CreatedAt,
  Final,
  Flag,
  Id,
  IndexFor,
  Score,
  Table,
  UniqueKey,
} from '../../columns/index.js';
import { SATISFACTIONS, SENTIMENTS, type Satisfaction, type Sentiment } from '../../constants/lists.js';
import { Post } from '../core/post.entity.js';
import { Competitor } from './competitor.entity.js';

/**
 * One row per competitor that a post mentions, also when no reply is allowed. Written at detection; only `replied` changes
 * later. Kept for 90 days, then archived and deleted with its post.
 */
@Table('competitive_mentions')
@UniqueKey(['postId', 'competitorId'])
@IndexFor('a competitor’s mentions by time: share of voice, replies of the day', ['competitorId', 'createdAt'])
@IndexFor('mentions of a period over all competitors', ['createdAt'])
@Final<CompetitiveMention>({
  meaning: 'written_once',
  message: 'only `replied` of a competitive mention may change',
  properties: { except: ['replied'] },
})
export class CompetitiveMention {
  @Id() id!: string;

  /** Post that mentions the competitor. Deleting the post deletes the mention. */
  @BelongsTo(() => Post, { onDelete: 'CASCADE', inverse: (post) => post.competitiveMentions }) post!: Relation<Post>;
  postId!: string;

  /** Competitor that is mentioned. A competitor with mentions cannot be deleted: set its `is_active` to false. */
  @BelongsTo(() => Competitor, { onDelete: 'RESTRICT', inverse: (competitor) => competitor.mentions })
  competitor!: Relation<Competitor>;
  competitorId!: string;

  /** How the post speaks of the competitor: POSITIVE, NEUTRAL or NEGATIVE. */
  @Choice(SENTIMENTS) sentiment!: Sentiment;

  /** Whether the author is satisfied with the competitor: SATISFIED, UNSATISFIED or QUESTIONING. */
  @Choice(SATISFACTIONS) satisfaction!: Satisfaction;

  /** How promising a reply is, 0..1: 0.9 for an unsatisfied customer, 0.3 for a positive mention. */
  @Score() opportunityScore!: number;

  /** True when a reply to the mention was posted. The only column that changes. */
  @Flag({ default: false }) replied!: boolean;

  /** When the mention was detected. */
  @CreatedAt() createdAt!: Date;
}
