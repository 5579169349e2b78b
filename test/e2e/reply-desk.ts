/** The stand-ins of reply generator, approval queue and platform poster. */
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
import { draw, write } from './engine.js';

/** What the generator is sure enough of needs no person. */
const AUTOMATIC_FROM = 0.9;

/** Tells the replies apart, and is what their links carry. */
export function utmCode(key: string, attempt: number): string {
  return `${createHash('sha256').update(key).digest('hex').slice(0, 16)}_${attempt}`;
}

export function confidenceIn(utm: string): number {
  return draw(utm, 'confidence');
}

export const isAutomatic = (utm: string) => confidenceIn(utm) >= AUTOMATIC_FROM;

/** One reply for each engaged decision that has none, and a second where the first was rejected. */
export async function generate(dataSource: DataSource, attempt: number, now: Date): Promise<number> {
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
  const helpCount = await countHelped(dataSource, now);
  const written = open.map(({ id, post, archetype }) => newReply(post, archetype, id, attempt, helpCount, now));
  await dataSource.manager.save(written, { chunk: 100 });
  return written.length;
}

function newReply(
  { platform, platformPostId }: Post,
  archetype: Archetype | null,
  decisionId: string,
  attempt: number,
  helpCount: number,
  now: Date,
): Reply {
  const key = `${platform} ${platformPostId}`;
  const utm = utmCode(key, attempt);
  return Object.assign(new Reply(), {
    ...{ decisionId, archetype, platform, helpCount, utmCode: utm },
    content: write(platform, utm, helpCount),
    metricsJson: { generation: { confidence: confidenceIn(utm), shareability: 1, model: { name: 'm-"1" 🤖' } } },
    ...(isAutomatic(utm) && { approvalStatus: 'APPROVED', approvedBy: SYSTEM_ACTOR, approvedAt: now }),
    replyType: attempt === 1 ? 'AUTO' : 'MANUAL',
  } as const);
}

async function countHelped({ manager }: DataSource, now: Date): Promise<number> {
  const since = new Date(now.getTime() - HELP_COUNT_DAYS * 86_400_000);
  return manager.createQueryBuilder(Reply, 'reply').where('reply.postedAt >= :since', { since }).getCount();
}

/** The approval queue in order of arrival. */
export async function pending({ manager }: DataSource): Promise<Reply[]> {
  return manager.find(Reply, { where: { approvalStatus: 'PENDING' }, order: { createdAt: 'ASC', id: 'ASC' } });
}

/** @returns whether this operator was the first to decide. */
export async function approve(dataSource: DataSource, id: string, operator: string, now: Date): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    const { affected } = await manager.update(
      Reply,
      { id, approvalStatus: 'PENDING' },
      { approvalStatus: 'APPROVED', approvedBy: operator, approvedAt: now },
    );
    if (affected === 1)
      await audit(manager, 'reply', id, 'approve', operator, { before: 'PENDING', after: 'APPROVED' });
    return affected === 1;
  });
}

/** @returns whether this operator was the first to decide. */
export async function reject(dataSource: DataSource, id: string, operator: string): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    const { affected } = await manager.update(Reply, { id, approvalStatus: 'PENDING' }, { approvalStatus: 'REJECTED' });
    if (affected === 1)
      await audit(manager, 'reply', id, 'reject', operator, { reason: 'LOW_QUALITY', notes: 'meh 😐' });
    return affected === 1;
  });
}

export async function audit(
  manager: EntityManager,
  entityType: string,
  entityId: string,
  action: string,
  actor: string,
  details: Record<string, unknown>,
): Promise<void> {
  await manager.save(Object.assign(new AuditLog(), { entityType, entityId, action, actor, detailsJson: details }));
}

/** What the platform does with a reply: takes it, and says under which id. */
export type Publish = (platform: Platform, content: string, utm: string) => Promise<string>;

/** Posts what is approved and not yet posted, longest approved first; no reply twice, however many posters run. */
export async function postBatch(dataSource: DataSource, publish: Publish, size: number, now: Date): Promise<number> {
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

/** The competitors mentioned where we have answered. */
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
