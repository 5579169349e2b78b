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
 * What did we decide about a post, and why? Written once by the decision engine and never changed: a second look is a second
 * row. Kept 90 days, archived with its post.
 */
@Table('decisions')
@IndexFor('decisions of a period, newest first; hourly activity; retention', ['createdAt'])
@IndexFor('decisions by mode', ['mode'])
@IndexFor('decisions by composite score', ['compositeScore'])
@IndexFor('decisions of one arm over all experiments', ['experimentVariant'])
@IndexFor('the weekly causal analysis of randomised decisions', ['isRandomizedExperiment'])
@IndexFor('an experiment’s decisions by arm', ['experimentId', 'experimentVariant'], {
  name: 'in_experiment',
  where: '"experiment_id" IS NOT NULL',
})
@Rules(DECISION_RULES)
@Finals(DECISION_FINALS)
export class Decision {
  @Id() id!: string;

  /** The post judged. Goes with it. */
  @BelongsTo(() => Post, { onDelete: 'CASCADE', inverse: (post) => post.decisions }) post!: Relation<Post>;
  postId!: string;

  /** Solution-Seeking Score: how much the author wants help, 0..1. From 0.82 the mode is HELPFUL. */
  @Score() sssScore!: number;

  /** Author Relationship Score: trust in the author, 0..1; 0.5 for the unknown, strong above 0.70. */
  @Score() arsScore!: number;

  /** Engagement Velocity Score: a ratio to the author's own baseline, 1 = usual, above 5 viral. Not a 0..1 score. */
  @Ratio() evsScore!: number;

  /** Topic Relevance Score, 0..1; below 0.5 the agent stays away. */
  @Score() trsScore!: number;

  /** The four scores weighted, velocity normalised first, 0..1. Computed by the engine, never here. */
  @Score() compositeScore!: number;

  /** The mode actually used, after randomisation. */
  @EnumColumn(OperationalMode) mode!: OperationalMode;

  /** Shape of the reply. Null: the mode is DISENGAGED, or the archetype was deleted. */
  @BelongsTo(() => Archetype, { onDelete: 'SET NULL', inverse: (archetype) => archetype.decisions })
  archetype!: Relation<Archetype> | null;
  archetypeId!: string | null;

  /** What the safety filter saw (DEATH_MENTION). OVERRIDE marks a firm stance that must not be deleted by itself. */
  @TextList({ max: 20, format: UPPER_SNAKE }) safetyFlags!: string[];

  /** Each signal's score, confidence and reasons. Null: not recorded. */
  @JsonObject({ nullable: true, of: () => SignalBreakdown }) signalsJson!: SignalBreakdown | null;

  /** Phase of the week, rules matched, time zone. Null: not recorded. */
  @JsonObject({ nullable: true, of: () => TemporalContext }) temporalContext!: TemporalContext | null;

  /** Name of the competitor the post speaks of. Null: none. */
  @Text({ max: 100, nullable: true }) competitorDetected!: string | null;

  /** The author's flag as it was at the time of decision. */
  @Flag({ default: false }) isPowerUser!: boolean;

  /** The experiment it took part in. Null: in none, or the experiment was deleted. */
  @BelongsTo(() => Experiment, { onDelete: 'SET NULL', inverse: (experiment) => experiment.decisions })
  experiment!: Relation<Experiment> | null;
  experimentId!: string | null;

  /** The experiment's arm, A or B. Null: in no experiment. */
  @Choice(VARIANTS, { nullable: true }) experimentVariant!: Variant | null;

  /** One decision in ten gets a random mode, to learn what causes what. */
  @Flag({ default: false }) isRandomizedExperiment!: boolean;

  /** The mode that would have been used. Null: not randomised. */
  @EnumColumn(OperationalMode, { nullable: true }) predictedMode!: OperationalMode | null;

  /** When it was decided. */
  @CreatedAt() createdAt!: Date;

  @HasMany(() => Reply, (reply) => reply.decision) replies!: Relation<Reply>[];
  @HasMany(() => Escalation, (escalation) => escalation.decision) escalations!: Relation<Escalation>[];
  @HasOne(() => RandomizedExperiment, (probe) => probe.decision) probe!: Relation<RandomizedExperiment> | null;
}
