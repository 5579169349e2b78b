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

/** Where was a competitor mentioned, and is there an opening for us? Every detection, even one we may not answer. */
@Table('competitive_mentions')
@UniqueKey(['postId', 'competitorId'])
@IndexFor('a competitor’s mentions by time: share of voice, replies of the day', ['competitorId', 'createdAt'])
@IndexFor('mentions of a period over all competitors', ['createdAt'])
@Final<CompetitiveMention>({
  meaning: 'written_once',
  message: 'a competitive mention never changes but for `replied`',
  properties: { except: ['replied'] },
})
export class CompetitiveMention {
  @Id() id!: string;

  /** Where it was mentioned. Goes with the post. */
  @BelongsTo(() => Post, { onDelete: 'CASCADE', inverse: (post) => post.competitiveMentions }) post!: Relation<Post>;
  postId!: string;

  /** Who was mentioned. Cannot be deleted while mentioned: retire it instead. */
  @BelongsTo(() => Competitor, { onDelete: 'RESTRICT', inverse: (competitor) => competitor.mentions })
  competitor!: Relation<Competitor>;
  competitorId!: string;

  /** How the post speaks of it. */
  @Choice(SENTIMENTS) sentiment!: Sentiment;

  /** Whether the author is content with it. */
  @Choice(SATISFACTIONS) satisfaction!: Satisfaction;

  /** How good an opening it is, 0..1; 0.9 for an unsatisfied customer, 0.3 for a fan. */
  @Score() opportunityScore!: number;

  /** A competitive reply was posted. The only column that changes. */
  @Flag({ default: false }) replied!: boolean;

  /** When it was detected. */
  @CreatedAt() createdAt!: Date;
}
