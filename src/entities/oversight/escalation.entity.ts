import type { Relation } from 'typeorm';
import {
  BelongsTo,
  CreatedAt,
  EnumColumn,
  Final,
  Id,
  IndexFor,
  Timestamp,
  Rule,
  Table,
  Text,
} from '../../columns/index.js';
import { Decision } from '../core/decision.entity.js';
import { Post } from '../core/post.entity.js';
import { Reply } from '../core/reply.entity.js';
import { EscalationPriority, EscalationStatus } from '../enums.js';
import { EscalationReason } from '../reference/escalation-reason.entity.js';

/**
 * One row per post, decision or reply that a person must review. Written when it is escalated, updated until it is closed.
 * Kept for ever, also after the reviewed row is deleted.
 */
@Table('escalations')
@IndexFor('escalations by state and priority', ['status', 'priority'])
@IndexFor('escalations of a period', ['createdAt'])
@IndexFor('the review queue: open ones by priority and age; breaches of the four hours', ['priority', 'createdAt'], {
  name: 'open',
  where: `"status" IN ('PENDING', 'IN_REVIEW')`,
})
@Rule<Escalation>({
  meaning: 'new_has_target',
  message: 'a new escalation is about a post, a decision or a reply',
  properties: ['postId', 'decisionId', 'replyId'],
  onInsertOnly: true,
  isValid: ({ postId, decisionId, replyId }) => postId !== null || decisionId !== null || replyId !== null,
  beforeSaveOnly: 'purging the target sets the column to null and must succeed',
})
@Rule<Escalation>({
  meaning: 'closed_has_time',
  message: 'an escalation has a time of resolution exactly when it is RESOLVED or DISMISSED',
  properties: ['status', 'resolvedAt'],
  isValid: ({ status, resolvedAt }) => isClosed(status) === (resolvedAt !== null),
  sql: `("status" IN ('RESOLVED', 'DISMISSED')) = ("resolved_at" IS NOT NULL)`,
})
@Rule<Escalation>({
  meaning: 'closed_has_resolver',
  message: 'an escalation has a resolver exactly when it is RESOLVED or DISMISSED',
  properties: ['status', 'resolvedBy'],
  isValid: ({ status, resolvedBy }) => isClosed(status) === (resolvedBy !== null),
  sql: `("status" IN ('RESOLVED', 'DISMISSED')) = ("resolved_by" IS NOT NULL)`,
})
@Final<Escalation>({
  meaning: 'closing_final',
  message: 'a closed escalation is final: open a new one instead',
  properties: ['status', 'resolvedBy', 'resolvedAt'],
  since: ({ status }) => isClosed(status),
})
export class Escalation {
  @Id() id!: string;

  /** Post to review. Null: the escalation is not about a post, or the post was deleted. */
  @BelongsTo(() => Post, { onDelete: 'SET NULL', inverse: (post) => post.escalations }) post!: Relation<Post> | null;
  postId!: string | null;

  /** Decision to review. Null: the escalation is not about a decision, or the decision was deleted. */
  @BelongsTo(() => Decision, { onDelete: 'SET NULL', inverse: (decision) => decision.escalations })
  decision!: Relation<Decision> | null;
  decisionId!: string | null;

  /** Reply to review. Null: the escalation is not about a reply, or the reply was deleted. */
  @BelongsTo(() => Reply, { onDelete: 'SET NULL', inverse: (reply) => reply.escalations })
  reply!: Relation<Reply> | null;
  replyId!: string | null;

  /** Reason of the escalation. Null: none was given, or the reason was deleted. */
  @BelongsTo(() => EscalationReason, { onDelete: 'SET NULL', inverse: (reason) => reason.escalations })
  reason!: Relation<EscalationReason> | null;
  reasonId!: string | null;

  /** Urgency: LOW, MEDIUM, HIGH or CRITICAL. Normally the severity of the reason. */
  @EnumColumn(EscalationPriority, { default: 'MEDIUM' }) priority!: EscalationPriority;

  /** PENDING, then IN_REVIEW, then RESOLVED or DISMISSED, which close the escalation. */
  @EnumColumn(EscalationStatus, { default: 'PENDING' }) status!: EscalationStatus;

  /** Operator who works on the escalation. Null: not assigned. */
  @Text({ max: 100, nullable: true }) assignedTo!: string | null;

  /** Operator who closed the escalation. Null: open. */
  @Text({ max: 100, nullable: true }) resolvedBy!: string | null;

  /** What the operator found and did, at most 5,000 characters; used for learning. Null: no notes. */
  @Text({ max: 5000, nullable: true }) resolutionNotes!: string | null;

  /** When the escalation was opened. It is late after 4 hours. */
  @CreatedAt() createdAt!: Date;

  /** When the escalation was closed. Null: open. */
  @Timestamp({ nullable: true }) resolvedAt!: Date | null;
}

function isClosed(status: EscalationStatus): boolean {
  return status === 'RESOLVED' || status === 'DISMISSED';
}
