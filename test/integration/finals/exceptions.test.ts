import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  Archetype,
  Author,
  CompetitiveMention,
  Competitor,
  Decision,
  Escalation,
  Experiment,
  Post,
  RandomizedExperiment,
  Reply,
} from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import { rowOf, type Row } from '../../support/rows.js';
import { unique } from '../validation/graph.js';

/* Final values do not prevent deleting reference data, old posts and authors. */
const db = useDatabase();
const noon = new Date('2026-01-31T12:00:00Z');
let ids: Record<'author' | 'post' | 'archetype' | 'experiment' | 'decision' | 'reply' | 'escalation', string>;

async function store(entity: new () => object, changes: Row): Promise<string> {
  const { identifiers } = await db.dataSource.manager.insert(entity, rowOf(entity, changes));
  return (identifiers[0] as { id: string }).id;
}

beforeEach(async () => {
  const archetype = await store(Archetype, { name: `NAME_${unique().toUpperCase()}` });
  const experiment = await store(Experiment, {});
  const competitorId = await store(Competitor, { name: unique() });
  const author = await store(Author, { platformId: unique() });
  const post = await store(Post, { authorId: author, platformPostId: unique(), processedAt: noon });
  const choice = { archetypeId: archetype, experimentId: experiment, experimentVariant: 'A' };
  const decision = await store(Decision, { postId: post, ...choice });
  const posted = { postedAt: noon, platformPostId: unique() };
  const approved = { approvalStatus: 'APPROVED', approvedBy: 'operator-1', approvedAt: noon };
  const reply = await store(Reply, { decisionId: decision, archetypeId: archetype, ...approved, ...posted });
  const targets = { replyId: reply, decisionId: decision, postId: post };
  const escalation = await store(Escalation, { ...targets, status: 'RESOLVED', resolvedBy: 'x', resolvedAt: noon });
  await store(CompetitiveMention, { postId: post, competitorId });
  await store(RandomizedExperiment, { decisionId: decision, actualOutcome: 0.1 });
  ids = { author, post, archetype, experiment, decision, reply, escalation };
});

const decision = () => db.dataSource.getRepository(Decision).findOneBy({ id: ids.decision });
const reply = () => db.dataSource.getRepository(Reply).findOneByOrFail({ id: ids.reply });
const escalation = () => db.dataSource.getRepository(Escalation).findOneByOrFail({ id: ids.escalation });

describe('final values allow deleting', () => {
  test('an archetype, which sets the reference of its decisions and replies to null', async () => {
    await db.dataSource.getRepository(Archetype).delete(ids.archetype);
    expect(await decision()).toMatchObject({ archetypeId: null, experimentId: ids.experiment, mode: 'HELPFUL' });
    expect(await reply()).toMatchObject({ archetypeId: null, approvalStatus: 'APPROVED' });
  });

  test('an experiment, which sets the reference of its decisions to null and keeps their variant', async () => {
    await db.dataSource.getRepository(Experiment).delete(ids.experiment);
    expect(await decision()).toMatchObject({ experimentId: null, experimentVariant: 'A' });
  });

  test('several of each in one statement and in one transaction', async () => {
    await db.dataSource.transaction(async (manager) => {
      await manager.query('DELETE FROM archetypes');
      await manager.query('DELETE FROM experiments');
    });
    expect(await decision()).toMatchObject({ experimentId: null, archetypeId: null });
  });

  test.each(['post', 'author'] as const)(
    'a %s takes decisions along, and leaves replies and escalations',
    async (what) => {
      await db.dataSource.getRepository(what === 'post' ? Post : Author).delete(ids[what]);
      expect(await decision()).toBeNull();
      expect(await reply()).toMatchObject({ decisionId: null, approvalStatus: 'APPROVED', postedAt: noon });
      expect(await escalation()).toMatchObject({
        decisionId: null,
        postId: null,
        replyId: ids.reply,
        status: 'RESOLVED',
      });
      expect(await db.dataSource.getRepository(RandomizedExperiment).countBy({ decisionId: ids.decision })).toBe(0);
      expect(await db.dataSource.getRepository(CompetitiveMention).countBy({ postId: ids.post })).toBe(0);
    },
  );

  test('a decision alone', async () => {
    await db.dataSource.getRepository(Decision).delete(ids.decision);
    expect(await reply()).toMatchObject({ decisionId: null });
  });
});

describe('an update that sets a reference of a decision to null is refused', () => {
  test.each(['archetype_id', 'experiment_id'])('for %s', async (column) => {
    const emptied = db.dataSource.query(`UPDATE decisions SET ${column} = NULL WHERE id = $1`, [ids.decision]);
    await expect(emptied).rejects.toMatchObject({ sqlState: '23000', constraint: 'tg_decisions__written_once' });
    expect(await decision()).toMatchObject({ archetypeId: ids.archetype, experimentId: ids.experiment });
  });

  test('also in a transaction that deletes another row', async () => {
    const emptied = db.dataSource.transaction(async (manager) => {
      await manager.delete(Archetype, ids.archetype);
      await manager.query('UPDATE decisions SET experiment_id = NULL');
    });
    await expect(emptied).rejects.toMatchObject({ sqlState: '23000' });
    expect(await decision()).toMatchObject({ archetypeId: ids.archetype, experimentId: ids.experiment });
  });
});

test('an update without changes, and a row lock, are allowed', async () => {
  await db.dataSource.query('UPDATE decisions SET mode = mode, safety_flags = safety_flags');
  await db.dataSource.query('BEGIN; SELECT FROM decisions FOR UPDATE; COMMIT');
  const stored = await db.dataSource.getRepository(Decision).findOneByOrFail({ id: ids.decision });
  await db.dataSource.getRepository(Decision).save(stored);
  await db.dataSource.getRepository(Decision).upsert(stored as object, ['id']);
  expect(await decision()).toEqual(stored);
});
