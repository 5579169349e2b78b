import { setSeederFactory } from 'typeorm-extension';
import { DEFAULT_WEIGHTS, LEARNING, SEGMENT_KEYS } from '../../constants/figures.js';
import { KPI_CATALOGUE, type KpiMetricEntry } from '../../constants/kpi-catalogue.js';
import { ADJUSTMENT_TYPES, type SegmentType } from '../../constants/lists.js';
import {
  Experiment,
  KpiMetric,
  LearningEvent,
  RandomizedExperiment,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '../../entities/index.js';
import { SampleSizes, SignalWeights } from '../../entities/json-shapes.js';
import { build } from '../insert-missing.js';
import { decisionFactory } from './core.factories.js';
import {
  drawNumber,
  daysBefore,
  type Kit,
  makeRow,
  minutesAfter,
  pick,
  roundScore,
  type RowFactory,
  type RowRequest,
  drawInteger,
} from './factory.js';
import { TONES } from './phrases.js';
import { kpiTypeFactory } from './reference.factories.js';

/** Makes an experiment, DRAFT by default. Dates and results fit the status. */
export const experimentFactory: RowFactory<Experiment> = setSeederFactory<Experiment, RowRequest<Experiment>>(
  Experiment,
  (request) =>
    makeRow<Experiment>(Experiment, request, {
      values(kit, given, row) {
        const { winner = null } = given;
        const status = given.status ?? (winner === null ? 'DRAFT' : 'COMPLETED');
        const endDate = given.endDate ?? (status === 'COMPLETED' ? daysBefore(kit.now, drawInteger(kit, 1, 10)) : null);
        const wasStarted = status === 'RUNNING' || status === 'COMPLETED' || endDate !== null;
        const startDate =
          given.startDate ?? (wasStarted ? daysBefore(endDate ?? kit.now, drawInteger(kit, 7, 14)) : null);
        const createdAt = given.createdAt ?? daysBefore(startDate ?? kit.now, 1);
        return {
          name: `Tone of the first sentence, round ${row}`,
          description: 'Does the tone of the first sentence change how often people click?',
          variantA: { tone: pick(kit, TONES) },
          variantB: { tone: pick(kit, TONES), emoji: true },
          metric: pick(kit, ['ctr', 'conversion', 'sentiment', 'engagement_rate']),
          trafficSplit: 0.5,
          status,
          startDate,
          endDate,
          resultsJson: status === 'COMPLETED' ? createResults(kit) : null,
          winner,
          createdAt,
          updatedAt: endDate ?? startDate ?? createdAt,
        };
      },
    }),
);

function createResults(kit: Kit): Record<string, unknown> {
  const arm = () => ({ samples: drawInteger(kit, 50, 240), mean: drawNumber(kit, 0.01, 0.05) });
  return { a: arm(), b: arm(), pValue: drawNumber(kit, 0.001, 0.2), effectSize: drawNumber(kit, -0.3, 0.3) };
}

/** Makes yesterday's value of a metric of the catalogue, over all platforms. */
export const kpiMetricFactory: RowFactory<KpiMetric> = setSeederFactory<KpiMetric, RowRequest<KpiMetric>>(
  KpiMetric,
  (request) =>
    makeRow<KpiMetric>(KpiMetric, request, {
      parents: [{ relation: 'metricType', factory: kpiTypeFactory }],
      values(kit, given) {
        const entry = KPI_CATALOGUE.find(({ name }) => name === given.metricName) ?? pick(kit, KPI_CATALOGUE);
        return {
          date: toUtcDay(daysBefore(kit.now, 1)),
          platform: null,
          metricName: entry.name,
          value: drawKpiValue(kit, entry),
          createdAt: kit.now,
        };
      },
    }),
);

/** Returns the UTC day, as `kpi_metrics.date` stores it. */
export function toUtcDay(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** Returns a value near the metric's target, in its unit. */
export function drawKpiValue(kit: Kit, { unit, target }: KpiMetricEntry): number {
  if (unit === 'count') return drawInteger(kit, 0, target?.per === 'month' ? 20 : 6);
  if (target?.change) return drawNumber(kit, unit === 'points' ? -20 : -0.1, unit === 'points' ? 200 : 0.15);
  const goal = target?.per === 'month' ? target.value / 30 : (target?.value ?? 1);
  return drawNumber(kit, goal * 0.6, goal * 1.7);
}

/** Makes a log entry of a cycle that adjusted the weights. With `action: 'SKIPPED'` it has no weights. */
export const weightAdjustmentLogFactory: RowFactory<WeightAdjustmentLog> = setSeederFactory<
  WeightAdjustmentLog,
  RowRequest<WeightAdjustmentLog>
>(WeightAdjustmentLog, (request) =>
  makeRow<WeightAdjustmentLog>(WeightAdjustmentLog, request, {
    values(kit, given) {
      const isSkipped = given.action === 'SKIPPED';
      const date = given.date ?? daysBefore(kit.now, drawInteger(kit, 1, 60));
      return {
        date,
        action: 'ADJUSTED',
        reason: isSkipped ? 'INSUFFICIENT_SAMPLE_SIZE' : 'SUCCESSFUL',
        validSegments: isSkipped
          ? drawInteger(kit, 0, LEARNING.requiredSegments - 1)
          : drawInteger(kit, LEARNING.requiredSegments, 4),
        totalSegments: 4,
        sampleSizes: build(SampleSizes, {
          sss: drawInteger(kit, 5, 90),
          ars: drawInteger(kit, 5, 90),
          evs: drawInteger(kit, 5, 90),
          trs: drawInteger(kit, 5, 90),
        }),
        oldWeights: isSkipped ? null : build(SignalWeights, DEFAULT_WEIGHTS),
        newWeights: isSkipped ? null : createShiftedWeights(kit),
        predictedImprovement: isSkipped ? null : drawNumber(kit, 0.01, 0.2),
        createdAt: date,
      };
    },
  }),
);

/** Returns the default weights with a little moved from one signal to another; the sum stays 1. */
export function createShiftedWeights(kit: Kit): SignalWeights {
  const shift = drawNumber(kit, -0.08, 0.08);
  const { sss, ars, evs, trs } = DEFAULT_WEIGHTS;
  return build(SignalWeights, { sss: roundScore(sss + shift), ars: roundScore(ars - shift), evs, trs });
}

/** Makes an adjustment that was not measured yet. With `actualImprovement` or `evaluatedAt` it was measured. */
export const learningEventFactory: RowFactory<LearningEvent> = setSeederFactory<
  LearningEvent,
  RowRequest<LearningEvent>
>(LearningEvent, (request) =>
  makeRow<LearningEvent>(LearningEvent, request, {
    values(kit, given) {
      const date =
        given.date ?? daysBefore(given.evaluatedAt ?? kit.now, LEARNING.measuredAfterDays + drawInteger(kit, 0, 30));
      const predictedImprovement = given.predictedImprovement ?? drawNumber(kit, 0.02, 0.2);
      const isMeasured = given.actualImprovement != null || given.evaluatedAt != null || given.accuracy != null;
      const actual = given.actualImprovement ?? roundScore(predictedImprovement + drawNumber(kit, -0.35, 0.2));
      return {
        date,
        adjustmentType: pick(kit, ADJUSTMENT_TYPES),
        adjustment: { signal: pick(kit, ['sss', 'ars', 'evs', 'trs']), by: drawNumber(kit, -0.1, 0.1) },
        predictedImprovement,
        baselinePerformance: drawNumber(kit, 0.015, 0.045),
        actualImprovement: isMeasured ? actual : null,
        accuracy: isMeasured ? roundScore(1 - Math.abs(actual - predictedImprovement)) : null,
        evaluatedAt: isMeasured ? minutesAfter(date, LEARNING.measuredAfterDays * 24 * 60) : null,
        createdAt: date,
      };
    },
  }),
);

/** Makes the experiment of a randomised decision, with the modes of that decision. */
export const randomizedExperimentFactory: RowFactory<RandomizedExperiment> = setSeederFactory<
  RandomizedExperiment,
  RowRequest<RandomizedExperiment>
>(RandomizedExperiment, (request) =>
  makeRow<RandomizedExperiment>(RandomizedExperiment, request, {
    parents: [
      {
        relation: 'decision',
        factory: decisionFactory,
        given: { isRandomizedExperiment: true },
      },
    ],
    values(kit, { decision }) {
      return {
        predictedMode: decision?.predictedMode ?? 'HELPFUL',
        actualMode: decision?.mode ?? 'HYBRID',
        predictedOutcome: drawNumber(kit, 0.01, 0.06),
        actualOutcome: null,
        createdAt: decision?.createdAt ?? kit.now,
      };
    },
  }),
);

const LEARNED_SEGMENTS = Object.entries(SEGMENT_KEYS)
  .filter(([type]) => type !== 'GLOBAL' && type !== 'PLATFORM')
  .flatMap(([type, keys]) => keys.map((segmentKey) => ({ segmentType: type as SegmentType, segmentKey })));

/** Makes learned weights of the next segment that the reference rows do not contain; after 24 rows, of invented segments. */
export const segmentedWeightFactory: RowFactory<SegmentedWeight> = setSeederFactory<
  SegmentedWeight,
  RowRequest<SegmentedWeight>
>(SegmentedWeight, (request) =>
  makeRow<SegmentedWeight>(SegmentedWeight, request, {
    values(kit, _given, row) {
      const { sss, ars, evs, trs } = createShiftedWeights(kit);
      const invented = { segmentType: 'COMBINED' as const, segmentKey: `INVENTED_${row}` };
      return {
        ...(LEARNED_SEGMENTS[row - 1] ?? invented),
        sssWeight: sss,
        arsWeight: ars,
        evsWeight: evs,
        trsWeight: trs,
        sampleSize: drawInteger(kit, 20, 400),
        performance: drawNumber(kit, 0.01, 0.05),
        createdAt: daysBefore(kit.now, 20),
        updatedAt: daysBefore(kit.now, 3),
      };
    },
  }),
);
