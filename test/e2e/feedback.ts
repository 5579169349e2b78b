/** The stand-ins of feedback collector, relationship updater and self-correction: what came of a reply. */
import {
  Author,
  Escalation,
  EscalationReason,
  INTERACTION_WEIGHTS,
  RandomizedExperiment,
  Reply,
  TAKE_BACK_SENTIMENT,
  type InteractionEvent as Event,
  type OutcomeWindows,
  type ReplyMetrics,
  type ReplyOutcome as Outcome,
} from '@shared/db';
import { In, type DataSource, type EntityManager, type ObjectLiteral } from 'typeorm';
import type { Plain } from './plain.js';
import { audit } from './reply-desk.js';

export type InteractionEvent = Plain<Event>;
export type ReplyOutcome = Plain<Outcome>;
export type Window = keyof OutcomeWindows;

/** Writes the outcome of each standing reply at one window: the latest figures, and those of the window. */
export async function measure(
  dataSource: DataSource,
  window: Window,
  outcomeOf: (utm: string) => ReplyOutcome,
): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const replies = await manager
      .createQueryBuilder(Reply, 'reply')
      .where('reply.postedAt IS NOT NULL AND reply.deletedAt IS NULL')
      .orderBy('reply.id')
      .setLock('pessimistic_write')
      .getMany();
    for (const reply of replies) {
      const outcome = outcomeOf(reply.utmCode ?? '');
      const before: Plain<ReplyMetrics> = reply.metricsJson ?? {};
      const after: Plain<ReplyMetrics> = { ...before, ...outcome, windows: { ...before.windows, [window]: outcome } };
      reply.metricsJson = after;
    }
    // Both ways to write many rows: each as what has changed of it, and all in one statement.
    if (window === '15m') await manager.save(replies, { chunk: 100 });
    else await overwriteMetrics(manager, replies);
    if (window === '24h') await measureProbes(manager, replies);
    return replies.length;
  });
}

async function overwriteMetrics(manager: EntityManager, replies: Reply[]): Promise<void> {
  await manager
    .createQueryBuilder()
    .insert()
    // TypeORM's type of values has no room for whole entities.
    .into<ObjectLiteral>(Reply)
    .values(replies)
    .orUpdate(['metrics_json'], ['id'])
    .updateEntity(false)
    .execute();
}

async function measureProbes(manager: EntityManager, replies: readonly Reply[]): Promise<void> {
  const outcomes = new Map(replies.map(({ decisionId, metricsJson }) => [decisionId, metricsJson?.ctr ?? null]));
  const decisionIds = replies.flatMap(({ decisionId }) => decisionId ?? []);
  for (const { id, decisionId } of await manager.findBy(RandomizedExperiment, { decisionId: In(decisionIds) })) {
    await manager.update(RandomizedExperiment, id, { actualOutcome: outcomes.get(decisionId) ?? null });
  }
}

/** What an author did with our reply; the same of one reply counts once, however often it is reported. */
export async function remember(
  dataSource: DataSource,
  utm: string,
  events: readonly InteractionEvent[],
  now: Date,
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    const reply = await manager
      .createQueryBuilder(Reply, 'reply')
      .innerJoinAndSelect('reply.decision', 'decision')
      .innerJoinAndSelect('decision.post', 'post')
      .where('reply.utmCode = :utm', { utm })
      .getOneOrFail();
    const author = await manager
      .createQueryBuilder(Author, 'author')
      .where('author.id = :id', { id: reply.decision?.post.authorId })
      .setLock('pessimistic_write')
      .getOneOrFail();
    const ofReply = author.interactionHistory.filter(({ replyId }) => replyId === reply.id);
    const added = events.filter(({ type }) => !ofReply.some((past) => past.type === type));
    if (added.length === 0) return;
    await manager.update(Author, author.id, {
      interactionHistory: [...author.interactionHistory, ...added.map((event) => ({ ...event, replyId: reply.id }))],
      relationshipScore: added.reduce(
        (score, { type }) => Math.min(Math.max(score + INTERACTION_WEIGHTS[type], 0), 1),
        author.relationshipScore,
      ),
      lastSeenAt: now,
    });
  });
}

/** Takes back what is answered with hostility, and calls a person. */
export async function takeBack(dataSource: DataSource, now: Date): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const replies = await manager
      .createQueryBuilder(Reply, 'reply')
      .where('reply.postedAt IS NOT NULL AND reply.deletedAt IS NULL')
      .andWhere(`(reply.metricsJson ->> 'sentiment')::double precision < :limit`, { limit: TAKE_BACK_SENTIMENT })
      .getMany();
    const reason = await manager.findOneByOrFail(EscalationReason, { name: 'BACKLASH_SPIKE' });
    for (const { id } of replies) {
      const deleteReason = 'Hostile answers 🙈: "not now"';
      await manager.update(Reply, { id }, { deletedAt: now, deleteReason });
      await manager.insert(Escalation, { replyId: id, reasonId: reason.id, priority: reason.severity });
      await audit(manager, 'reply', id, 'delete', 'self_correction', { deleteReason });
    }
    return replies.length;
  });
}
