import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Count,
  CreatedAt,
  EnumColumn,
  Finals,
  HasMany,
  Id,
  IndexFor,
  JsonObject,
  Timestamp,
  Rules,
  Table,
  Text,
  UniqueKey,
  UpdatedAt,
} from '../../columns/index.js';
import { REPLY_LENGTH, REPLY_SIGNATURE } from '../../constants/reply.js';
import { ApprovalStatus, Platform, ReplyType } from '../enums.js';
import { PLATFORM_POST_ID, UTM_CODE_TEXT } from '../formats.js';
import { ReplyMetrics } from '../json-shapes.js';
import { Escalation } from '../oversight/escalation.entity.js';
import { Archetype } from '../reference/archetype.entity.js';
import { Decision } from './decision.entity.js';
import { REPLY_FINALS, REPLY_RULES } from './reply-rules.js';

/**
 * One row per reply that the agent or an operator wrote: its text, who approved it, when it was posted, and its results.
 * Written when the text is generated. Kept for ever; when its decision is deleted after 90 days, `decision_id` becomes null.
 */
@Table('replies')
@UniqueKey(['platform', 'platformPostId'], { name: 'posted', where: '"platform_post_id" IS NOT NULL' })
@IndexFor('the reply that an event of the platform is about (removal, comment)', ['platformPostId'])
@IndexFor('replies of a period: outcomes, self-correction, help count, weekly learning', ['postedAt'])
@IndexFor('replies of a platform by time: rate limits, dashboard', ['platform', 'postedAt'])
@IndexFor('replies by state of approval', ['approvalStatus'])
@IndexFor('the approval queue in order of arrival', ['createdAt'], {
  name: 'pending',
  where: `"approval_status" = 'PENDING'`,
})
@IndexFor('the posting queue: approved and not yet posted', ['approvedAt'], {
  name: 'unposted',
  where: `"approval_status" = 'APPROVED' AND "posted_at" IS NULL`,
})
@IndexFor('attribution: replies by tracking code', ['utmCode'])
@Rules(REPLY_RULES)
@Finals(REPLY_FINALS)
export class Reply {
  @Id() id!: string;

  /** Decision that led to the reply. Null: the decision was deleted after 90 days; a new reply always has one. */
  @BelongsTo(() => Decision, { onDelete: 'SET NULL', inverse: (decision) => decision.replies })
  decision!: Relation<Decision> | null;
  decisionId!: string | null;

  /**
   * Full text with the signature, 10..1,000 characters and within the limit of the platform, before links are expanded. Can
   * be edited only while `approval_status` is PENDING.
   */
  @Text({ ...REPLY_LENGTH, contains: REPLY_SIGNATURE }) content!: string;

  /** Archetype of the reply. Null: written without one, or the archetype was deleted. */
  @BelongsTo(() => Archetype, { onDelete: 'SET NULL', inverse: (archetype) => archetype.replies })
  archetype!: Relation<Archetype> | null;
  archetypeId!: string | null;

  /** Platform of the post that the reply answers. */
  @EnumColumn(Platform) platform!: Platform;

  /** Id of our reply on the platform, 1..100 characters. Null: not posted. */
  @Text({ max: 100, format: PLATFORM_POST_ID, nullable: true }) platformPostId!: string | null;

  /** Tracking code in the link of the reply, 1..100 characters; several replies may share one. Null: the reply has no link. */
  @Text({ ...UTM_CODE_TEXT, nullable: true }) utmCode!: string | null;

  /** Number of people helped that the signature states: replies posted in the 30 days before, 0 or more. */
  @Count({ default: 0 }) helpCount!: number;

  /** Whether the reply may be posted: PENDING, then APPROVED or REJECTED, which are final. */
  @EnumColumn(ApprovalStatus, { default: 'PENDING' }) approvalStatus!: ApprovalStatus;

  /** Operator or system component that approved the reply. Null: not APPROVED; the audit log records who rejected a reply. */
  @Text({ max: 100, nullable: true }) approvedBy!: string | null;

  /** When the reply was approved. Null: not APPROVED. */
  @Timestamp({ nullable: true }) approvedAt!: Date | null;

  /** When the reply was posted on the platform. Null: not posted. */
  @Timestamp({ nullable: true }) postedAt!: Date | null;

  /** Results of the reply, measured 15 minutes, 60 minutes, 24 hours and 7 days after posting. Null: not measured yet. */
  @JsonObject({ nullable: true, of: () => ReplyMetrics }) metricsJson!: ReplyMetrics | null;

  /** When we deleted the posted reply from the platform. Null: not deleted. */
  @Timestamp({ nullable: true }) deletedAt!: Date | null;

  /** Why we deleted the reply from the platform, at most 1,000 characters. Null: not deleted. */
  @Text({ max: 1000, nullable: true }) deleteReason!: string | null;

  /** Who wrote the reply: AUTO for the agent, MANUAL for an operator. */
  @EnumColumn(ReplyType, { default: 'AUTO' }) replyType!: ReplyType;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Escalation, (escalation) => escalation.reply) escalations!: Relation<Escalation>[];
}
