import { beforeEach, describe, expect, it } from '@jest/globals';
import { CommunityChampionRepository } from '../../../src/repositories/community-champion.repository.js';
import { ChampionTierRepository } from '../../../src/repositories/reference.repository.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { offerTogether, engageTogether } from './scenarios/champions.js';
import { storeAuthors } from './stored-rows.js';

const db = useDatabase();
let champions: CommunityChampionRepository;
let authors: string[];

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
  champions = CommunityChampionRepository.of(db.dataSource);
  authors = await storeAuthors(db.dataSource, 7);
});

/** Stores champions with these engagements. Returns their ids in the order of the authors. */
async function store(counts: readonly number[]): Promise<string[]> {
  await champions.recordEngagement(
    counts.map((engagementCount, n) => ({ authorId: authors[n] ?? '', engagementCount })),
  );
  const rows = await champions.find();
  return counts.map((_, n) => rows.find(({ authorId }) => authorId === authors[n])?.id ?? '');
}

describe('CommunityChampionRepository', () => {
  it('stores engagements with the highest active tier they reach, and writes only what changed', async () => {
    const tiers = ChampionTierRepository.of(db.dataSource);
    for (const [name, minEngagement] of [
      ['BRONZE', 3],
      ['SILVER', 6],
      ['GOLD', 10],
    ] as const) {
      await tiers.add({ name, minEngagement, benefits: [], description: 'Tier.' }, 'system');
    }
    await tiers.deactivate('GOLD', 'system');
    expect(await champions.recordEngagement([])).toBe(0);
    await store([2, 3, 12]);
    expect((await champions.listLeaders()).map(({ tier, engagementCount }) => [tier, engagementCount])).toEqual([
      ['SILVER', 12],
      ['BRONZE', 3],
      [null, 2],
    ]);
    const again = [0, 1, 1].map((n) => ({ authorId: authors[n] ?? '', engagementCount: n === 0 ? 2 : 7 }));
    expect(await champions.recordEngagement(again)).toBe(1);
    expect((await champions.listLeaders(2))[1]).toMatchObject({ tier: 'SILVER', engagementCount: 7 });
  });

  it('refuses a negative engagement, and an unknown author (23503, fk_community_champions__author_id)', async () => {
    const [authorId = ''] = authors;
    await expect(champions.recordEngagement([{ authorId, engagementCount: -1 }])).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
    });
    await expect(champions.recordEngagement([{ authorId: ID, engagementCount: 1 }])).rejects.toMatchObject({
      sqlState: '23503',
      constraint: 'fk_community_champions__author_id',
    });
    expect(await champions.listLeaders()).toEqual([]);
  });

  it('pages the champions with a status, the most engaged first', async () => {
    await store([5, 1, 9, 5, 7]);
    const first = await champions.listByStatus('POTENTIAL', { limit: 2 });
    const second = await champions.listByStatus('POTENTIAL', { limit: 2, after: first.next });
    const third = await champions.listByStatus('POTENTIAL', { limit: 2, after: second.next });
    expect([first, second, third].flatMap(({ rows }) => rows.map((row) => row.engagementCount))).toEqual([
      9, 7, 5, 5, 1,
    ]);
    expect(await champions.listByStatus('VIP')).toMatchObject({ rows: [] });
  });

  it('reserves five offers a day, and one for each champion ever', async () => {
    const ids = await store([1, 2, 3, 4, 5, 6, 7]);
    for (const [n, id] of ids.slice(0, 5).entries()) {
      expect(await champions.recordMessage(id)).toEqual({ outcome: 'recorded', sentToday: n + 1 });
    }
    expect(await champions.recordMessage(ids[0] ?? '')).toMatchObject({ outcome: 'sent before' });
    expect(await champions.recordMessage(ids[5] ?? '')).toEqual({ outcome: 'limit reached', sentToday: 5 });
    expect(await champions.countMessagesToday()).toBe(5);
    await db.dataSource.query(`UPDATE community_champions SET dm_sent_at = dm_sent_at - interval '1 day'`);
    expect(await champions.countMessagesToday()).toBe(0);
    expect(await champions.recordMessage(ids[5] ?? '')).toEqual({ outcome: 'recorded', sentToday: 1 });
    expect(await champions.recordMessage(ids[0] ?? '')).toMatchObject({ outcome: 'sent before' });
    await expect(champions.recordMessage(ID)).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('records the response to an offer', async () => {
    const [id = ''] = await store([4]);
    await expect(champions.recordResponse(id, 'ACCEPTED')).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      status: 'NO_OFFER',
    });
    await champions.recordMessage(id);
    expect(await champions.recordResponse(id, 'NO_RESPONSE')).toBe('recorded');
    expect(await champions.recordResponse(id, 'NO_RESPONSE')).toBe('unchanged');
    expect(await champions.recordResponse(id, 'ACCEPTED')).toBe('recorded');
    await expect(champions.recordResponse(id, 'DECLINED')).rejects.toMatchObject({ status: 'ACCEPTED' });
    expect(await champions.findOneByOrFail({ id })).toMatchObject({
      dmResponse: 'ACCEPTED',
      advocateStatus: 'ENGAGED',
    });
    await expect(champions.recordResponse(ID, 'DECLINED')).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('keeps the limit of the day when twelve offers are recorded at once', async () => {
    expect(await offerTogether(db.dataSource, 3)).toEqual({ rounds: 3, violations: [] });
  });

  it('does not deadlock when engagements are stored in different orders at once', async () => {
    expect(await engageTogether(db.dataSource, 3)).toEqual({ rounds: 3, violations: [] });
  });
});
