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
 * What did we detect, and what still waits for a decision? Every post that matched a keyword, and at once the work queue:
 * detected, filtered or queued, processed, archived after 90 days.
 */
@Table('posts')
@UniqueKey(['platform', 'platformPostId'])
@IndexFor('the newest post of a platform, where a monitor goes on', ['platform', 'detectedAt'])
@IndexFor('posts by state of processing', ['processedAt'])
@IndexFor('an author’s latest posts: baseline of the engagement velocity', ['authorId', 'detectedAt'])
@IndexFor('the queue: oldest waiting post first, and its depth', ['detectedAt'], {
  name: 'waiting',
  where: `"processed_at" IS NULL AND NOT "spam_filtered" AND "error_count" < ${QUEUE.maxAttempts}`,
})
@IndexFor('retention: posts older than 90 days', ['detectedAt'])
@Rule<Post>({
  meaning: 'message_of_error',
  message: 'an error message comes with an error count above 0',
  properties: ['errorMessage', 'errorCount'],
  isValid: ({ errorMessage, errorCount }) => errorMessage === null || errorCount > 0,
  sql: '"error_message" IS NULL OR "error_count" > 0',
})
@Final<Post>({
  meaning: 'stays_processed',
  message: 'a processed post does not go back to the queue: a second look is a second decision',
  properties: ['processedAt'],
  since: ({ processedAt }) => processedAt !== null,
  allows: ({ processedAt }) => processedAt !== null,
})
export class Post {
  @Id() id!: string;

  /** Where it was posted. */
  @EnumColumn(Platform) platform!: Platform;

  /** The platform's own id of the post. Opaque text. */
  @Text({ max: 100, format: PLATFORM_POST_ID }) platformPostId!: string;

  /** Who wrote it. Goes with the author. */
  @BelongsTo(() => Author, { onDelete: 'CASCADE', inverse: (author) => author.posts }) author!: Relation<Author>;
  authorId!: string;

  /** The text as delivered, 1..5,000 characters. */
  @Text({ max: 5000, blank: true }) content!: string;

  /** When we first saw it; the platform's time of publication is not stored. */
  @Timestamp({ now: true }) detectedAt!: Date;

  /** When its decision was stored. Null: still in the queue. Never becomes null again; a second decision may renew it. */
  @Timestamp({ nullable: true }) processedAt!: Date | null;

  /** Terms that matched, without repetition. Inputs ask for 1..50; a post without any may still be stored. */
  @TextList({ max: 50 }) keywordMatches!: string[];

  /** Categories of the taxonomy that matched (direct_hangover, meme_language). */
  @TextList({ max: 20, format: LOWER_SNAKE }) keywordCategories!: string[];

  /** Caught by the spam filter: kept for review, never queued. */
  @Flag({ default: false }) spamFiltered!: boolean;

  /** Engagement at detection, under the platform's own names (likes, upvotes, comments). Null: the platform said nothing. */
  @JsonObject({ nullable: true, values: [createQuantityRule()] }) rawMetrics!: Record<string, number> | null;

  /** Failed attempts to process it. At 3 the queue gives it up. */
  @Count({ default: 0 }) errorCount!: number;

  /** What went wrong last. Null: nothing did. */
  @Text({ max: 2000, nullable: true }) errorMessage!: string | null;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Decision, (decision) => decision.post) decisions!: Relation<Decision>[];
  @HasMany(() => CompetitiveMention, (mention) => mention.post) competitiveMentions!: Relation<CompetitiveMention>[];
  @HasMany(() => Escalation, (escalation) => escalation.post) escalations!: Relation<Escalation>[];
}
