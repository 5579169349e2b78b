import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Choice,
  CreatedAt,
  EnumColumn,
  Finals,
  Flag,
  HasMany,
  HasOne,
  Id,
  IndexFor,
  JsonObject,
  Ratio,
  Rules,
  Score,
  Table,
  Text,
  TextList,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { VARIANTS, type Variant } from '../../constants/lists.js';
import { OperationalMode } from '../enums.js';
import { Experiment } from '../experiments/experiment.entity.js';
import { RandomizedExperiment } from '../learning/randomized-experiment.entity.js';
import { Escalation } from '../oversight/escalation.entity.js';
import { Archetype } from '../reference/archetype.entity.js';
import { SignalBreakdown, TemporalContext } from '../json-shapes.js';
import { DECISION_FINALS, DECISION_RULES } from './decision-rules.js';
import { Post } from './post.entity.js';
import { Reply } from './reply.entity.js';

/**
 * One row per decision of the engine about a post: scores, mode and reasons. Written once and never changed; a new evaluation
 * is a new row. Kept for 90 days, then archived and deleted with its post.
 */
@Table('decisions')
@IndexFor('decisions of a period, newest first; hourly activity; retention', ['createdAt'])
@IndexFor('decisions by mode', ['mode'])
@IndexFor('decisions by composite score', ['compositeScore'])
@IndexFor('decisions of one variant over all experiments', ['experimentVariant'])
@IndexFor('the weekly causal analysis of randomised decisions', ['isRandomizedExperiment'])
@IndexFor('decisions of an experiment by variant', ['experimentId', 'experimentVariant'], {
  name: 'in_experiment',
  where: '"experiment_id" IS NOT NULL',
})
@Rules(DECISION_RULES)
@Finals(DECISION_FINALS)
export class Decision {
  @Id() id!: string;

  /** Post that was evaluated. Deleting the post deletes the decision. */
  @BelongsTo(() => Post, { onDelete: 'CASCADE', inverse: (post) => post.decisions }) post!: Relation<Post>;
  postId!: string;

  /** Solution-Seeking Score: how much the author wants help, 0..1. From 0.82 the mode is HELPFUL. */
  @Score() sssScore!: number;

  /** Author Relationship Score: trust in the author, 0..1. 0.5 for an unknown author, strong above 0.70. */
  @Score() arsScore!: number;

  /**
   * Engagement Velocity Score: engagement per hour divided by the author's usual value, 0 or more. 1 is usual, above 5 is
   * viral; not limited to 1.
   */
  @Ratio() evsScore!: number;

  /** Topic Relevance Score, 0..1. Below 0.5 the agent does not reply. */
  @Score() trsScore!: number;

  /**
   * Weighted sum of the four scores with the velocity normalised first, 0..1. Computed by the decision engine, not by the
   * database.
   */
  @Score() compositeScore!: number;

  /** Mode that was used, after randomisation: HELPFUL, ENGAGEMENT, HYBRID or DISENGAGED. */
  @EnumColumn(OperationalMode) mode!: OperationalMode;

  /** Archetype chosen for the reply. Null: the mode is DISENGAGED, none was chosen, or the archetype was deleted. */
  @BelongsTo(() => Archetype, { onDelete: 'SET NULL', inverse: (archetype) => archetype.decisions })
  archetype!: Relation<Archetype> | null;
  archetypeId!: string | null;

  /**
   * Findings of the safety filter in upper snake case (DEATH_MENTION), at most 20. OVERRIDE marks a deliberate firm reply
   * that must not be deleted automatically. Empty list: none.
   */
  @TextList({ max: 20, format: UPPER_SNAKE }) safetyFlags!: string[];

  /** Score, confidence and reasons of each signal. Null: not recorded. */
  @JsonObject({ nullable: true, of: () => SignalBreakdown }) signalsJson!: SignalBreakdown | null;

  /** Phase of the week, matched rules and time zone at the decision. Null: not recorded. */
  @JsonObject({ nullable: true, of: () => TemporalContext }) temporalContext!: TemporalContext | null;

  /** Name of the competitor that the post mentions, at most 100 characters. Null: none. */
  @Text({ max: 100, nullable: true }) competitorDetected!: string | null;

  /** Copy of `authors.is_power_user` at the time of the decision. */
  @Flag({ default: false }) isPowerUser!: boolean;

  /** A/B test that the decision is part of. Null: none, or the experiment was deleted. */
  @BelongsTo(() => Experiment, { onDelete: 'SET NULL', inverse: (experiment) => experiment.decisions })
  experiment!: Relation<Experiment> | null;
  experimentId!: string | null;

  /** Variant of the A/B test, A or B; kept when the experiment is deleted. Null: the decision was not part of an experiment. */
  @Choice(VARIANTS, { nullable: true }) experimentVariant!: Variant | null;

  /**
   * True when the mode was drawn at random, which happens to 10 % of decisions so that the effect of the mode can be
   * measured.
   */
  @Flag({ default: false }) isRandomizedExperiment!: boolean;

  /**
   * Mode that the engine would have used without randomisation. Null: not recorded, which is only allowed when the decision
   * was not randomised.
   */
  @EnumColumn(OperationalMode, { nullable: true }) predictedMode!: OperationalMode | null;

  /** When the decision was made. */
  @CreatedAt() createdAt!: Date;

  @HasMany(() => Reply, (reply) => reply.decision) replies!: Relation<Reply>[];
  @HasMany(() => Escalation, (escalation) => escalation.decision) escalations!: Relation<Escalation>[];
  @HasOne(() => RandomizedExperiment, (probe) => probe.decision) probe!: Relation<RandomizedExperiment> | null;
}
