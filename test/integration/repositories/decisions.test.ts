import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { Competitor, Decision, Post } from '../../../src/entities/index.js';
import { DecisionRepository, type DecisionSummary, PostRepository } from '../../../src/repositories/index.js';
import type { DecisionInput } from '../../../src/validation/index.js';
import { useDatabase } from '../../support/database.js';
import { ID, rowOf } from '../../support/rows.js';
import { sightingOf } from './sightings.js';

const db = useDatabase();
let decisions: DecisionRepository;
let postId: string;

const decisionOf = (changes: Partial<DecisionInput> = {}) =>
  ({ ...rowOf(Decision, { postId }), ...changes }) as DecisionInput;

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
  decisions = DecisionRepository.of(db.dataSource);
  const post = await PostRepository.of(db.dataSource).ingestOne(sightingOf(1));
  postId = 'id' in post ? post.id : '';
});

describe('DecisionRepository.record()', () => {
  it('stores the decision, marks its post as processed, and stores each mentioned competitor once', async () => {
    const { id: competitorId } = await db.dataSource
      .getRepository(Competitor)
      .save({ name: 'Brand A', brandKeywords: ['brand'] });
    const mention = {
      competitorId,
      sentiment: 'NEGATIVE',
      satisfaction: 'UNSATISFIED',
      opportunityScore: 0.9,
    } as const;
    const { id } = await decisions.record(decisionOf({ signalsJson: { sss: { score: 0.9 } } }), [mention]);
    await decisions.record(decisionOf(), [mention]);
    expect(await decisions.findOneByOrFail({ id })).toMatchObject({
      mode: 'HELPFUL',
      signalsJson: { sss: { score: 0.9 } },
    });
    expect((await db.dataSource.getRepository(Post).findOneByOrFail({})).processedAt).not.toBeNull();
    expect(await db.dataSource.query('SELECT count(*)::int AS n FROM competitive_mentions')).toEqual([{ n: 1 }]);
    expect(await decisions.listOfPost(postId)).toHaveLength(2);
  });

  it('refuses an invalid decision, an unknown post and an unknown archetype, and leaves the post waiting', async () => {
    await expect(decisions.record(decisionOf({ sssScore: 2 }))).rejects.toMatchObject({ code: 'ENTITY_INVALID' });
    await expect(decisions.record(decisionOf({ postId: ID }))).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await expect(decisions.record(decisionOf({ archetypeId: ID }))).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATION',
      constraint: 'fk_decisions__archetype_id',
    });
    expect(await PostRepository.of(db.dataSource).readQueue()).toMatchObject({ depth: 1 });
    expect(await decisions.count()).toBe(0);
  });
});

describe('DecisionRepository.listPage()', () => {
  const readAll = async (limit: number): Promise<DecisionSummary[]> => {
    const all: DecisionSummary[] = [];
    let after: string | null = null;
    do {
      const page = await decisions.listPage({}, { limit, after });
      all.push(...page.rows);
      after = page.next;
    } while (after !== null);
    return all;
  };

  it('reads every decision once, newest first, although all have one time', async () => {
    await db.dataSource.transaction(async (manager) => {
      for (let n = 0; n < 25; n += 1) await DecisionRepository.of(manager).record(decisionOf());
    });
    const all = await readAll(10);
    expect(new Set(all.map(({ id }) => id)).size).toBe(25);
    expect(all).toEqual(await readAll(100));
  });

  it('neither repeats nor skips rows when others are inserted between two pages, and reads back the way it came', async () => {
    for (let n = 0; n < 6; n += 1) await decisions.record(decisionOf());
    const first = await decisions.listPage({}, { limit: 2 });
    await decisions.record(decisionOf());
    const second = await decisions.listPage({}, { limit: 2, after: first.next });
    const third = await decisions.listPage({}, { limit: 2, after: second.next });
    expect(new Set([...first.rows, ...second.rows, ...third.rows].map(({ id }) => id)).size).toBe(6);
    expect(third.next).toBeNull();
    expect((await decisions.listPage({}, { limit: 2, before: third.previous })).rows).toEqual(second.rows);
    const newest = await decisions.listPage({}, { limit: 2, before: first.previous ?? second.previous });
    expect(newest.rows).toEqual(first.rows);
  });

  it('filters by time, platform, mode and scores, among them the velocity above 1', async () => {
    await decisions.record(decisionOf({ evsScore: 7 }));
    await decisions.record(decisionOf({ mode: 'HYBRID', evsScore: 0.5 }));
    const count = async (filter: Parameters<DecisionRepository['listPage']>[0]): Promise<number> =>
      (await decisions.listPage(filter)).rows.length;
    expect(await count({ mode: 'HYBRID' })).toBe(1);
    expect(await count({ platform: 'REDDIT' })).toBe(0);
    expect(await count({ platform: 'TWITTER', scores: { evsScore: { min: 5 } } })).toBe(1);
    expect(await count({ until: new Date('2026-01-01'), since: new Date('2025-01-01') })).toBe(0);
  });

  it.each(['', 'x', 'bm90IGpzb24', Buffer.from('["other",1,2]').toString('base64url'), "' OR 1=1"])(
    'refuses the forged cursor %j',
    async (after) => {
      await expect(decisions.listPage({}, { after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    },
  );

  it('refuses a cursor whose values have other types', async () => {
    for (const values of [
      ['now', ID],
      ['2026-01-01T00:00:00.000Z', 'x'],
      [1, 2],
      ['2026-99-01T00:00:00.000Z', ID],
    ]) {
      const after = Buffer.from(JSON.stringify(['listPage', ...values])).toString('base64url');
      await expect(decisions.listPage({}, { after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    }
  });

  it('refuses a wrong limit, and two cursors at once', async () => {
    for (const limit of [0, 101, 1.5, Number.NaN])
      await expect(decisions.listPage({}, { limit })).rejects.toThrow(RangeError);
    await expect(decisions.listPage({}, { after: 'a', before: 'b' })).rejects.toThrow(RangeError);
  });
});

describe('DecisionRepository, what it reads', () => {
  it('streams the decisions since a time once, and summarises the hours', async () => {
    for (let n = 0; n < 3; n += 1) await decisions.record(decisionOf());
    const parts: DecisionSummary[] = [];
    for await (const part of decisions.streamSince(new Date('2026-01-01'))) parts.push(...part);
    expect(new Set(parts.map(({ id }) => id)).size).toBe(3);
    expect(await decisions.readActivity()).toMatchObject([{ decisions: 3, meanCompositeScore: expect.closeTo(0.7) }]);
    const now = new Date();
    expect(await decisions.readHeatMap()).toMatchObject([{ weekday: now.getUTCDay() || 7, decisions: 3 }]);
    expect(await decisions.readHeatMap({ timeZone: 'America/New_York' })).toMatchObject([{ decisions: 3 }]);
    await expect(decisions.readHeatMap({ timeZone: 'Nowhere' })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect(await decisions.countVariants(ID)).toEqual([]);
  });

  it('names its method in a comment of each statement, for logs and pg_stat_statements', async () => {
    const query = jest.spyOn(Client.prototype, 'query');
    await decisions.listOfPost(postId);
    const [[sql]] = query.mock.calls as unknown as [[string]];
    query.mockRestore();
    expect(sql).toMatch(/^\/\* shared-db:decisions\.listOfPost \*\/ SELECT /);
  });
});
