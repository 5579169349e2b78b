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
import { drawNumber, daysBefore, minutesAfter, roundScore, drawInteger } from '../factories/factory.js';
import { toUtcDay, drawKpiValue, createShiftedWeights } from '../factories/learning.factories.js';
import { build } from '../insert-missing.js';
import { cycle, type SampleContext } from './context.js';

/** Number of weekly cycles. Every third one is skipped because of too little data. */
const CYCLES = 9;

export function createSampleWeightLogs({ kit, make, now }: SampleContext): WeightAdjustmentLog[] {
  let weights = build(SignalWeights, DEFAULT_WEIGHTS);
  return Array.from({ length: CYCLES }, (_, place) => {
    const date = daysBefore(now, 7 * (CYCLES - place) - 4);
    if (place % 3 === 1) return make.weightAdjustmentLog({ action: 'SKIPPED', date });
    const oldWeights = weights;
    weights = createShiftedWeights(kit);
    return make.weightAdjustmentLog({ date, oldWeights, newWeights: weights });
  });
}

/** Creates adjustments that were measured after a week, that are due for measurement, and that are not due yet. */
export function createSampleLearningEvents({ make, now }: SampleContext): LearningEvent[] {
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

/** Creates one row for each randomised decision. Decisions older than a week have an outcome. */
export function createSampleProbes(
  { kit, make, now }: SampleContext,
  decisions: readonly Decision[],
): RandomizedExperiment[] {
  const weekAgo = daysBefore(now, LEARNING.measuredAfterDays);
  return decisions
    .filter(({ isRandomizedExperiment }) => isRandomizedExperiment)
    .map((decision) => {
      const outcome = drawNumber(kit, 0.005, 0.07);
      return make.randomizedExperiment({ decision, actualOutcome: decision.createdAt < weekAgo ? outcome : null });
    });
}

/** Creates the weights of the first 12 learned segments. */
export function createSampleSegments({ make }: SampleContext): SegmentedWeight[] {
  return Array.from({ length: 12 }, () => make.segmentedWeight());
}

/** Number of full days before today. */
const DAYS = 30;

/** Creates values of every metric for each of the last 30 days, per platform and over all platforms. */
export function createSampleKpis(context: SampleContext): KpiMetric[] {
  const daysAgo = Array.from({ length: DAYS }, (_, place) => DAYS - place);
  return daysAgo.flatMap((ago) => KPI_CATALOGUE.flatMap((entry) => createMetricsOfDay(context, entry, ago)));
}

function createMetricsOfDay({ kit, make, now, ids }: SampleContext, entry: KpiMetricEntry, ago: number): KpiMetric[] {
  const platforms = entry.platforms ?? Object.values(Platform);
  const values = platforms.map(() =>
    // Karma is a running total, so it rises every day.
    entry.unit === 'points' ? 140 + 3 * (DAYS - ago) + drawInteger(kit, -4, 4) : drawKpiValue(kit, entry),
  );
  const row = (platform: Platform | null, value: number) =>
    make.kpiMetric({
      date: toUtcDay(daysBefore(now, ago)),
      platform,
      metricTypeId: ids.kpiType[entry.family],
      metricName: entry.name,
      value,
      // Written on the day after.
      createdAt: minutesAfter(daysBefore(now, ago - 1), -30),
    });
  return [
    ...platforms.map((platform, place) => row(platform, values[place] ?? 0)),
    row(null, aggregatePlatforms(entry, values)),
  ];
}

function aggregatePlatforms({ rollUp }: KpiMetricEntry, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return roundScore(rollUp === 'SUM' ? sum : sum / values.length);
}
