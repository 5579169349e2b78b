import { beforeAll, describe, expect, it } from '@jest/globals';
import { CompetitorRepository } from '../../../src/repositories/competitor.repository.js';
import { CompetitorCategoryRepository } from '../../../src/repositories/reference.repository.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { mentionTogether } from './scenarios/competitors.js';
import { storeDecision } from './stored-rows.js';

const db = useDatabase();
let competitors: CompetitorRepository;
let salty: string;
let sweet: string;

beforeAll(async () => {
  competitors = CompetitorRepository.of(db.dataSource);
  expect(await competitors.list()).toEqual([]);
  const category = { name: 'REHYDRATION', description: 'Drinks.' };
  const { id: categoryId } = await CompetitorCategoryRepository.of(db.dataSource).add(category, 'system');
  const stored = await competitors.save([
    { name: 'Salty Drops', brandKeywords: ['salty'], categoryId },
    { name: 'Sweet Drops', brandKeywords: ['sweet'], isActive: false },
  ]);
  [salty = '', sweet = ''] = stored.map(({ id }) => id);
});

const mentionOf = (postId: string, competitorId: string) =>
  ({ postId, competitorId, sentiment: 'NEGATIVE', satisfaction: 'UNSATISFIED', opportunityScore: 0.9 }) as const;

describe('CompetitorRepository', () => {
  it('finds a competitor by name, and throws for an unknown one with the names that exist', async () => {
    expect(await competitors.findByName('Salty Drops')).toMatchObject({ id: salty, category: 'REHYDRATION' });
    expect(await competitors.findByName('Sweet Drops')).toMatchObject({ id: sweet, isActive: false });
    await expect(competitors.findByName('Bitter Drops')).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
      names: ['Salty Drops', 'Sweet Drops'],
    });
    expect((await competitors.list()).map(({ name }) => name)).toEqual(['Salty Drops']);
    expect(await competitors.list({ includeRetired: true })).toHaveLength(2);
  });

  it('stores a mention once, marks it as replied, and counts the replies of the day and the mentions', async () => {
    expect(await competitors.countRepliesToday()).toEqual({ total: 0, byCompetitor: new Map() });
    expect(await competitors.readMentionStatistics()).toEqual([]);
    const posts = [(await storeDecision(db.dataSource)).postId, (await storeDecision(db.dataSource)).postId] as const;
    const first = await competitors.recordMention(mentionOf(posts[0], salty));
    expect(await competitors.recordMention(mentionOf(posts[0], salty))).toEqual({ id: first.id, recorded: false });
    await competitors.recordMention(mentionOf(posts[1], salty));
    await competitors.recordMention(mentionOf(posts[0], sweet));
    expect(await competitors.markReplied(posts[0])).toBe(2);
    expect(await competitors.markReplied(posts[0])).toBe(0);
    expect(await competitors.countRepliesToday()).toEqual({
      total: 2,
      byCompetitor: new Map([
        [salty, 1],
        [sweet, 1],
      ]),
    });
    expect(await competitors.readMentionStatistics({ days: 1 })).toMatchObject([
      { competitor: 'Salty Drops', sentiment: 'NEGATIVE', mentions: 2, replied: 1, meanOpportunityScore: 0.9 },
      { competitor: 'Sweet Drops', mentions: 1, replied: 1 },
    ]);
  });

  it('refuses an invalid mention, and one of an unknown competitor (23503, fk_competitive_mentions__competitor_id)', async () => {
    const { postId } = await storeDecision(db.dataSource);
    await expect(competitors.recordMention({ ...mentionOf(postId, salty), opportunityScore: 2 })).rejects.toMatchObject(
      { code: 'ENTITY_INVALID' },
    );
    await expect(competitors.recordMention(mentionOf(postId, ID))).rejects.toMatchObject({
      sqlState: '23503',
      constraint: 'fk_competitive_mentions__competitor_id',
    });
  });

  it('stores a mention once when four workers detect it at once', async () => {
    expect(await mentionTogether(db.dataSource, salty, 4)).toEqual({ rounds: 4, violations: [] });
  });
});
