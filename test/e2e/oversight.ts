/** The stand-ins of escalation workers and the dashboard's review desk. */
import {
  Decision,
  Escalation,
  EscalationReason,
  EVS_THRESHOLDS,
  Post,
  type EscalationReasonName,
  type EscalationStatus,
} from '@shared/db';
import type { DataSource, EntityManager } from 'typeorm';
import { audit } from './reply-desk.js';

type Target = Pick<Escalation, 'postId' | 'decisionId' | 'replyId'>;

/** Opens what must be looked at, each once, however often the worker runs. */
export async function escalate(dataSource: DataSource): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const unsafe = await manager
      .createQueryBuilder(Decision, 'decision')
      .where(`'DEATH_MENTION' = ANY (decision.safetyFlags)`)
      .getMany();
    const viral = await manager
      .createQueryBuilder(Decision, 'decision')
      .where(`decision.evsScore > :viral AND decision.mode <> 'DISENGAGED'`, { viral: EVS_THRESHOLDS.viral })
      .getMany();
    const lost = await manager
      .createQueryBuilder(Post, 'post')
      .where('post.processedAt IS NULL AND post.errorCount >= 3')
      .getMany();
    const opened: (readonly [EscalationReasonName, Target])[] = [
      ...unsafe.map(({ id, postId }) => ['SAFETY_AMBIGUITY', { postId, decisionId: id, replyId: null }] as const),
      ...viral.map(({ id }) => ['VIRAL_THREAD', { postId: null, decisionId: id, replyId: null }] as const),
      ...lost.map(({ id }) => ['MANUAL_FLAG', { postId: id, decisionId: null, replyId: null }] as const),
    ];
    const reasons = new Map((await manager.find(EscalationReason)).map((reason) => [reason.name, reason]));
    let count = 0;
    for (const [name, target] of opened) if (await openOnce(manager, reasons.get(name), target)) count += 1;
    return count;
  });
}

async function openOnce(
  manager: EntityManager,
  reason: EscalationReason | undefined,
  target: Target,
): Promise<boolean> {
  if (!reason) throw new Error('There is no such reason: seed the reference data.');
  const open = await manager
    .createQueryBuilder(Escalation, 'escalation')
    .where(`escalation.reasonId = :reason AND escalation.status IN ('PENDING', 'IN_REVIEW')`, { reason: reason.id })
    .andWhere('escalation.postId IS NOT DISTINCT FROM :postId', target)
    .andWhere('escalation.decisionId IS NOT DISTINCT FROM :decisionId', target)
    .andWhere('escalation.replyId IS NOT DISTINCT FROM :replyId', target)
    .getExists();
  if (!open) await manager.insert(Escalation, { ...target, reasonId: reason.id, priority: reason.severity });
  return !open;
}

/** The review queue: most urgent first, then oldest. */
export async function reviewQueue({ manager }: DataSource): Promise<Escalation[]> {
  return manager
    .createQueryBuilder(Escalation, 'escalation')
    .innerJoinAndSelect('escalation.reason', 'reason')
    .where(`escalation.status IN ('PENDING', 'IN_REVIEW')`)
    .orderBy('escalation.priority', 'DESC')
    .addOrderBy('escalation.createdAt')
    .getMany();
}

export async function take(dataSource: DataSource, id: string, operator: string): Promise<boolean> {
  return step(dataSource, id, operator, 'assign', 'PENDING', { status: 'IN_REVIEW', assignedTo: operator });
}

export async function close(
  dataSource: DataSource,
  id: string,
  operator: string,
  end: Pick<Escalation, 'status' | 'resolutionNotes' | 'resolvedAt'>,
): Promise<boolean> {
  return step(dataSource, id, operator, 'resolve', 'IN_REVIEW', { ...end, resolvedBy: operator });
}

/** One step of a review with its audit entry; false when somebody else was first. */
async function step(
  dataSource: DataSource,
  id: string,
  operator: string,
  action: string,
  from: EscalationStatus,
  columns: Partial<Pick<Escalation, 'assignedTo' | 'resolutionNotes' | 'resolvedAt' | 'resolvedBy' | 'status'>>,
): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    const { affected } = await manager.update(Escalation, { id, status: from }, columns);
    const after = columns.status;
    if (affected === 1) await audit(manager, 'escalation', id, action, operator, { before: from, after });
    return affected === 1;
  });
}
