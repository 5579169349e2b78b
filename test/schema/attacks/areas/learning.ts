import { columnChecks, given, rowCheck } from '../checks.js';
import {
  choice,
  count,
  formatted,
  jsonObject,
  LOWER_SNAKE,
  moment,
  quantity,
  quantityToOne,
  score,
  text,
  UPPER_SNAKE,
} from '../values.js';

const NOON = '2026-01-31T12:00:00.000Z';
const A_MOMENT_BEFORE = '2026-01-31T11:59:59.999Z';

const completed = { status: 'COMPLETED', start_date: A_MOMENT_BEFORE, end_date: NOON };

const experiments = [
  ...columnChecks('experiments', {
    name: text(200),
    description: text(2000),
    variant_a: jsonObject,
    variant_b: jsonObject,
    metric: formatted(LOWER_SNAKE, 64),
    traffic_split: score,
    start_date: moment,
    end_date: moment,
    results_json: jsonObject,
    winner: given(completed, choice('A B')),
    created_at: moment,
    updated_at: moment,
  }),
  rowCheck('experiments', 'ends_after_start', {
    refused: [
      { start_date: NOON, end_date: NOON },
      { start_date: NOON, end_date: A_MOMENT_BEFORE },
    ],
    accepted: [
      { start_date: A_MOMENT_BEFORE, end_date: NOON },
      { start_date: NOON },
      { end_date: NOON },
      // The start and the end of a running experiment come from two clocks.
      ...['RUNNING', 'COMPLETED', 'CANCELLED'].map((status) => ({
        status,
        start_date: NOON,
        end_date: A_MOMENT_BEFORE,
      })),
    ],
  }),
  rowCheck('experiments', 'winner_of_completed', {
    refused: ['DRAFT', 'RUNNING', 'CANCELLED'].map((status) => ({ ...completed, status, winner: 'A' })),
    accepted: [{ ...completed, winner: 'B' }, completed, { status: 'CANCELLED' }],
  }),
  rowCheck('experiments', 'dates_of_status', {
    refused: [
      { status: 'RUNNING' },
      { status: 'RUNNING', end_date: NOON },
      { ...completed, start_date: null },
      { ...completed, end_date: null },
      { status: 'COMPLETED' },
    ],
    accepted: [{ status: 'RUNNING', start_date: NOON }, completed, { status: 'DRAFT' }, { status: 'CANCELLED' }],
  }),
];

const logs = [
  ...columnChecks('weight_adjustment_logs', {
    date: moment,
    action: given({ reason: 'SUCCESSFUL' }, choice('ADJUSTED SKIPPED')),
    reason: formatted(UPPER_SNAKE, 100),
    valid_segments: count(),
    total_segments: count(),
    sample_sizes: jsonObject,
    old_weights: jsonObject,
    new_weights: jsonObject,
    predicted_improvement: quantity,
    created_at: moment,
  }),
  rowCheck('weight_adjustment_logs', 'segments_in_total', {
    refused: [
      { valid_segments: 5, total_segments: 4 },
      { valid_segments: 1, total_segments: 0 },
    ],
    accepted: [
      { valid_segments: 4, total_segments: 4 },
      { valid_segments: 3, total_segments: 4 },
      { valid_segments: 3 },
    ],
  }),
  rowCheck('weight_adjustment_logs', 'adjusted_has_weights', {
    refused: [{ old_weights: null }, { new_weights: null }, { old_weights: null, new_weights: null }],
    accepted: [{}, { action: 'SKIPPED', reason: 'INSUFFICIENT_SAMPLE_SIZE', old_weights: null, new_weights: null }],
  }),
  rowCheck('weight_adjustment_logs', 'skipped_has_reason', {
    refused: [{ action: 'SKIPPED' }, { action: 'SKIPPED', reason: null }],
    accepted: [
      { action: 'SKIPPED', reason: 'INSUFFICIENT_SAMPLE_SIZE' },
      { action: 'ADJUSTED', reason: null },
    ],
  }),
];

const measured = { date: NOON, actual_improvement: -0.1, accuracy: 0.75, evaluated_at: NOON };

const events = [
  ...columnChecks('learning_events', {
    date: moment,
    adjustment_type: choice('WEIGHT ARCHETYPE KEYWORD'),
    adjustment: jsonObject,
    predicted_improvement: quantity,
    baseline_performance: quantity,
    actual_improvement: given(measured, quantity),
    accuracy: given(measured, quantityToOne),
    evaluated_at: given(measured, moment),
    created_at: moment,
  }),
  rowCheck('learning_events', 'measured_together', {
    refused: [
      ...[{ actual_improvement: null }, { accuracy: null }, { evaluated_at: null }].map((less) => ({
        ...{ ...measured, ...less },
      })),
      ...[{ actual_improvement: 0.1 }, { accuracy: 0.75 }, { evaluated_at: NOON }].map((more) => ({
        ...{ date: NOON, ...more },
      })),
    ],
    accepted: [measured, { date: NOON }],
  }),
];

const probes = columnChecks('randomized_experiments', {
  predicted_outcome: quantity,
  actual_outcome: quantity,
  created_at: moment,
});

const weights = (sss: number, ars: number, evs: number, trs: number) => ({
  sss_weight: sss,
  ars_weight: ars,
  evs_weight: evs,
  trs_weight: trs,
});

/** Returns a weight, another one that completes the sum to 1, and 0 for the others. */
function weight(other: string) {
  return given(
    (value) => ({ ...weights(0, 0, 0, 0), [other]: Math.min(1, Math.max(0, 1 - Number(value) || 0)) }),
    score,
    'weights_sum_to_one',
  );
}

const segments = [
  ...columnChecks('segmented_weights', {
    segment_type: choice('GLOBAL PLATFORM TIME_OF_DAY DAY_OF_WEEK COMBINED'),
    segment_key: formatted(UPPER_SNAKE, 64),
    sss_weight: weight('ars_weight'),
    ars_weight: weight('evs_weight'),
    evs_weight: weight('trs_weight'),
    trs_weight: weight('sss_weight'),
    sample_size: count(),
    performance: quantity,
    created_at: moment,
    updated_at: moment,
  }),
  rowCheck('segmented_weights', 'weights_sum_to_one', {
    refused: [
      ...[weights(0.4, 0.25, 0.2, 0.1489), weights(0.4, 0.25, 0.2, 0.1511), weights(0, 0, 0, 0), weights(1, 1, 1, 1)],
      // One weight multiplied by 1.273, the others unchanged.
      { sss_weight: 0.509 },
    ],
    accepted: [
      ...[weights(0.4, 0.25, 0.2, 0.1491), weights(0.4, 0.25, 0.2, 0.1509), weights(0, 0, 0, 1), {}],
      // The sum is not exactly 1 in floating point.
      weights(0.42, 0.24, 0.22, 0.12),
    ],
  }),
];

export const LEARNING_CHECKS = [...experiments, ...logs, ...events, ...probes, ...segments];
