import { LEARNING } from '../constants/figures.js';
import type { AdjustmentType } from '../constants/lists.js';
import type { OperationalMode } from '../entities/enums.js';
import { LearningEvent, RandomizedExperiment } from '../entities/index.js';
import { EntityNotFound } from '../errors/database-error.js';
import { validateEntity } from '../validation/index.js';
import { toNewRow } from './new-row.js';
import { assertLimit, type Page, type PageOptions, readPage } from './pages.js';
import { StateConflict } from './state-conflict.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** An adjustment that the agent made. */
export interface NewLearningEvent {
  adjustmentType: AdjustmentType;
  adjustment: Record<string, unknown>;
  /** Relative: 0.15 means 15 % better. */
  predictedImprovement: number;
  /** Value of the metric before, in its own unit. */
  baselinePerformance: number;
}

export interface DueLearningEvent extends Readonly<NewLearningEvent> {
  readonly id: string;
  readonly date: Date;
}

export interface LearningResult {
  /** Relative; negative when the metric got worse. */
  readonly actualImprovement: number;
  /** 1 - |actual - predicted|, at most 1. */
  readonly accuracy: number;
}

/** A decision whose mode was drawn at random. */
export interface NewProbe {
  decisionId: string;
  predictedMode: OperationalMode;
  actualMode: OperationalMode;
  /** Expected value of the metric in its own unit. */
  predictedOutcome: number;
}

export interface MeasuredProbe extends Readonly<NewProbe> {
  readonly id: string;
  readonly actualOutcome: number;
  readonly createdAt: Date;
}

/** Adjustments of the agent, with their predicted and their measured effect. */
@RepositoryFor(LearningEvent)
export class LearningEventRepository extends TableRepository<LearningEvent> {
  /** Stores an adjustment, dated by the clock of the server. @throws EntityValidationError */
  async record(event: NewLearningEvent): Promise<{ readonly id: string; readonly date: Date }> {
    const { columns, placeholders, values } = toNewRow(this.metadata, event);
    return this.sendForOne(
      'record',
      `INSERT INTO learning_events (${columns}) VALUES (${placeholders}) RETURNING id, date`,
      values,
    );
  }

  /**
   * Lists the adjustments that are due for measurement, oldest first. Uses ix_learning_events__date.
   *
   * @param options `days` since the adjustment: default `LEARNING.measuredAfterDays`; `limit`: 1..100, default 100
   */
  async listDue({ days = LEARNING.measuredAfterDays, limit = 100 }: { days?: number; limit?: number } = {}): Promise<
    DueLearningEvent[]
  > {
    assertLimit(limit);
    return this.send<DueLearningEvent>(
      'listDue',
      `SELECT id, date, adjustment_type AS "adjustmentType", adjustment, predicted_improvement AS "predictedImprovement",
         baseline_performance AS "baselinePerformance"
       FROM learning_events WHERE evaluated_at IS NULL AND date <= now() - make_interval(days => $1::int) ORDER BY date, id LIMIT $2`,
      [days, limit],
    );
  }

  /**
   * Adds the measured effect, once; the database computes the accuracy. Of two parallel callers exactly one succeeds.
   *
   * @param actualImprovement relative; negative when the metric got worse
   * @throws StateConflict when it was measured before; EntityNotFound, EntityValidationError
   */
  async evaluate(id: string, actualImprovement: number): Promise<LearningResult> {
    const measured = { actualImprovement, accuracy: 1, evaluatedAt: new Date() };
    validateEntity(LearningEvent, measured, { write: 'update' });
    const [result] = await this.send<LearningResult>(
      'evaluate',
      `UPDATE learning_events SET actual_improvement = $2::float8, accuracy = 1 - abs($2::float8 - predicted_improvement), evaluated_at = now()
       WHERE id = $1 AND evaluated_at IS NULL RETURNING actual_improvement AS "actualImprovement", accuracy`,
      [id, actualImprovement],
    );
    if (result !== undefined) return result;
    const [found] = await this.send<{ at: Date }>(
      'readState',
      `SELECT evaluated_at AS at FROM learning_events WHERE id = $1`,
      [id],
    );
    if (found === undefined) throw new EntityNotFound('LearningEvent');
    throw new StateConflict('The learning event cannot be evaluated', { status: 'EVALUATED', at: found.at });
  }
}

/** Decisions with a random mode, and what came of them. */
@RepositoryFor(RandomizedExperiment)
export class RandomizedExperimentRepository extends TableRepository<RandomizedExperiment> {
  /** Stores a probe. @throws EntityValidationError; UniqueViolation when the decision has one; ForeignKeyViolation */
  async record(probe: NewProbe): Promise<{ readonly id: string }> {
    const { columns, placeholders, values } = toNewRow(this.metadata, probe);
    return this.sendForOne(
      'record',
      `INSERT INTO randomized_experiments (${columns}) VALUES (${placeholders}) RETURNING id`,
      values,
    );
  }

  /**
   * Adds the measured outcome to the probe of a decision, once; repeating the call with the same value changes nothing. Uses
   * uq_randomized_experiments__decision_id.
   *
   * @param actualOutcome value of the metric in its own unit
   * @throws StateConflict when another value was recorded; EntityNotFound, EntityValidationError
   */
  async recordOutcome(decisionId: string, actualOutcome: number): Promise<'recorded' | 'unchanged'> {
    validateEntity(RandomizedExperiment, { actualOutcome }, { write: 'update' });
    const rows = await this.send<{ id: string }>(
      'recordOutcome',
      `UPDATE randomized_experiments SET actual_outcome = $2::float8 WHERE decision_id = $1 AND actual_outcome IS NULL RETURNING id`,
      [decisionId, actualOutcome],
    );
    if (rows.length > 0) return 'recorded';
    const [found] = await this.send<{ outcome: number }>(
      'readState',
      `SELECT actual_outcome AS outcome FROM randomized_experiments WHERE decision_id = $1`,
      [decisionId],
    );
    if (found === undefined) throw new EntityNotFound('RandomizedExperiment');
    if (found.outcome === actualOutcome) return 'unchanged';
    throw new StateConflict('The outcome of the randomized experiment cannot change', { status: 'MEASURED' });
  }

  /**
   * Lists the measured probes of the last days, oldest first. Uses ix_randomized_experiments__created_at.
   *
   * @param options `days`: default 90
   */
  async listOutcomes({ days = 90, ...options }: PageOptions & { days?: number } = {}): Promise<Page<MeasuredProbe>> {
    return readPage<MeasuredProbe>(
      (...statement) => this.send(...statement),
      {
        method: 'listOutcomes',
        select: `SELECT id, decision_id AS "decisionId", predicted_mode AS "predictedMode", actual_mode AS "actualMode",
          predicted_outcome AS "predictedOutcome", actual_outcome AS "actualOutcome", created_at AS "createdAt"
          FROM randomized_experiments`,
        where: ['created_at >= now() - make_interval(days => $1::int)', 'actual_outcome IS NOT NULL'],
        parameters: [days],
        order: [
          { sql: 'created_at', key: 'createdAt', type: 'timestamptz' },
          { sql: 'id', key: 'id', type: 'uuid' },
        ],
      },
      options,
    );
  }
}
