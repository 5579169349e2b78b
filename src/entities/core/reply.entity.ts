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
 * What did we answer, who let it pass, and what came of it? The permanent record of every reply: generated, approved or
 * rejected, posted, measured, perhaps taken back. Never purged, and it outlives the decision behind it.
 */
@Table('replies')
@UniqueKey(['platform', 'platformPostId'], { name: 'posted', where: '"platform_post_id" IS NOT NULL' })
@IndexFor('the reply behind a platform’s event (removal, comment)', ['platformPostId'])
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
@IndexFor('attribution: the reply behind a tracking code', ['utmCode'])
@Rules(REPLY_RULES)
@Finals(REPLY_FINALS)
export class Reply {
  @Id() id!: string;

  /** The decision it carries out. Null: purged after 90 days; a new reply always has one. */
  @BelongsTo(() => Decision, { onDelete: 'SET NULL', inverse: (decision) => decision.replies })
  decision!: Relation<Decision> | null;
  decisionId!: string | null;

  /** The whole text, signature included, before links are expanded. Editable while PENDING. */
  @Text({ ...REPLY_LENGTH, contains: REPLY_SIGNATURE }) content!: string;

  /** The archetype used. Null: deleted since, or written by hand. */
  @BelongsTo(() => Archetype, { onDelete: 'SET NULL', inverse: (archetype) => archetype.replies })
  archetype!: Relation<Archetype> | null;
  archetypeId!: string | null;

  /** The platform of the post it answers. */
  @EnumColumn(Platform) platform!: Platform;

  /** The platform's id of our own comment. Null: not posted. */
  @Text({ max: 100, format: PLATFORM_POST_ID, nullable: true }) platformPostId!: string | null;

  /** Tracking code in the reply's link. Null: it carries no link. Replies to one post may share a code. */
  @Text({ ...UTM_CODE_TEXT, nullable: true }) utmCode!: string | null;

  /** The "people helped" figure printed with it: replies posted in the 30 days before. */
  @Count({ default: 0 }) helpCount!: number;

  /** Whether it may be posted. No way back: a second attempt is a new reply. */
  @EnumColumn(ApprovalStatus, { default: 'PENDING' }) approvalStatus!: ApprovalStatus;

  /** Operator or system actor that approved it. Null unless APPROVED; who rejected is in the audit log. */
  @Text({ max: 100, nullable: true }) approvedBy!: string | null;

  /** Null unless APPROVED. */
  @Timestamp({ nullable: true }) approvedAt!: Date | null;

  /** When the platform took it. Null: not posted. */
  @Timestamp({ nullable: true }) postedAt!: Date | null;

  /** What came of it, measured after 15 min, 60 min, 24 h and 7 d. Null: not posted, or not measured yet. */
  @JsonObject({ nullable: true, of: () => ReplyMetrics }) metricsJson!: ReplyMetrics | null;

  /** When we took it back from the platform. Null: it stands. */
  @Timestamp({ nullable: true }) deletedAt!: Date | null;

  /** Why we took it back. Null: it stands. */
  @Text({ max: 1000, nullable: true }) deleteReason!: string | null;

  /** Written by a person or by the agent. */
  @EnumColumn(ReplyType, { default: 'AUTO' }) replyType!: ReplyType;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Escalation, (escalation) => escalation.reply) escalations!: Relation<Escalation>[];
}
