import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { Archetype, Author, ENTITIES, Post } from '../../../src/entities/index.js';
import { isSampleId, createReferenceId, createSampleId, getTableNumber } from '../../../src/seeds/ids.js';
import { createReferenceRows } from '../../../src/seeds/reference/rows.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';

describe('seeded ids', () => {
  it('stay what they were: other ids would double every row of a seeded database', () => {
    expect(createSampleId(Author, 1)).toBe('5eed0000-0007-8000-8000-000000000001');
    expect(createSampleId(Post, 255, 2)).toBe('5eed0000-0008-8000-8000-0002000000ff');
    expect(createReferenceId(Archetype, 8)).toBe('4ef00000-0001-8000-8000-000000000008');
  });

  it('have a number for every table', () => {
    expect(new Set(ENTITIES.map((entity) => getTableNumber(entity))).size).toBe(ENTITIES.length);
    expect(() => getTableNumber(class Unlisted {})).toThrow('Unlisted has no number');
  });

  it('of samples are told from all others', () => {
    expect(isSampleId(createSampleId(Post, 2 ** 32 - 1, 65_535))).toBe(true);
    for (const other of [
      createReferenceId(Archetype, 1),
      '5eed0000-0007-4000-8000-000000000001',
      '5eed0001-0007-8000-8000-000000000001',
      ' 5eed0000-0007-8000-8000-000000000001',
      '5eed0000-0007-8000-8000-000000000001\n',
      '',
    ]) {
      expect(isSampleId(other)).toBe(false);
    }
  });
});

describe('reference rows', () => {
  it('are as many as the requirements name, and every rule accepts them', () => {
    const tables = createReferenceRows().map(({ entity, rows }) => {
      for (const row of rows) validateEntity(entity as never, row, { write: 'insert' });
      return [(entity as { name: string }).name, rows.length];
    });
    expect(Object.fromEntries(tables)).toEqual({
      Archetype: 8,
      PowerTier: 3,
      CompetitorCategory: 4,
      KpiType: 3,
      EscalationReason: 6,
      ChampionTier: 3,
      SegmentedWeight: 4,
    });
  });
});
