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

/** How much does each signal count, and where? The weights in force, one row per segment; history is in the logs. */
@Table('segmented_weights')
@UniqueKey(['segmentType', 'segmentKey'])
@Rule<SegmentedWeight>({
  meaning: 'weights_sum_to_one',
  message: `the four weights add up to 1 within ${WEIGHT_SUM_TOLERANCE}`,
  properties: ['sssWeight', 'arsWeight', 'evsWeight', 'trsWeight'],
  // With a tolerance: 0.42 + 0.24 + 0.22 + 0.12 is not 1 in floating point.
  isValid: ({ sssWeight, arsWeight, evsWeight, trsWeight }) =>
    Math.abs(sssWeight + arsWeight + evsWeight + trsWeight - 1) <= WEIGHT_SUM_TOLERANCE,
  sql: `abs("sss_weight" + "ars_weight" + "evs_weight" + "trs_weight" - 1) <= ${WEIGHT_SUM_TOLERANCE}::double precision`,
})
export class SegmentedWeight {
  @Id() id!: string;

  /** By what the segment is cut. */
  @Choice(SEGMENT_TYPES) segmentType!: SegmentType;

  /** Which segment: GLOBAL, TWITTER, MORNING, WEEKEND, TWITTER_MORNING. */
  @Text({ max: 64, format: UPPER_SNAKE }) segmentKey!: string;

  /** Weight of the Solution-Seeking Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.sss }) sssWeight!: number;

  /** Weight of the Author Relationship Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.ars }) arsWeight!: number;

  /** Weight of the Engagement Velocity Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.evs }) evsWeight!: number;

  /** Weight of the Topic Relevance Score, 0..1. */
  @Score({ default: DEFAULT_WEIGHTS.trs }) trsWeight!: number;

  /** Decisions behind the weights; trusted from 50. */
  @Count({ default: 0 }) sampleSize!: number;

  /** The segment's metric (a click rate). Null: not measured; 0 would be a terrible result. */
  @Quantity({ nullable: true }) performance!: number | null;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;
}
