import {
  Choice,
  CreatedAt,
  Final,
  Id,
  IndexFor,
  JsonObject,
  Timestamp,
  Quantity,
  Rule,
  Table,
} from '../../columns/index.js';
import { ADJUSTMENT_TYPES, type AdjustmentType } from '../../constants/lists.js';

/**
 * One row per adjustment that the agent learned, with its predicted effect. Written at the adjustment; the measured effect is
 * added once, one week later. Kept for 6 months, then archived and deleted.
 */
@Table('learning_events')
@IndexFor('adjustments due for measurement, and their history', ['date'])
@Rule<LearningEvent>({
  meaning: 'measured_together',
  message: 'actual_improvement, accuracy and evaluated_at are all set or all null',
  properties: ['actualImprovement', 'accuracy', 'evaluatedAt'],
  isValid: ({ actualImprovement, accuracy, evaluatedAt }) =>
    (actualImprovement === null) === (evaluatedAt === null) && (accuracy === null) === (evaluatedAt === null),
  sql: 'num_nulls("actual_improvement", "accuracy", "evaluated_at") IN (0, 3)',
})
@Final<LearningEvent>({
  meaning: 'written_once',
  message: 'a learning event never changes: only its measurement is added',
  properties: { except: ['actualImprovement', 'accuracy', 'evaluatedAt'] },
})
@Final<LearningEvent>({
  meaning: 'measured_once',
  message: 'the measurement of a learning event is final',
  properties: ['actualImprovement', 'accuracy', 'evaluatedAt'],
  since: ({ evaluatedAt }) => evaluatedAt !== null,
})
export class LearningEvent {
  @Id() id!: string;

  /** When the adjustment was made. */
  @Timestamp({ now: true }) date!: Date;

  /** What was adjusted: WEIGHT, ARCHETYPE or KEYWORD. */
  @Choice(ADJUSTMENT_TYPES) adjustmentType!: AdjustmentType;

  /** The adjustment itself, as a JSON object. */
  @JsonObject() adjustment!: Record<string, unknown>;

  /** Expected relative change of the metric: 0.15 means 15 % better. */
  @Quantity() predictedImprovement!: number;

  /** Value of the metric before the adjustment, in its own unit, e.g. a click rate of 0.032. */
  @Quantity() baselinePerformance!: number;

  /** Measured relative change of the metric; negative when it got worse. Null: not measured yet. */
  @Quantity({ nullable: true }) actualImprovement!: number | null;

  /** 1 - |actual - predicted|, at most 1; may be negative. 1 is perfect, below 0.70 raises an alarm. Null: not measured yet. */
  @Quantity({ max: 1, nullable: true }) accuracy!: number | null;

  /** When the effect was measured. Null: not measured yet. */
  @Timestamp({ nullable: true }) evaluatedAt!: Date | null;

  @CreatedAt() createdAt!: Date;
}
