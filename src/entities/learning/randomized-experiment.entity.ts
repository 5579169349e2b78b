import type { Relation } from 'typeorm';
import { BelongsTo, CreatedAt, EnumColumn, Final, Id, IndexFor, Quantity, Table } from '../../columns/index.js';
import { Decision } from '../core/decision.entity.js';
import { OperationalMode } from '../enums.js';

/** What would have happened otherwise? The causal probe of one randomised decision. Goes with it, after 90 days. */
@Table('randomized_experiments')
@IndexFor('probes of a period: weekly analysis, retention', ['createdAt'])
@Final<RandomizedExperiment>({
  meaning: 'written_once',
  message: 'a causal probe never changes: only its outcome is added',
  properties: { except: ['actualOutcome'] },
})
@Final<RandomizedExperiment>({
  meaning: 'measured_once',
  message: 'the outcome of a causal probe is final',
  properties: ['actualOutcome'],
  since: ({ actualOutcome }) => actualOutcome !== null,
})
export class RandomizedExperiment {
  @Id() id!: string;

  /** The decision probed, at most once. Goes with it. */
  @BelongsTo(() => Decision, { onDelete: 'CASCADE', unique: true, inverse: (decision) => decision.probe })
  decision!: Relation<Decision>;
  decisionId!: string;

  /** The mode that would have been used. */
  @EnumColumn(OperationalMode) predictedMode!: OperationalMode;

  /** The mode drawn; may be the predicted one. */
  @EnumColumn(OperationalMode) actualMode!: OperationalMode;

  /** Expected value of the metric (a click rate of 0.042). */
  @Quantity() predictedOutcome!: number;

  /** Value that came. Null: not measured yet (24 hours to 7 days). */
  @Quantity({ nullable: true }) actualOutcome!: number | null;

  @CreatedAt() createdAt!: Date;
}
