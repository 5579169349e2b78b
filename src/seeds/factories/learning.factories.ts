import { DEFAULT_WEIGHTS } from '../../constants/decision.js';
import { LEARNING } from '../../constants/learning.js';
import { SEGMENT_KEYS } from '../../constants/segments.js';
import { ADJUSTMENT_TYPES, type SegmentType } from '../../constants/choices.js';
import { LearningEvent, RandomizedExperiment, SegmentedWeight, WeightAdjustmentLog } from '../../entities/index.js';
import { SampleSizes, SignalWeights } from '../../entities/learning/signal-weights.js';
import { build } from '../build.js';
import { decisionFactory } from './decision.factory.js';
import type { Factory } from './factory.js';
import { between, daysBefore, minutesAfter, pick, rounded, whole, type Kit } from './kit.js';

/** An adjustment, unless told that the cycle was skipped. */
export const weightAdjustmentLogFactory: Factory<WeightAdjustmentLog> = {
  entity: WeightAdjustmentLog,
  parents: [],
  values(kit, given) {
    const isSkipped = given.action === 'SKIPPED';
    const date = given.date ?? daysBefore(kit.now, whole(kit, 1, 60));
    return {
      date,
      action: 'ADJUSTED',
      reason: isSkipped ? 'INSUFFICIENT_SAMPLE_SIZE' : 'SUCCESSFUL',
      validSegments: isSkipped
        ? whole(kit, 0, LEARNING.requiredSegments - 1)
        : whole(kit, LEARNING.requiredSegments, 4),
      totalSegments: 4,
      sampleSizes: build(SampleSizes, {
        sss: whole(kit, 5, 90),
        ars: whole(kit, 5, 90),
        evs: whole(kit, 5, 90),
        trs: whole(kit, 5, 90),
      }),
      oldWeights: isSkipped ? null : build(SignalWeights, DEFAULT_WEIGHTS),
      newWeights: isSkipped ? null : shiftedWeights(kit),
      predictedImprovement: isSkipped ? null : between(kit, 0.01, 0.2),
      createdAt: date,
    };
  },
};

/** The default weights with a little moved from one signal to another: together still 1. */
export function shiftedWeights(kit: Kit): SignalWeights {
  const shift = between(kit, -0.08, 0.08);
  const { sss, ars, evs, trs } = DEFAULT_WEIGHTS;
  return build(SignalWeights, { sss: rounded(sss + shift), ars: rounded(ars - shift), evs, trs });
}

/** An adjustment that was not measured yet. Giving `actualImprovement` or `evaluatedAt` measures it. */
export const learningEventFactory: Factory<LearningEvent> = {
  entity: LearningEvent,
  parents: [],
  values(kit, given) {
    const date = given.date ?? daysBefore(given.evaluatedAt ?? kit.now, LEARNING.measuredAfterDays + whole(kit, 0, 30));
    const predictedImprovement = given.predictedImprovement ?? between(kit, 0.02, 0.2);
    const isMeasured = given.actualImprovement != null || given.evaluatedAt != null || given.accuracy != null;
    const actual = given.actualImprovement ?? rounded(predictedImprovement + between(kit, -0.35, 0.2));
    return {
      date,
      adjustmentType: pick(kit, ADJUSTMENT_TYPES),
      adjustment: { signal: pick(kit, ['sss', 'ars', 'evs', 'trs']), by: between(kit, -0.1, 0.1) },
      predictedImprovement,
      baselinePerformance: between(kit, 0.015, 0.045),
      actualImprovement: isMeasured ? actual : null,
      accuracy: isMeasured ? rounded(1 - Math.abs(actual - predictedImprovement)) : null,
      evaluatedAt: isMeasured ? minutesAfter(date, LEARNING.measuredAfterDays * 24 * 60) : null,
      createdAt: date,
    };
  },
};

const randomizedDecisionFactory: typeof decisionFactory = {
  ...decisionFactory,
  values: (kit, given, row) => ({
    ...decisionFactory.values(kit, { ...given, isRandomizedExperiment: true }, row),
    isRandomizedExperiment: true,
  }),
};

/** The probe of a randomised decision, with the modes of that decision. */
export const randomizedExperimentFactory: Factory<RandomizedExperiment> = {
  entity: RandomizedExperiment,
  parents: [
    {
      relation: 'decision',
      factory: randomizedDecisionFactory,
    },
  ],
  values(kit, { decision }) {
    return {
      predictedMode: decision?.predictedMode ?? 'HELPFUL',
      actualMode: decision?.mode ?? 'HYBRID',
      predictedOutcome: between(kit, 0.01, 0.06),
      actualOutcome: null,
      createdAt: decision?.createdAt ?? kit.now,
    };
  },
};

const LEARNED_SEGMENTS = Object.entries(SEGMENT_KEYS)
  .filter(([type]) => type !== 'GLOBAL' && type !== 'PLATFORM')
  .flatMap(([type, keys]) => keys.map((segmentKey) => ({ segmentType: type as SegmentType, segmentKey })));

/** Learned weights of the next segment that the reference rows do not hold; after 24 rows, of invented ones. */
export const segmentedWeightFactory: Factory<SegmentedWeight> = {
  entity: SegmentedWeight,
  parents: [],
  values(kit, _given, row) {
    const { sss, ars, evs, trs } = shiftedWeights(kit);
    const invented = { segmentType: 'COMBINED' as const, segmentKey: `INVENTED_${row}` };
    return {
      ...(LEARNED_SEGMENTS[row - 1] ?? invented),
      sssWeight: sss,
      arsWeight: ars,
      evsWeight: evs,
      trsWeight: trs,
      sampleSize: whole(kit, 20, 400),
      performance: between(kit, 0.01, 0.05),
      createdAt: daysBefore(kit.now, 20),
      updatedAt: daysBefore(kit.now, 3),
    };
  },
};
