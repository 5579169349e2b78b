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

/** Which of two ways works better? An A/B test, started by a person; kept for ever. Names may repeat. */
@Table('experiments')
@IndexFor('running experiments, asked at every decision', ['status'])
@Rule<Experiment>({
  meaning: 'ends_after_start',
  message: 'a planned experiment ends after it starts',
  properties: ['status', 'startDate', 'endDate'],
  // Of a plan only: once it runs, start and end are measured by the clocks of two services.
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
  message: 'a completed or cancelled experiment stays so: start a new one',
  properties: ['status'],
  since: ({ status }) => status === 'COMPLETED' || status === 'CANCELLED',
})
export class Experiment {
  @Id() id!: string;

  /** What it is called on the dashboard. */
  @Text({ max: 200 }) name!: string;

  /** What it is to find out. Null: the name says it. */
  @Text({ max: 2000, nullable: true }) description!: string | null;

  /** Configuration of arm A. */
  @JsonObject() variantA!: Record<string, unknown>;

  /** Configuration of arm B. */
  @JsonObject() variantB!: Record<string, unknown>;

  /** The metric to improve: ctr, conversion, sentiment, engagement_rate. */
  @Text({ max: 64, format: LOWER_SNAKE }) metric!: string;

  /** Share of decisions that go to arm A, 0..1. */
  @Score({ default: 0.5 }) trafficSplit!: number;

  /** DRAFT until a person starts it; then RUNNING, and COMPLETED or CANCELLED for good. */
  @EnumColumn(ExperimentStatus, { default: 'DRAFT' }) status!: ExperimentStatus;

  /** When it began to run. Null: it has not. */
  @Timestamp({ nullable: true }) startDate!: Date | null;

  /** When it stopped. Null: it has not. */
  @Timestamp({ nullable: true }) endDate!: Date | null;

  /** Means, intervals, p value, state of the allocation. Null: nothing measured. */
  @JsonObject({ nullable: true }) resultsJson!: Record<string, unknown> | null;

  /** The better arm. Null: undecided, or neither. */
  @Choice(VARIANTS, { nullable: true }) winner!: Variant | null;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Decision, (decision) => decision.experiment) decisions!: Relation<Decision>[];
}
