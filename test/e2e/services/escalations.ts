/** Stands in for the escalation workers and the dashboard's review queue. */
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
import { writeAuditEntry } from './replies.js';

type Target = Pick<Escalation, 'postId' | 'decisionId' | 'replyId'>;

/** Opens an escalation for each unsafe or viral decision and each abandoned post, once however often it runs. Returns how many it opened. */
export async function openEscalations(dataSource: DataSource): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const unsafe = await manager
      .createQueryBuilder(Decision, 'decision')
      .where(`'DEATH_MENTION' = ANY (decision.safetyFlags)`)
      .getMany();
    const viral = await manager
      .createQueryBuilder(Decision, 'decision')
      .where(`decision.evsScore > :viral AND decision.mode <> 'DISENGAGED'`, { viral: EVS_THRESHOLDS.viral })
      .getMany();
    const abandoned = await manager
      .createQueryBuilder(Post, 'post')
      .where('post.processedAt IS NULL AND post.errorCount >= 3')
      .getMany();
    const opened: (readonly [EscalationReasonName, Target])[] = [
      ...unsafe.map(({ id, postId }) => ['SAFETY_AMBIGUITY', { postId, decisionId: id, replyId: null }] as const),
      ...viral.map(({ id }) => ['VIRAL_THREAD', { postId: null, decisionId: id, replyId: null }] as const),
      ...abandoned.map(({ id }) => ['MANUAL_FLAG', { postId: id, decisionId: null, replyId: null }] as const),
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
  if (!reason) throw new Error('The reason is missing: seed the reference data.');
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

/** Returns the open escalations: most urgent first, then oldest first. */
export async function listOpenEscalations({ manager }: DataSource): Promise<Escalation[]> {
  return manager
    .createQueryBuilder(Escalation, 'escalation')
    .innerJoinAndSelect('escalation.reason', 'reason')
    .where(`escalation.status IN ('PENDING', 'IN_REVIEW')`)
    .orderBy('escalation.priority', 'DESC')
    .addOrderBy('escalation.createdAt')
    .getMany();
}

export async function assignEscalation(dataSource: DataSource, id: string, operator: string): Promise<boolean> {
  return updateEscalation(dataSource, id, operator, 'assign', 'PENDING', { status: 'IN_REVIEW', assignedTo: operator });
}

export async function closeEscalation(
  dataSource: DataSource,
  id: string,
  operator: string,
  end: Pick<Escalation, 'status' | 'resolutionNotes' | 'resolvedAt'>,
): Promise<boolean> {
  return updateEscalation(dataSource, id, operator, 'resolve', 'IN_REVIEW', { ...end, resolvedBy: operator });
}

/** Changes the status of an escalation, with an audit entry. Returns false when another operator changed it first. */
async function updateEscalation(
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
    if (affected === 1) await writeAuditEntry(manager, 'escalation', id, action, operator, { before: from, after });
    return affected === 1;
  });
}
