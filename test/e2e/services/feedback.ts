/** Stands in for the feedback collector, the relationship updater and the self-correction worker. */
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
import type { Plain } from '../expected/rows.js';
import { writeAuditEntry } from './replies.js';

export type InteractionEvent = Plain<Event>;
export type ReplyOutcome = Plain<Outcome>;
export type Window = keyof OutcomeWindows;

/** Stores the outcome of each visible reply for one window: as the latest figures, and as those of the window. */
export async function measureReplies(
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
    // Tests both ways to write many rows: save() writes the changes of each, the upsert writes all in one statement.
    if (window === '15m') await manager.save(replies, { chunk: 100 });
    else await overwriteMetrics(manager, replies);
    if (window === '24h') await measureRandomizedExperiments(manager, replies);
    return replies.length;
  });
}

async function overwriteMetrics(manager: EntityManager, replies: Reply[]): Promise<void> {
  await manager
    .createQueryBuilder()
    .insert()
    // TypeORM's type for values() does not accept entities.
    .into<ObjectLiteral>(Reply)
    .values(replies)
    .orUpdate(['metrics_json'], ['id'])
    .updateEntity(false)
    .execute();
}

async function measureRandomizedExperiments(manager: EntityManager, replies: readonly Reply[]): Promise<void> {
  const outcomes = new Map(replies.map(({ decisionId, metricsJson }) => [decisionId, metricsJson?.ctr ?? null]));
  const decisionIds = replies.flatMap(({ decisionId }) => decisionId ?? []);
  for (const { id, decisionId } of await manager.findBy(RandomizedExperiment, { decisionId: In(decisionIds) })) {
    await manager.update(RandomizedExperiment, id, { actualOutcome: outcomes.get(decisionId) ?? null });
  }
}

/** Stores what an author did with our reply. Each kind of interaction counts once for each reply. */
export async function storeInteractions(
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

/** Deletes replies whose answers are hostile, and opens an escalation for each. */
export async function deleteHostileReplies(dataSource: DataSource, now: Date): Promise<number> {
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
      await writeAuditEntry(manager, 'reply', id, 'delete', 'self_correction', { deleteReason });
    }
    return replies.length;
  });
}
