import {
  Choice,
  Count,
  CreatedAt,
  Final,
  Id,
  IndexFor,
  JsonObject,
  Timestamp,
  Quantity,
  Rule,
  Table,
  Text,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { WEIGHT_ACTIONS, type WeightAction } from '../../constants/lists.js';
import { SampleSizes, SignalWeights } from '../json-shapes.js';

/**
 * One row per run of the weekly learning cycle, with its effect on the signal weights; skipped runs are logged too. Written
 * once and never changed. Kept for 12 months, then archived and deleted.
 */
@Table('weight_adjustment_logs')
@IndexFor('the history of weights, newest first; retention', ['date'])
@Rule<WeightAdjustmentLog>({
  meaning: 'segments_in_total',
  message: 'valid_segments is at most total_segments',
  properties: ['validSegments', 'totalSegments'],
  isValid: ({ validSegments, totalSegments }) =>
    validSegments === null || totalSegments === null || validSegments <= totalSegments,
  sql: '"valid_segments" <= "total_segments"',
})
@Rule<WeightAdjustmentLog>({
  meaning: 'adjusted_has_weights',
  message: 'an adjustment has old and new weights',
  properties: ['action', 'oldWeights', 'newWeights'],
  isValid: ({ action, oldWeights, newWeights }) =>
    action !== 'ADJUSTED' || (oldWeights !== null && newWeights !== null),
  sql: `"action" <> 'ADJUSTED' OR ("old_weights" IS NOT NULL AND "new_weights" IS NOT NULL)`,
})
@Rule<WeightAdjustmentLog>({
  meaning: 'skipped_has_reason',
  message: 'a skipped learning cycle has a reason',
  properties: ['action', 'reason'],
  isValid: ({ action, reason }) => action !== 'SKIPPED' || reason !== null,
  sql: `"action" <> 'SKIPPED' OR "reason" IS NOT NULL`,
})
@Final<WeightAdjustmentLog>({
  meaning: 'written_once',
  message: 'the log of a learning cycle never changes: write a new row instead',
  properties: { except: [] },
})
export class WeightAdjustmentLog {
  @Id() id!: string;

  /** When the learning cycle ran. */
  @Timestamp({ now: true }) date!: Date;

  /** ADJUSTED or SKIPPED. */
  @Choice(WEIGHT_ACTIONS) action!: WeightAction;

  /**
   * Reason in upper snake case, e.g. INSUFFICIENT_SAMPLE_SIZE. Null: none given, which is only allowed when `action` is
   * ADJUSTED.
   */
  @Text({ max: 100, format: UPPER_SNAKE, nullable: true }) reason!: string | null;

  /** Number of signal segments with enough data, 0 or more; the cycle needs three. Null: not counted. */
  @Count({ nullable: true }) validSegments!: number | null;

  /** Number of signal segments, 0 or more. Null: not counted. */
  @Count({ nullable: true }) totalSegments!: number | null;

  /** Number of decisions behind each signal. Null: not counted. */
  @JsonObject({ nullable: true, of: () => SampleSizes }) sampleSizes!: SampleSizes | null;

  /** Weight of each signal before the run, each 0..1. Null: not recorded, which is only allowed when `action` is SKIPPED. */
  @JsonObject({ nullable: true, of: () => SignalWeights }) oldWeights!: SignalWeights | null;

  /** Weight of each signal after the run, each 0..1. Null: not recorded, which is only allowed when `action` is SKIPPED. */
  @JsonObject({ nullable: true, of: () => SignalWeights }) newWeights!: SignalWeights | null;

  /** Expected relative change of the metric: 0.15 means 15 % better. Null: nothing was predicted. */
  @Quantity({ nullable: true }) predictedImprovement!: number | null;

  @CreatedAt() createdAt!: Date;
}
