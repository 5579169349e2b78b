import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Count,
  CreatedAt,
  EnumColumn,
  Final,
  Flag,
  HasMany,
  Id,
  IndexFor,
  JsonObject,
  LOWER_SNAKE,
  Timestamp,
  createQuantityRule,
  Rule,
  Table,
  Text,
  TextList,
  UniqueKey,
  UpdatedAt,
} from '../../columns/index.js';
import { QUEUE } from '../../constants/figures.js';
import { CompetitiveMention } from '../competitive/competitive-mention.entity.js';
import { Platform } from '../enums.js';
import { Escalation } from '../oversight/escalation.entity.js';
import { Author } from './author.entity.js';
import { Decision } from './decision.entity.js';
import { PLATFORM_POST_ID } from '../formats.js';

/**
 * One row per detected post that matched a keyword; the rows with a null `processed_at` are the work queue. Written at
 * detection, updated when it is processed. Kept for 90 days, then archived and deleted.
 */
@Table('posts')
@UniqueKey(['platform', 'platformPostId'])
@IndexFor('the newest post of a platform, from which a monitor continues', ['platform', 'detectedAt'])
@IndexFor('posts by state of processing', ['processedAt'])
@IndexFor('an author’s latest posts: baseline of the engagement velocity', ['authorId', 'detectedAt'])
@IndexFor('the queue: oldest waiting post first, and its depth', ['detectedAt'], {
  name: 'waiting',
  where: `"processed_at" IS NULL AND NOT "spam_filtered" AND "error_count" < ${QUEUE.maxAttempts}`,
})
@IndexFor('retention: posts older than 90 days', ['detectedAt'])
@Rule<Post>({
  meaning: 'message_of_error',
  message: 'a post with an error message has an error count above 0',
  properties: ['errorMessage', 'errorCount'],
  isValid: ({ errorMessage, errorCount }) => errorMessage === null || errorCount > 0,
  sql: '"error_message" IS NULL OR "error_count" > 0',
})
@Final<Post>({
  meaning: 'stays_processed',
  message: 'a processed post does not return to the queue: write a second decision instead',
  properties: ['processedAt'],
  since: ({ processedAt }) => processedAt !== null,
  allows: ({ processedAt }) => processedAt !== null,
})
export class Post {
  @Id() id!: string;

  /** Platform of the post. */
  @EnumColumn(Platform) platform!: Platform;

  /** Id of the post on its platform, 1..100 letters, digits, underscores or dashes. */
  @Text({ max: 100, format: PLATFORM_POST_ID }) platformPostId!: string;

  /** Author of the post. Deleting the author deletes the post. */
  @BelongsTo(() => Author, { onDelete: 'CASCADE', inverse: (author) => author.posts }) author!: Relation<Author>;
  authorId!: string;

  /** Text of the post as the platform delivered it, 1..5,000 characters. */
  @Text({ max: 5000, blank: true }) content!: string;

  /** When the post was detected. The time of publication on the platform is not stored. */
  @Timestamp({ now: true }) detectedAt!: Date;

  /**
   * When the decision about the post was stored. Null: not processed yet. Once set it never becomes null again; a second
   * decision may set a later time.
   */
  @Timestamp({ nullable: true }) processedAt!: Date | null;

  /**
   * Keywords that matched, without duplicates, at most 50. Input validation requires at least one; the table also accepts an
   * empty list.
   */
  @TextList({ max: 50 }) keywordMatches!: string[];

  /** Keyword categories that matched, in lower snake case (direct_hangover, meme_language), at most 20. */
  @TextList({ max: 20, format: LOWER_SNAKE }) keywordCategories!: string[];

  /** True when the spam filter rejected the post: it is kept for review and never processed. */
  @Flag({ default: false }) spamFiltered!: boolean;

  /**
   * Engagement counts at detection, under the names that the platform uses (likes, upvotes, comments). Null: the platform
   * reported none.
   */
  @JsonObject({ nullable: true, values: [createQuantityRule()] }) rawMetrics!: Record<string, number> | null;

  /** Failed processing attempts, 0 or more. From 3 the post leaves the queue. */
  @Count({ default: 0 }) errorCount!: number;

  /** Message of the last failed attempt, at most 2,000 characters. Null: no attempt failed. */
  @Text({ max: 2000, nullable: true }) errorMessage!: string | null;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Decision, (decision) => decision.post) decisions!: Relation<Decision>[];
  @HasMany(() => CompetitiveMention, (mention) => mention.post) competitiveMentions!: Relation<CompetitiveMention>[];
  @HasMany(() => Escalation, (escalation) => escalation.post) escalations!: Relation<Escalation>[];
}
