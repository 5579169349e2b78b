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

/** What did each learning cycle do with the weights, and why? One row per attempt, skipped ones too. Kept 12 months. */
@Table('weight_adjustment_logs')
@IndexFor('the history of weights, newest first; retention', ['date'])
@Rule<WeightAdjustmentLog>({
  meaning: 'segments_in_total',
  message: 'there are no more valid segments than segments',
  properties: ['validSegments', 'totalSegments'],
  isValid: ({ validSegments, totalSegments }) =>
    validSegments === null || totalSegments === null || validSegments <= totalSegments,
  sql: '"valid_segments" <= "total_segments"',
})
@Rule<WeightAdjustmentLog>({
  meaning: 'adjusted_has_weights',
  message: 'an adjustment keeps the old and the new weights',
  properties: ['action', 'oldWeights', 'newWeights'],
  isValid: ({ action, oldWeights, newWeights }) =>
    action !== 'ADJUSTED' || (oldWeights !== null && newWeights !== null),
  sql: `"action" <> 'ADJUSTED' OR ("old_weights" IS NOT NULL AND "new_weights" IS NOT NULL)`,
})
@Rule<WeightAdjustmentLog>({
  meaning: 'skipped_has_reason',
  message: 'a skipped cycle says why',
  properties: ['action', 'reason'],
  isValid: ({ action, reason }) => action !== 'SKIPPED' || reason !== null,
  sql: `"action" <> 'SKIPPED' OR "reason" IS NOT NULL`,
})
@Final<WeightAdjustmentLog>({
  meaning: 'written_once',
  message: 'the log of a learning cycle is never changed: write a new row',
  properties: { except: [] },
})
export class WeightAdjustmentLog {
  @Id() id!: string;

  /** When the cycle ran. */
  @Timestamp({ now: true }) date!: Date;

  /** What it did. */
  @Choice(WEIGHT_ACTIONS) action!: WeightAction;

  /** Why, like INSUFFICIENT_SAMPLE_SIZE. Null: an adjustment that needs no word. */
  @Text({ max: 100, format: UPPER_SNAKE, nullable: true }) reason!: string | null;

  /** How many of the signal segments had enough data; three are needed. Null: not counted. */
  @Count({ nullable: true }) validSegments!: number | null;

  /** How many signal segments there were. Null: not counted. */
  @Count({ nullable: true }) totalSegments!: number | null;

  /** Decisions behind each signal. Null: not counted. */
  @JsonObject({ nullable: true, of: () => SampleSizes }) sampleSizes!: SampleSizes | null;

  /** Weights before, each 0..1. Null: nothing was adjusted. */
  @JsonObject({ nullable: true, of: () => SignalWeights }) oldWeights!: SignalWeights | null;

  /** Weights after, each 0..1. Null: nothing was adjusted. */
  @JsonObject({ nullable: true, of: () => SignalWeights }) newWeights!: SignalWeights | null;

  /** Expected change of the metric, relative: 0.15 = 15 % better. Null: nothing was adjusted. */
  @Quantity({ nullable: true }) predictedImprovement!: number | null;

  @CreatedAt() createdAt!: Date;
}
