import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { Decision } from '../../../src/entities/index.js';
import { AuthorRepository } from '../../../src/repositories/author.repository.js';
import { DecisionRepository } from '../../../src/repositories/decision.repository.js';
import { PostRepository } from '../../../src/repositories/post.repository.js';
import { ReplyRepository, type NewReply } from '../../../src/repositories/reply.repository.js';
import { CONTENT, rowOf } from '../../support/rows.js';
import { sightingOf } from './sightings.js';

let next = 0;

/** Waits until the next row has a later time: times have milliseconds, and rows of one millisecond are sorted by their random ids. */
export const waitForLaterTime = (): Promise<void> => sleep(2);

/** Stores a post with its author and a decision about it. Returns their ids. */
export async function storeDecision(
  dataSource: DataSource,
): Promise<{ postId: string; decisionId: string; authorId: string }> {
  const stored = await PostRepository.of(dataSource).ingestOne(sightingOf((next += 1)));
  if (stored.outcome === 'rejected') throw new Error('The post is not valid.');
  const decision = { ...rowOf(Decision, { postId: stored.id }) } as never;
  const { id } = await DecisionRepository.of(dataSource).record(decision);
  const { authorId } = await PostRepository.of(dataSource).findOneByOrFail({ id: stored.id });
  return { postId: stored.id, decisionId: id, authorId };
}

/** Stores a reply that waits for approval. Returns its id. */
export async function storeReply(dataSource: DataSource, changes: Partial<NewReply> = {}): Promise<string> {
  const decisionId = changes.decisionId ?? (await storeDecision(dataSource)).decisionId;
  const { id } = await ReplyRepository.of(dataSource).record({
    content: CONTENT,
    platform: 'TWITTER',
    ...changes,
    decisionId,
  });
  return id;
}

/** Stores an approved reply. Returns its id. */
export async function storeApprovedReply(dataSource: DataSource, changes: Partial<NewReply> = {}): Promise<string> {
  const id = await storeReply(dataSource, changes);
  await ReplyRepository.of(dataSource).approve(id, 'operator_1');
  return id;
}

/** Returns the audit entries of a row: `action actor`, oldest first, with their details. */
export async function readAudit(
  dataSource: DataSource,
  entityId: string,
): Promise<{ action: string; actor: string; details: Record<string, unknown> }[]> {
  return dataSource.query(
    `SELECT entity_type || '.' || action AS action, actor, details_json AS details FROM audit_logs WHERE entity_id = $1 ORDER BY created_at, ctid`,
    [entityId],
  );
}

/** Stores authors. Returns their ids. */
export async function storeAuthors(dataSource: DataSource, count: number): Promise<string[]> {
  const sightings = Array.from({ length: count }, () => {
    next += 1;
    return { platform: 'TWITTER', platformId: `fan_${next}`, handle: `fan_${next}` } as const;
  });
  const recorded = await AuthorRepository.of(dataSource).recordSightings(sightings);
  return recorded.map(({ id }) => id);
}
