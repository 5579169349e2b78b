/** The rows that the services must have written so far, from the reply to the interactions of its author. */
import { INTERACTION_WEIGHTS, SYSTEM_ACTOR } from '@shared/db';
import { writeReply } from '../services/decision-engine.js';
import type { InteractionEvent, ReplyOutcome, Window } from '../services/feedback.js';
import { ExpectedPosts } from './posts.js';
import { drawConfidence, isAutoApproved, createUtmCode } from '../services/replies.js';

export class ExpectedReplies extends ExpectedPosts {
  /** Records a reply and returns its name. */
  recordReply(decisionId: string, attempt: number, helpCount: number, now: Date): string {
    const { postId, archetypeId } = this.decisions.get(decisionId);
    const { platform, platformPostId } = this.posts.get(postId);
    const utm = createUtmCode(`${platform} ${platformPostId}`, attempt);
    const open = { approvalStatus: 'PENDING', approvedBy: null, approvedAt: null } as const;
    const approved = { approvalStatus: 'APPROVED', approvedBy: SYSTEM_ACTOR, approvedAt: now } as const;
    return this.replies.add(utm, {
      ...{ decisionId, archetypeId, platform, helpCount, utmCode: utm, content: writeReply(platform, utm, helpCount) },
      ...{ platformPostId: null, postedAt: null, deletedAt: null, deleteReason: null },
      ...(isAutoApproved(utm) ? approved : open),
      metricsJson: { generation: { confidence: drawConfidence(utm), shareability: 1, model: { name: 'm-"1" 🤖' } } },
      replyType: attempt === 1 ? 'AUTO' : 'MANUAL',
    });
  }

  recordApproval(name: string, approvedBy: string, approvedAt: Date): void {
    this.replies.change(name, { approvalStatus: 'APPROVED', approvedBy, approvedAt });
    this.recordAuditEntry('reply', name, 'approve', approvedBy, { before: 'PENDING', after: 'APPROVED' });
  }

  recordRejection(name: string, operator: string): void {
    this.replies.change(name, { approvalStatus: 'REJECTED' });
    this.recordAuditEntry('reply', name, 'reject', operator, { reason: 'LOW_QUALITY', notes: 'meh 😐' });
  }

  listUnpostedReplies(): string[] {
    return [...this.replies.rows].flatMap(([name, { approvalStatus, postedAt }]) =>
      approvalStatus === 'APPROVED' && !postedAt ? [name] : [],
    );
  }

  recordPosting(name: string, platformPostId: string, postedAt: Date): void {
    this.replies.change(name, { platformPostId, postedAt });
    const { postId } = this.decisions.get(String(this.replies.get(name).decisionId));
    for (const [mention, row] of this.mentions.rows) {
      if (row.postId === postId) this.mentions.change(mention, { replied: true });
    }
  }

  /** Returns the names of replies that are posted and not deleted. */
  listVisibleReplies(): string[] {
    return [...this.replies.rows].flatMap(([name, { postedAt, deletedAt }]) => (postedAt && !deletedAt ? [name] : []));
  }

  recordMeasurement(name: string, window: Window, outcome: ReplyOutcome): void {
    const { metricsJson, decisionId } = this.replies.get(name);
    const windows = { ...metricsJson?.windows, [window]: outcome };
    this.replies.change(name, { metricsJson: { ...metricsJson, ...outcome, windows } });
    const probe = this.randomizedExperiments.name(String(decisionId));
    if (window === '24h' && this.randomizedExperiments.rows.has(probe)) {
      this.randomizedExperiments.change(probe, { actualOutcome: outcome.ctr ?? null });
    }
  }

  /** Returns the name of the author whom a reply answers. */
  findAuthorOf(reply: string): string {
    const { decisionId } = this.replies.get(reply);
    return this.posts.get(this.decisions.get(String(decisionId)).postId).authorId;
  }

  recordInteraction(replyId: string, event: InteractionEvent, now: Date): void {
    const authorId = this.findAuthorOf(replyId);
    const { interactionHistory, relationshipScore } = this.authors.get(authorId);
    const score = relationshipScore + INTERACTION_WEIGHTS[event.type];
    this.authors.change(authorId, {
      interactionHistory: [...interactionHistory, { ...event, replyId }],
      relationshipScore: score < 0 ? 0 : score > 1 ? 1 : score,
      lastSeenAt: now,
    });
  }

  recordAuditEntry(
    entityType: string,
    entityId: string,
    action: string,
    actor: string,
    detailsJson: Record<string, unknown>,
  ): void {
    this.audits.add(`${entityId} ${action}`, { entityType, entityId, action, actor, detailsJson });
  }
}
