import { DEFAULT_WEIGHTS } from '../../constants/decision.js';
import { LEARNING } from '../../constants/learning.js';
import { ADJUSTMENT_TYPES } from '../../constants/choices.js';
import type {
  Decision,
  LearningEvent,
  RandomizedExperiment,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '../../entities/index.js';
import { SignalWeights } from '../../entities/learning/signal-weights.js';
import { build } from '../build.js';
import { between, daysBefore } from '../factories/kit.js';
import { shiftedWeights } from '../factories/learning.factories.js';
import { cycle, type SampleContext } from './context.js';

/** Weekly cycles, newest last; every third found too little data. */
const CYCLES = 9;

export function sampleWeightLogs({ kit, make, now }: SampleContext): WeightAdjustmentLog[] {
  let weights = build(SignalWeights, DEFAULT_WEIGHTS);
  return Array.from({ length: CYCLES }, (_, place) => {
    const date = daysBefore(now, 7 * (CYCLES - place) - 4);
    if (place % 3 === 1) return make.weightAdjustmentLog({ action: 'SKIPPED', date });
    const oldWeights = weights;
    weights = shiftedWeights(kit);
    return make.weightAdjustmentLog({ date, oldWeights, newWeights: weights });
  });
}

/** Each adjustment's prediction: measured after a week, due since yesterday, and not due yet. */
export function sampleLearningEvents({ make, now }: SampleContext): LearningEvent[] {
  const measured = Array.from({ length: 9 }, (_, place) => {
    const date = daysBefore(now, 15 + 7 * place);
    const evaluatedAt = daysBefore(date, -LEARNING.measuredAfterDays);
    return make.learningEvent({ adjustmentType: cycle(ADJUSTMENT_TYPES, place), date, evaluatedAt });
  });
  const unmeasured = [8, 9, 10, 1, 3, 5].map((daysAgo, place) =>
    make.learningEvent({ adjustmentType: cycle(ADJUSTMENT_TYPES, place), date: daysBefore(now, daysAgo) }),
  );
  return [...measured, ...unmeasured];
}

/** One probe per randomised decision; measured from a week on. */
export function sampleProbes(
  { kit, make, now }: SampleContext,
  decisions: readonly Decision[],
): RandomizedExperiment[] {
  const weekAgo = daysBefore(now, LEARNING.measuredAfterDays);
  return decisions
    .filter(({ isRandomizedExperiment }) => isRandomizedExperiment)
    .map((decision) => {
      const outcome = between(kit, 0.005, 0.07);
      return make.randomizedExperiment({ decision, actualOutcome: decision.createdAt < weekAgo ? outcome : null });
    });
}

/** Parts of the day and of the week, and the first of their combinations with platforms. */
export function sampleSegments({ make }: SampleContext): SegmentedWeight[] {
  return Array.from({ length: 12 }, () => make.segmentedWeight());
}
