import type { Relation } from 'typeorm';
import { BelongsTo, CreatedAt, EnumColumn, Final, Id, IndexFor, Quantity, Table } from '../../columns/index.js';
import { Decision } from '../core/decision.entity.js';
import { OperationalMode } from '../enums.js';

/**
 * One row per randomised decision, to compare the outcome of the drawn mode with the predicted one. Written with the
 * decision; the measured outcome is added once. Kept for 90 days, then archived and deleted with its decision.
 */
@Table('randomized_experiments')
@IndexFor('probes of a period: weekly analysis, retention', ['createdAt'])
@Final<RandomizedExperiment>({
  meaning: 'written_once',
  message: 'a randomized experiment never changes: only its outcome is added',
  properties: { except: ['actualOutcome'] },
})
@Final<RandomizedExperiment>({
  meaning: 'measured_once',
  message: 'the outcome of a randomized experiment is final',
  properties: ['actualOutcome'],
  since: ({ actualOutcome }) => actualOutcome !== null,
})
export class RandomizedExperiment {
  @Id() id!: string;

  /** Decision whose mode was drawn at random, at most one row per decision. Deleting the decision deletes the row. */
  @BelongsTo(() => Decision, { onDelete: 'CASCADE', unique: true, inverse: (decision) => decision.probe })
  decision!: Relation<Decision>;
  decisionId!: string;

  /** Mode that the engine would have used without randomisation. */
  @EnumColumn(OperationalMode) predictedMode!: OperationalMode;

  /** Mode that was drawn. May equal the predicted mode. */
  @EnumColumn(OperationalMode) actualMode!: OperationalMode;

  /** Expected value of the metric in its own unit, e.g. a click rate of 0.042. */
  @Quantity() predictedOutcome!: number;

  /** Measured value of the metric in its own unit. Null: not measured yet; measured 24 hours to 7 days after posting. */
  @Quantity({ nullable: true }) actualOutcome!: number | null;

  @CreatedAt() createdAt!: Date;
}
