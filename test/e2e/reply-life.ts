/** What the services should have written, continued: from the reply to what its author did with it. */
import { INTERACTION_WEIGHTS, SYSTEM_ACTOR } from '@shared/db';
import { write } from './engine.js';
import type { InteractionEvent, ReplyOutcome, Window } from './feedback.js';
import { PostLife } from './post-life.js';
import { confidenceIn, isAutomatic, utmCode } from './reply-desk.js';

export class ReplyLife extends PostLife {
  /** @returns the name of the reply. */
  replied(decisionId: string, attempt: number, helpCount: number, now: Date): string {
    const { postId, archetypeId } = this.decisions.get(decisionId);
    const { platform, platformPostId } = this.posts.get(postId);
    const utm = utmCode(`${platform} ${platformPostId}`, attempt);
    const open = { approvalStatus: 'PENDING', approvedBy: null, approvedAt: null } as const;
    const passed = { approvalStatus: 'APPROVED', approvedBy: SYSTEM_ACTOR, approvedAt: now } as const;
    return this.replies.add(utm, {
      ...{ decisionId, archetypeId, platform, helpCount, utmCode: utm, content: write(platform, utm, helpCount) },
      ...{ platformPostId: null, postedAt: null, deletedAt: null, deleteReason: null },
      ...(isAutomatic(utm) ? passed : open),
      metricsJson: { generation: { confidence: confidenceIn(utm), shareability: 1, model: { name: 'm-"1" 🤖' } } },
      replyType: attempt === 1 ? 'AUTO' : 'MANUAL',
    });
  }

  approved(name: string, approvedBy: string, approvedAt: Date): void {
    this.replies.change(name, { approvalStatus: 'APPROVED', approvedBy, approvedAt });
    this.audited('reply', name, 'approve', approvedBy, { before: 'PENDING', after: 'APPROVED' });
  }

  rejected(name: string, operator: string): void {
    this.replies.change(name, { approvalStatus: 'REJECTED' });
    this.audited('reply', name, 'reject', operator, { reason: 'LOW_QUALITY', notes: 'meh 😐' });
  }

  unposted(): string[] {
    return [...this.replies.rows].flatMap(([name, { approvalStatus, postedAt }]) =>
      approvalStatus === 'APPROVED' && !postedAt ? [name] : [],
    );
  }

  posted(name: string, platformPostId: string, postedAt: Date): void {
    this.replies.change(name, { platformPostId, postedAt });
    const { postId } = this.decisions.get(String(this.replies.get(name).decisionId));
    for (const [mention, row] of this.mentions.rows) {
      if (row.postId === postId) this.mentions.change(mention, { replied: true });
    }
  }

  /** The replies that stand on their platform. */
  standing(): string[] {
    return [...this.replies.rows].flatMap(([name, { postedAt, deletedAt }]) => (postedAt && !deletedAt ? [name] : []));
  }

  measured(name: string, window: Window, outcome: ReplyOutcome): void {
    const { metricsJson, decisionId } = this.replies.get(name);
    const windows = { ...metricsJson?.windows, [window]: outcome };
    this.replies.change(name, { metricsJson: { ...metricsJson, ...outcome, windows } });
    const probe = this.probes.name(String(decisionId));
    if (window === '24h' && this.probes.rows.has(probe)) {
      this.probes.change(probe, { actualOutcome: outcome.ctr ?? null });
    }
  }

  /** Whom a reply answers. */
  authorOf(reply: string): string {
    const { decisionId } = this.replies.get(reply);
    return this.posts.get(this.decisions.get(String(decisionId)).postId).authorId;
  }

  remembered(replyId: string, event: InteractionEvent, now: Date): void {
    const authorId = this.authorOf(replyId);
    const { interactionHistory, relationshipScore } = this.authors.get(authorId);
    const score = relationshipScore + INTERACTION_WEIGHTS[event.type];
    this.authors.change(authorId, {
      interactionHistory: [...interactionHistory, { ...event, replyId }],
      relationshipScore: score < 0 ? 0 : score > 1 ? 1 : score,
      lastSeenAt: now,
    });
  }

  audited(
    entityType: string,
    entityId: string,
    action: string,
    actor: string,
    detailsJson: Record<string, unknown>,
  ): void {
    this.audits.add(`${entityId} ${action}`, { entityType, entityId, action, actor, detailsJson });
  }
}
