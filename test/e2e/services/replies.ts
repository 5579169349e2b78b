/** Stands in for the reply generator, the approval queue and the platform poster. */
import {
  AuditLog,
  CompetitiveMention,
  Decision,
  HELP_COUNT_DAYS,
  Reply,
  SYSTEM_ACTOR,
  type Archetype,
  type Platform,
  type Post,
} from '@shared/db';
import type { DataSource, EntityManager } from 'typeorm';
import { createHash } from 'node:crypto';
import { pseudoRandom, writeReply } from './decision-engine.js';

/** Replies with at least this confidence need no operator. */
const AUTO_APPROVE_FROM = 0.9;

/** Returns the code that identifies a reply in its links. */
export function createUtmCode(key: string, attempt: number): string {
  return `${createHash('sha256').update(key).digest('hex').slice(0, 16)}_${attempt}`;
}

export function drawConfidence(utm: string): number {
  return pseudoRandom(utm, 'confidence');
}

export const isAutoApproved = (utm: string) => drawConfidence(utm) >= AUTO_APPROVE_FROM;

/** Stores a reply for each decision to engage that has none (attempt 1), or whose replies were all rejected (attempt 2). */
export async function generateReplies(dataSource: DataSource, attempt: number, now: Date): Promise<number> {
  const decisions = await dataSource.manager
    .createQueryBuilder(Decision, 'decision')
    .innerJoinAndSelect('decision.post', 'post')
    .innerJoinAndSelect('decision.archetype', 'archetype')
    .leftJoinAndSelect('decision.replies', 'reply')
    .where(`decision.mode <> 'DISENGAGED'`)
    .getMany();
  const open = decisions.filter(
    ({ replies }) =>
      replies.length === attempt - 1 && replies.every(({ approvalStatus }) => approvalStatus === 'REJECTED'),
  );
  const helpCount = await countRecentReplies(dataSource, now);
  const written = open.map(({ id, post, archetype }) => createReply(post, archetype, id, attempt, helpCount, now));
  await dataSource.manager.save(written, { chunk: 100 });
  return written.length;
}

function createReply(
  { platform, platformPostId }: Post,
  archetype: Archetype | null,
  decisionId: string,
  attempt: number,
  helpCount: number,
  now: Date,
): Reply {
  const key = `${platform} ${platformPostId}`;
  const utm = createUtmCode(key, attempt);
  return Object.assign(new Reply(), {
    ...{ decisionId, archetype, platform, helpCount, utmCode: utm },
    content: writeReply(platform, utm, helpCount),
    metricsJson: { generation: { confidence: drawConfidence(utm), shareability: 1, model: { name: 'm-"1" 🤖' } } },
    ...(isAutoApproved(utm) && { approvalStatus: 'APPROVED', approvedBy: SYSTEM_ACTOR, approvedAt: now }),
    replyType: attempt === 1 ? 'AUTO' : 'MANUAL',
  } as const);
}

async function countRecentReplies({ manager }: DataSource, now: Date): Promise<number> {
  const since = new Date(now.getTime() - HELP_COUNT_DAYS * 86_400_000);
  return manager.createQueryBuilder(Reply, 'reply').where('reply.postedAt >= :since', { since }).getCount();
}

/** Returns the replies that wait for approval, oldest first. */
export async function listPendingReplies({ manager }: DataSource): Promise<Reply[]> {
  return manager.find(Reply, { where: { approvalStatus: 'PENDING' }, order: { createdAt: 'ASC', id: 'ASC' } });
}

/** Returns whether this operator decided first. */
export async function approveReply(dataSource: DataSource, id: string, operator: string, now: Date): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    const { affected } = await manager.update(
      Reply,
      { id, approvalStatus: 'PENDING' },
      { approvalStatus: 'APPROVED', approvedBy: operator, approvedAt: now },
    );
    if (affected === 1)
      await writeAuditEntry(manager, 'reply', id, 'approve', operator, { before: 'PENDING', after: 'APPROVED' });
    return affected === 1;
  });
}

/** Returns whether this operator decided first. */
export async function rejectReply(dataSource: DataSource, id: string, operator: string): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    const { affected } = await manager.update(Reply, { id, approvalStatus: 'PENDING' }, { approvalStatus: 'REJECTED' });
    if (affected === 1)
      await writeAuditEntry(manager, 'reply', id, 'reject', operator, { reason: 'LOW_QUALITY', notes: 'meh 😐' });
    return affected === 1;
  });
}

export async function writeAuditEntry(
  manager: EntityManager,
  entityType: string,
  entityId: string,
  action: string,
  actor: string,
  details: Record<string, unknown>,
): Promise<void> {
  await manager.save(Object.assign(new AuditLog(), { entityType, entityId, action, actor, detailsJson: details }));
}

/** Publishes a reply on its platform and returns its id there. */
export type Publish = (platform: Platform, content: string, utm: string) => Promise<string>;

/** Posts approved replies, first approved first. Posts none twice, however many posters run. Returns how many it posted. */
export async function postReplies(dataSource: DataSource, publish: Publish, size: number, now: Date): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const replies = await manager
      .createQueryBuilder(Reply, 'reply')
      .where(`reply.approvalStatus = 'APPROVED' AND reply.postedAt IS NULL`)
      .orderBy('reply.approvedAt')
      .limit(size)
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getMany();
    for (const reply of replies) {
      reply.platformPostId = await publish(reply.platform, reply.content, reply.utmCode ?? '');
      reply.postedAt = now;
    }
    await manager.save(replies);
    await markReplied(manager, replies);
    return replies.length;
  });
}

/** Marks the competitor mentions of posts that we answered. */
async function markReplied(manager: EntityManager, replies: readonly Reply[]): Promise<void> {
  const ids = replies.map(({ decisionId }) => decisionId);
  if (ids.length === 0) return;
  await manager
    .createQueryBuilder()
    .update(CompetitiveMention)
    .set({ replied: true })
    .where('post_id IN (SELECT post_id FROM decisions WHERE id IN (:...ids))', { ids })
    .execute();
}
