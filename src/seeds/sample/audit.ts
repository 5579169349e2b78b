import type { AuditLog, Escalation, Reply, WeightAdjustmentLog } from '../../entities/index.js';
import { SYSTEM_ACTOR } from '../../constants/oversight.js';
import { minutesAfter } from '../factories/kit.js';
import { OPERATORS } from '../factories/oversight.factories.js';
import type { SampleContext } from './context.js';

/** The trail of what people and system did to the sample rows. Ids and reasons only, never handles or text. */
export function sampleAudit(
  context: SampleContext,
  replies: readonly Reply[],
  escalations: readonly Escalation[],
  logs: readonly WeightAdjustmentLog[],
): AuditLog[] {
  return [
    ...replies.flatMap((reply) => trailOfReply(context, reply)),
    ...escalations.flatMap((escalation) => trailOfEscalation(context, escalation)),
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

function trailOfReply({ make }: SampleContext, reply: Reply): AuditLog[] {
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

function trailOfEscalation({ make }: SampleContext, escalation: Escalation): AuditLog[] {
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
