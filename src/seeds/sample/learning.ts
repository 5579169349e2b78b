import { DEFAULT_WEIGHTS, LEARNING } from '../../constants/figures.js';
import { KPI_CATALOGUE, type KpiMetricEntry } from '../../constants/kpi-catalogue.js';
import { ADJUSTMENT_TYPES } from '../../constants/lists.js';
import { Platform } from '../../entities/enums.js';
import type {
  Decision,
  KpiMetric,
  LearningEvent,
  RandomizedExperiment,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '../../entities/index.js';
import { SignalWeights } from '../../entities/json-shapes.js';
import { between, daysBefore, minutesAfter, rounded, whole } from '../factories/factory.js';
import { dayOf, plausibleValue, shiftedWeights } from '../factories/learning.factories.js';
import { build } from '../insert-missing.js';
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

/** Full days before today. */
const DAYS = 30;

/** Every metric of the catalogue on each of the last 30 days: per platform, and over all of them. */
export function sampleKpis(context: SampleContext): KpiMetric[] {
  const daysAgo = Array.from({ length: DAYS }, (_, place) => DAYS - place);
  return daysAgo.flatMap((ago) => KPI_CATALOGUE.flatMap((entry) => metricOfDay(context, entry, ago)));
}

function metricOfDay({ kit, make, now, ids }: SampleContext, entry: KpiMetricEntry, ago: number): KpiMetric[] {
  const platforms = entry.platforms ?? Object.values(Platform);
  const values = platforms.map(() =>
    // Karma is what has gathered so far: it climbs.
    entry.unit === 'points' ? 140 + 3 * (DAYS - ago) + whole(kit, -4, 4) : plausibleValue(kit, entry),
  );
  const row = (platform: Platform | null, value: number) =>
    make.kpiMetric({
      date: dayOf(daysBefore(now, ago)),
      platform,
      metricTypeId: ids.kpiType[entry.family],
      metricName: entry.name,
      value,
      // Counted the morning after.
      createdAt: minutesAfter(daysBefore(now, ago - 1), -30),
    });
  return [...platforms.map((platform, place) => row(platform, values[place] ?? 0)), row(null, overAll(entry, values))];
}

function overAll({ rollUp }: KpiMetricEntry, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return rounded(rollUp === 'SUM' ? sum : sum / values.length);
}
