import {
  Choice,
  Count,
  CreatedAt,
  Id,
  Quantity,
  Rule,
  Score,
  Table,
  Text,
  UniqueKey,
  UpdatedAt,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { DEFAULT_WEIGHTS, WEIGHT_SUM_TOLERANCE } from '../../constants/figures.js';
import { SEGMENT_TYPES, type SegmentType } from '../../constants/lists.js';

/**
 * One row per segment (a platform, a part of the day or week, or both) with the current weights of the four signals. Updated
 * by the weekly learning cycle. Kept for ever; `weight_adjustment_logs` holds the history.
 */
@Table('segmented_weights')
@UniqueKey(['segmentType', 'segmentKey'])
@Rule<SegmentedWeight>({
  meaning: 'weights_sum_to_one',
  message: `the four weights add up to 1 within ${WEIGHT_SUM_TOLERANCE}`,
  properties: ['sssWeight', 'arsWeight', 'evsWeight', 'trsWeight'],
  // The tolerance is needed because 0.42 + 0.24 + 0.22 + 0.12 is not 1 in floating point.
  isValid: ({ sssWeight, arsWeight, evsWeight, trsWeight }) =>
    Math.abs(sssWeight + arsWeight + evsWeight + trsWeight - 1) <= WEIGHT_SUM_TOLERANCE,
  sql: `abs("sss_weight" + "ars_weight" + "evs_weight" + "trs_weight" - 1) <= ${WEIGHT_SUM_TOLERANCE}::double precision`,
})
export class SegmentedWeight {
  @Id() id!: string;

  /** Kind of the segment: GLOBAL, PLATFORM, TIME_OF_DAY, DAY_OF_WEEK or COMBINED. */
  @Choice(SEGMENT_TYPES) segmentType!: SegmentType;

  /** Segment within its type, in upper snake case: GLOBAL, TWITTER, MORNING, WEEKEND, TWITTER_MORNING. */
  @Text({ max: 64, format: UPPER_SNAKE }) segmentKey!: string;

  /** Weight of the Solution-Seeking Score, 0..1. The four weights add up to 1. */
  @Score({ default: DEFAULT_WEIGHTS.sss }) sssWeight!: number;

  /** Weight of the Author Relationship Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.ars }) arsWeight!: number;

  /** Weight of the Engagement Velocity Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.evs }) evsWeight!: number;

  /** Weight of the Topic Relevance Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.trs }) trsWeight!: number;

  /** Number of decisions behind the weights, 0 or more. The engine trusts the weights from 50. */
  @Count({ default: 0 }) sampleSize!: number;

  /** Value of the metric in the segment, e.g. a click rate of 0.03. Null: not measured. */
  @Quantity({ nullable: true }) performance!: number | null;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;
}
