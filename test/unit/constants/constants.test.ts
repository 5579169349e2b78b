import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import * as constants from '../../../src/constants/index.js';
import { getEntityRules } from '../../../src/columns/registry.js';
import { SEGMENT_TYPES } from '../../../src/constants/lists.js';
import { Platform } from '../../../src/entities/enums.js';
import { KpiMetric, Post, SegmentedWeight } from '../../../src/entities/index.js';

describe('the constants agree with the columns:', () => {
  it('the index of the queue uses QUEUE.maxAttempts', () => {
    const waiting = getEntityRules(Post).indexes.find(({ name }) => name === 'waiting');
    expect(waiting?.where).toBe('"processed_at" IS NULL AND NOT "spam_filtered" AND "error_count" < 3');
  });

  it('every interaction has a weight', () => {
    expect(Object.keys(constants.INTERACTION_WEIGHTS)).toEqual([...constants.INTERACTION_TYPES]);
  });

  it('every segment type has keys that its column accepts', () => {
    expect(Object.keys(constants.SEGMENT_KEYS)).toEqual([...SEGMENT_TYPES]);
    expect(constants.SEGMENT_KEYS.PLATFORM).toEqual(Object.values(Platform));
    expect(constants.SEGMENT_KEYS.COMBINED).toHaveLength(18);
    const rules = getEntityRules(SegmentedWeight).columns.get('segmentKey') ?? [];
    for (const key of Object.values(constants.SEGMENT_KEYS).flat()) {
      expect(rules.every(({ isValid }) => isValid(key))).toBe(true);
    }
  });

  it('every metric of the catalogue has a unique name that its column accepts', () => {
    const names = constants.KPI_CATALOGUE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const rules = getEntityRules(KpiMetric).columns.get('metricName') ?? [];
    expect(names.filter((name) => !rules.every(({ isValid }) => isValid(name)))).toEqual([]);
    expect(new Set(constants.KPI_CATALOGUE.map(({ family }) => family))).toEqual(new Set(constants.KPI_TYPE_NAMES));
  });

  it('the default weights add up to 1', () => {
    const { sss, ars, evs, trs } = constants.DEFAULT_WEIGHTS;
    expect(Math.abs(sss + ars + evs + trs - 1)).toBeLessThanOrEqual(constants.WEIGHT_SUM_TOLERANCE);
  });
});
