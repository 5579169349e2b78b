import { SYSTEM_ACTOR } from '../../constants/figures.js';
import { ESCALATION_REASON_NAMES } from '../../constants/lists.js';
import { EscalationPriority, EscalationStatus } from '../../entities/enums.js';
import type { AuditLog, Decision, Escalation, Reply, WeightAdjustmentLog } from '../../entities/index.js';
import { hoursBefore, minutesAfter } from '../factories/factory.js';
import { OPERATORS } from '../factories/community.factories.js';
import { cycle, type SampleContext } from './context.js';

/** Age of open escalations in hours: some within the limit of four hours, some overdue. */
const OPEN_HOURS = [0.5, 2.5, 5, 26] as const;
const CLOSED_HOURS = [30, 75, 150, 220] as const;

/** Creates escalations with every combination of status and priority, for every reason, about posts, decisions and replies. */
export function createSampleEscalations(
  { make, now, ids }: SampleContext,
  decisions: readonly Decision[],
  replies: readonly Reply[],
): Escalation[] {
  return Object.values(EscalationStatus).flatMap((status, row) =>
    Object.values(EscalationPriority).map((priority, column) => {
      const place = row * 4 + column;
      const isOpen = status === 'PENDING' || status === 'IN_REVIEW';
      return make.escalation({
        ...chooseTarget(place, cycle(decisions, place * 5), cycle(replies, place * 2)),
        status,
        priority,
        reasonId: ids.reason[cycle(ESCALATION_REASON_NAMES, place)],
        createdAt: hoursBefore(now, cycle(isOpen ? OPEN_HOURS : CLOSED_HOURS, row + column)),
      });
    }),
  );
}

function chooseTarget(place: number, decision: Decision, reply: Reply): Partial<Escalation> {
  const { post } = decision;
  // With a decision or reply, the factory creates no post of its own.
  return cycle<Partial<Escalation>>([{ post }, { decision }, { reply }, { post, decision }], place);
}

/** Creates audit entries for the sample rows. They contain ids and reasons, but no handles and no text. */
export function createSampleAudit(
  context: SampleContext,
  replies: readonly Reply[],
  escalations: readonly Escalation[],
  logs: readonly WeightAdjustmentLog[],
): AuditLog[] {
  return [
    ...replies.flatMap((reply) => createReplyTrail(context, reply)),
    ...escalations.flatMap((escalation) => createEscalationTrail(context, escalation)),
    ...logs.map(({ id, action, date, oldWeights, newWeights }) =>
      context.make.auditLog({
        entityType: 'segmented_weight',
        entityId: id,
        action: action === 'ADJUSTED' ? 'update' : 'skip',
        actor: SYSTEM_ACTOR,
        detailsJson: { before: oldWeights, after: newWeights },
        createdAt: date,
      }),
    ),
  ];
}

function createReplyTrail({ make }: SampleContext, reply: Reply): AuditLog[] {
  const { id, createdAt, approvalStatus, approvedBy, approvedAt, deletedAt, deleteReason } = reply;
  const entry = (action: string, actor: string, at: Date, detailsJson: Record<string, unknown>) =>
    make.auditLog({ entityType: 'reply', entityId: id, action, actor, detailsJson, createdAt: at });
  const trail = [entry('create', SYSTEM_ACTOR, createdAt, { replyType: reply.replyType })];
  if (approvedBy !== null && approvedAt !== null) trail.push(entry('approve', approvedBy, approvedAt, {}));
  if (approvalStatus === 'REJECTED') {
    trail.push(entry('reject', OPERATORS[0], minutesAfter(createdAt, 10), { reason: 'LOW_QUALITY' }));
  }
  if (deletedAt !== null) trail.push(entry('delete', SYSTEM_ACTOR, deletedAt, { reason: deleteReason }));
  return trail;
}

function createEscalationTrail({ make }: SampleContext, escalation: Escalation): AuditLog[] {
  const { id, status, resolvedBy, resolvedAt } = escalation;
  if (resolvedBy === null || resolvedAt === null) return [];
  const action = status === 'RESOLVED' ? 'resolve' : 'dismiss';
  return [
    make.auditLog({
      entityType: 'escalation',
      entityId: id,
      action,
      actor: resolvedBy,
      detailsJson: {},
      createdAt: resolvedAt,
    }),
  ];
}
