import type { EscalationPriority } from '../../entities/enums.js';
import { Escalation } from '../../entities/index.js';
import { Like, WithRulesOf } from './words.js';

/** Something a person has to look at: about a post, a decision or a reply, at least one of them. */
@WithRulesOf(Escalation)
export class EscalationInput {
  @Like(Escalation, 'postId') postId?: string | null;
  @Like(Escalation, 'decisionId') decisionId?: string | null;
  @Like(Escalation, 'replyId') replyId?: string | null;
  @Like(Escalation, 'reasonId') reasonId?: string | null;

  /** Left out: MEDIUM. */
  @Like(Escalation, 'priority') priority?: EscalationPriority;

  /** Operator who is to look. */
  @Like(Escalation, 'assignedTo') assignedTo?: string | null;
}
