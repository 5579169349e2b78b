import { SYSTEM_ACTOR } from '../../constants/figures.js';
import { ESCALATION_REASON_NAMES } from '../../constants/lists.js';
import { EscalationPriority, EscalationStatus } from '../../entities/enums.js';
import type { AuditLog, Decision, Escalation, Reply, WeightAdjustmentLog } from '../../entities/index.js';
import { hoursBefore, minutesAfter } from '../factories/factory.js';
import { OPERATORS } from '../factories/community.factories.js';
import { cycle, type SampleContext } from './context.js';

/** Hours since opening, of open ones: within the four hours, and late. */
const OPEN_HOURS = [0.5, 2.5, 5, 26] as const;
const CLOSED_HOURS = [30, 75, 150, 220] as const;

/** Every status with every priority, about posts, decisions, replies and both of the first, for every reason. */
export function sampleEscalations(
  { make, now, ids }: SampleContext,
  decisions: readonly Decision[],
  replies: readonly Reply[],
): Escalation[] {
  return Object.values(EscalationStatus).flatMap((status, row) =>
    Object.values(EscalationPriority).map((priority, column) => {
      const place = row * 4 + column;
      const isOpen = status === 'PENDING' || status === 'IN_REVIEW';
      return make.escalation({
        ...target(place, cycle(decisions, place * 5), cycle(replies, place * 2)),
        status,
        priority,
        reasonId: ids.reason[cycle(ESCALATION_REASON_NAMES, place)],
        createdAt: hoursBefore(now, cycle(isOpen ? OPEN_HOURS : CLOSED_HOURS, row + column)),
      });
    }),
  );
}

function target(place: number, decision: Decision, reply: Reply): Partial<Escalation> {
  const { post } = decision;
  // A row that is not about a post says so, or the factory would make one.
  return cycle<Partial<Escalation>>([{ post }, { decision }, { reply }, { post, decision }], place);
}

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
