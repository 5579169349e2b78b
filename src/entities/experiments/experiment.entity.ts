import type { Relation } from 'typeorm';
import {
  Choice,
  CreatedAt,
  EnumColumn,
  Final,
  HasMany,
  Id,
  IndexFor,
  JsonObject,
  LOWER_SNAKE,
  Timestamp,
  Rule,
  Score,
  Table,
  Text,
  UpdatedAt,
} from '../../columns/index.js';
import { VARIANTS, type Variant } from '../../constants/lists.js';
import { Decision } from '../core/decision.entity.js';
import { ExperimentStatus } from '../enums.js';

/** One row per A/B test. Written as a DRAFT, then started by a person. Kept for ever. */
@Table('experiments')
@IndexFor('running experiments, asked at every decision', ['status'])
@Rule<Experiment>({
  meaning: 'ends_after_start',
  message: 'a planned experiment ends after it starts',
  properties: ['status', 'startDate', 'endDate'],
  // Only for a DRAFT: later, the clocks of two services set start and end.
  isValid: ({ status, startDate, endDate }) =>
    status !== 'DRAFT' || startDate === null || endDate === null || endDate > startDate,
  sql: `"status" <> 'DRAFT' OR "start_date" IS NULL OR "end_date" IS NULL OR "end_date" > "start_date"`,
})
@Rule<Experiment>({
  meaning: 'winner_of_completed',
  message: 'only a completed experiment has a winner',
  properties: ['winner', 'status'],
  isValid: ({ winner, status }) => winner === null || status === 'COMPLETED',
  sql: `"winner" IS NULL OR "status" = 'COMPLETED'`,
})
@Rule<Experiment>({
  meaning: 'dates_of_status',
  message: 'a running experiment has a start, a completed one a start and an end',
  properties: ['status', 'startDate', 'endDate'],
  isValid: ({ status, startDate, endDate }) =>
    (status !== 'RUNNING' && status !== 'COMPLETED') ||
    (startDate !== null && (status === 'RUNNING' || endDate !== null)),
  sql: `"status" NOT IN ('RUNNING', 'COMPLETED') OR ("start_date" IS NOT NULL AND ("status" = 'RUNNING' OR "end_date" IS NOT NULL))`,
})
@Final<Experiment>({
  meaning: 'end_final',
  message: 'the status of a completed or cancelled experiment is final: create a new experiment instead',
  properties: ['status'],
  since: ({ status }) => status === 'COMPLETED' || status === 'CANCELLED',
})
export class Experiment {
  @Id() id!: string;

  /** Name on the dashboard, 1..200 characters; not unique. */
  @Text({ max: 200 }) name!: string;

  /** Question that the test answers, at most 2,000 characters. Null: none. */
  @Text({ max: 2000, nullable: true }) description!: string | null;

  /** Configuration of variant A. */
  @JsonObject() variantA!: Record<string, unknown>;

  /** Configuration of variant B. */
  @JsonObject() variantB!: Record<string, unknown>;

  /** Metric to improve, in lower snake case: ctr, conversion, sentiment, engagement_rate. */
  @Text({ max: 64, format: LOWER_SNAKE }) metric!: string;

  /** Share of decisions that get variant A, 0..1. */
  @Score({ default: 0.5 }) trafficSplit!: number;

  /** DRAFT until a person starts the test, then RUNNING, then COMPLETED or CANCELLED, which are final. */
  @EnumColumn(ExperimentStatus, { default: 'DRAFT' }) status!: ExperimentStatus;

  /** When the test starts, or planned start of a DRAFT. Null: not set; RUNNING and COMPLETED tests always have one. */
  @Timestamp({ nullable: true }) startDate!: Date | null;

  /** When the test ended, or its planned end. Null: not set; COMPLETED tests always have one. */
  @Timestamp({ nullable: true }) endDate!: Date | null;

  /** Means, intervals, p value and state of the allocation. Null: nothing measured yet. */
  @JsonObject({ nullable: true }) resultsJson!: Record<string, unknown> | null;

  /** Better variant, A or B. Null: not decided yet, or neither is better. */
  @Choice(VARIANTS, { nullable: true }) winner!: Variant | null;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Decision, (decision) => decision.experiment) decisions!: Relation<Decision>[];
}
