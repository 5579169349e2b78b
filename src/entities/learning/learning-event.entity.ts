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

/** Was the learning right? A prediction with each adjustment, measured one week later. Kept 6 months. */
@Table('learning_events')
@IndexFor('adjustments due for measurement, and their history', ['date'])
@Rule<LearningEvent>({
  meaning: 'measured_together',
  message: 'improvement, accuracy and time of measurement come together',
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

  /** What was adjusted. */
  @Choice(ADJUSTMENT_TYPES) adjustmentType!: AdjustmentType;

  /** The adjustment itself. */
  @JsonObject() adjustment!: Record<string, unknown>;

  /** Expected change of the metric, relative: 0.15 = 15 % better. */
  @Quantity() predictedImprovement!: number;

  /** The metric before, in its own unit (a click rate of 0.032). */
  @Quantity() baselinePerformance!: number;

  /** Change that came, relative, negative when it got worse. Null: not measured yet. */
  @Quantity({ nullable: true }) actualImprovement!: number | null;

  /** 1 - |actual - predicted|: 1 is perfect, below 0.70 alarms, may be negative. Null: not measured yet. */
  @Quantity({ max: 1, nullable: true }) accuracy!: number | null;

  /** When it was measured. Null: not yet. */
  @Timestamp({ nullable: true }) evaluatedAt!: Date | null;

  @CreatedAt() createdAt!: Date;
}
