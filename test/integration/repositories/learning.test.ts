import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_WEIGHTS } from '../../../src/constants/figures.js';
import {
  LearningEventRepository,
  RandomizedExperimentRepository,
} from '../../../src/repositories/learning.repository.js';
import { SegmentedWeightRepository } from '../../../src/repositories/segmented-weight.repository.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { adjustTogether, evaluateTogether } from './scenarios/learning.js';
import { readAudit, storeDecision, waitForLaterTime } from './stored-rows.js';

const db = useDatabase();

const set = (segmentType: 'COMBINED' | 'GLOBAL' | 'PLATFORM', segmentKey: string, sss: number, sampleSize = 60) =>
  SegmentedWeightRepository.of(db.dataSource).set(
    { segmentType, segmentKey, weights: { sss, ars: 0.9 - sss, evs: 0.06, trs: 0.04 }, sampleSize },
    'system',
  );

describe('SegmentedWeightRepository', () => {
  let weights: SegmentedWeightRepository;

  beforeEach(async () => {
    await db.dataSource.query('DELETE FROM segmented_weights');
    await db.dataSource.query('DELETE FROM weight_adjustment_logs');
    weights = SegmentedWeightRepository.of(db.dataSource);
  });

  it('falls back from the combined segment to the platform, to the global weights, and to the default', async () => {
    const context = { platform: 'TWITTER', timeOfDay: 'MORNING', dayOfWeek: 'WEEKEND' } as const;
    expect(await weights.resolve(context)).toEqual({
      ...DEFAULT_WEIGHTS,
      segmentType: null,
      segmentKey: null,
      sampleSize: 0,
    });
    await set('GLOBAL', 'GLOBAL', 0.1, 0);
    expect(await weights.resolve(context)).toMatchObject({ segmentType: 'GLOBAL', sss: 0.1 });
    await set('PLATFORM', 'TWITTER', 0.2);
    expect(await weights.resolve(context)).toMatchObject({ segmentType: 'PLATFORM', sss: 0.2, evs: 0.06 });
    await set('COMBINED', 'TWITTER_WEEKEND', 0.3);
    expect(await weights.resolve(context)).toMatchObject({ segmentKey: 'TWITTER_WEEKEND', sss: 0.3 });
    await set('COMBINED', 'TWITTER_MORNING', 0.4, 49);
    expect(await weights.resolve(context)).toMatchObject({ segmentKey: 'TWITTER_WEEKEND' });
    expect(await weights.resolve(context, { minSampleSize: 49 })).toMatchObject({ segmentKey: 'TWITTER_MORNING' });
    expect(await weights.resolve({ platform: 'REDDIT' })).toMatchObject({ segmentType: 'GLOBAL' });
  });

  it('sets all four weights with the log of the learning cycle and the audit row', async () => {
    await set('PLATFORM', 'TWITTER', 0.2);
    await waitForLaterTime();
    await set('PLATFORM', 'TWITTER', 0.5);
    await waitForLaterTime();
    await weights.recordSkipped({ reason: 'INSUFFICIENT_SAMPLE_SIZE', validSegments: 2, totalSegments: 4 });
    const { rows } = await weights.listHistory();
    const before = { sss: 0.2, ars: 0.7, evs: 0.06, trs: 0.04, segment: 'TWITTER' };
    const after = { sss: 0.5, ars: 0.4, evs: 0.06, trs: 0.04, segment: 'TWITTER' };
    expect(rows).toMatchObject([
      { action: 'SKIPPED', reason: 'INSUFFICIENT_SAMPLE_SIZE', oldWeights: null, validSegments: 2 },
      { action: 'ADJUSTED', reason: 'SUCCESSFUL', oldWeights: before, newWeights: after },
      { action: 'ADJUSTED', oldWeights: { ...DEFAULT_WEIGHTS, segment: 'TWITTER' }, newWeights: before },
    ]);
    const { id } = await weights.findOneByOrFail({ segmentKey: 'TWITTER' });
    expect((await readAudit(db.dataSource, id))[1]).toEqual({
      action: 'segmented_weight.adjust',
      actor: 'system',
      details: { before, after },
    });
  });

  it('refuses weights that do not add up to 1, and writes nothing', async () => {
    const adjustment = { segmentType: 'GLOBAL', segmentKey: 'GLOBAL', sampleSize: 60 } as const;
    const wrong = { sss: 0.5, ars: 0.25, evs: 0.2, trs: 0.15 };
    await expect(weights.set({ ...adjustment, weights: wrong }, 'system')).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
      violations: [{ constraint: 'weights_sum_to_one' }],
    });
    expect(await weights.listHistory()).toMatchObject({ rows: [] });
  });

  it('logs a chain of old and new weights when four learning cycles set one segment at once', async () => {
    expect(await adjustTogether(db.dataSource, 4)).toEqual({ rounds: 4, violations: [] });
  });
});

describe('LearningEventRepository', () => {
  it('lists an adjustment when it is due, and adds its effect once', async () => {
    const events = LearningEventRepository.of(db.dataSource);
    expect(await events.listDue()).toEqual([]);
    const { id } = await events.record({
      ...{ adjustmentType: 'WEIGHT', adjustment: { sss: 0.05 }, predictedImprovement: 0.15, baselinePerformance: 0.03 },
    });
    expect(await events.listDue()).toEqual([]);
    expect(await events.listDue({ days: 0 })).toMatchObject([{ id, adjustment: { sss: 0.05 } }]);
    const { actualImprovement, accuracy } = await events.evaluate(id, -0.1);
    expect([actualImprovement, accuracy]).toEqual([-0.1, expect.closeTo(0.75)]);
    await expect(events.evaluate(id, 0.2)).rejects.toMatchObject({ code: 'STATE_CONFLICT', at: expect.any(Date) });
    await expect(events.evaluate(ID, 0.2)).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await expect(events.evaluate(id, Number.NaN)).rejects.toMatchObject({ code: 'ENTITY_INVALID' });
    expect(await events.listDue({ days: 0 })).toEqual([]);
  });

  it('lets exactly one of two learning cycles add the effect', async () => {
    expect(await evaluateTogether(db.dataSource, 5)).toEqual({ rounds: 5, violations: [] });
  });
});

describe('RandomizedExperimentRepository', () => {
  it('stores one probe per decision, and its outcome once', async () => {
    const probes = RandomizedExperimentRepository.of(db.dataSource);
    expect(await probes.listOutcomes()).toMatchObject({ rows: [] });
    const { decisionId } = await storeDecision(db.dataSource);
    const probe = { decisionId, predictedMode: 'HELPFUL', actualMode: 'HYBRID', predictedOutcome: 0.04 } as const;
    const { id } = await probes.record(probe);
    await expect(probes.record(probe)).rejects.toMatchObject({ code: 'UNIQUE_VIOLATION' });
    expect(await probes.listOutcomes()).toMatchObject({ rows: [] });
    expect(await probes.recordOutcome(decisionId, 0.05)).toBe('recorded');
    expect(await probes.recordOutcome(decisionId, 0.05)).toBe('unchanged');
    await expect(probes.recordOutcome(decisionId, 0.06)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(probes.recordOutcome(ID, 0.06)).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    expect(await probes.listOutcomes()).toMatchObject({ rows: [{ ...probe, id, actualOutcome: 0.05 }] });
  });
});
