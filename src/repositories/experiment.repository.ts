import { createHash } from 'node:crypto';
import type { Variant } from '../constants/lists.js';
import type { ExperimentStatus } from '../entities/enums.js';
import { Experiment } from '../entities/index.js';
import { EntityNotFound } from '../errors/database-error.js';
import { assertValid, ExperimentInput, validateEntity } from '../validation/index.js';
import { assertActor, writeAudit } from './audit-trail.js';
import type { Plain } from './plain.js';
import { toNewRow } from './new-row.js';
import { type Page, type PageOptions, readPage } from './pages.js';
import { StateConflict } from './state-conflict.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** A running A/B test, as decisions need it. */
export interface RunningExperiment {
  readonly id: string;
  readonly name: string;
  readonly metric: string;
  readonly variantA: Record<string, unknown>;
  readonly variantB: Record<string, unknown>;
  /** Share of variant A, 0..1. */
  readonly trafficSplit: number;
  readonly startDate: Date;
  /** Planned end. */
  readonly endDate: Date | null;
}

/** One A/B test in a list. */
export interface ExperimentSummary {
  readonly id: string;
  readonly name: string;
  readonly metric: string;
  readonly status: ExperimentStatus;
  readonly trafficSplit: number;
  readonly startDate: Date | null;
  readonly endDate: Date | null;
  readonly winner: Variant | null;
  readonly createdAt: Date;
}

/**
 * Returns the variant of a subject. The same subject always gets the same variant of an experiment, on every machine, and different
 * experiments divide the subjects independently of each other. The share of variant A is `trafficSplit`.
 *
 * @param subjectId what the variants are compared over: the id of the author, or of the post
 * @example const variant = assignVariant(experiment, post.authorId);
 */
export function assignVariant(
  { id, trafficSplit }: Pick<RunningExperiment, 'id' | 'trafficSplit'>,
  subjectId: string,
): Variant {
  const hash = createHash('sha256').update(`${id}:${subjectId}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48 < trafficSplit ? 'A' : 'B';
}

/**
 * A/B tests: DRAFT, then RUNNING, then COMPLETED, or CANCELLED before that. Each change is one conditional UPDATE with its audit row: of
 * two parallel callers exactly one succeeds. `DecisionRepository.countVariants` counts the decisions of each variant.
 */
@RepositoryFor(Experiment)
export class ExperimentRepository extends TableRepository<Experiment> {
  /** Stores a DRAFT, with its audit row. @throws InputValidationError, EntityValidationError */
  async draft(experiment: Plain<ExperimentInput>, actor: string): Promise<{ readonly id: string }> {
    assertActor(actor);
    const row = Object.fromEntries(Object.entries(assertValid(ExperimentInput, experiment)));
    const { columns, placeholders, values } = toNewRow(this.metadata, row, 2);
    return this.sendForOne(
      'draft',
      `WITH drafted AS (INSERT INTO experiments (${columns}) VALUES (${placeholders}) RETURNING id),
       ${writeAudit({ source: 'drafted', entityType: 'experiment', action: 'create', actor: '$1' })}
       SELECT id FROM drafted`,
      [actor, ...values],
    );
  }

  /** Starts a DRAFT now. A planned end stays. @throws StateConflict, EntityNotFound, EntityValidationError */
  async start(id: string, actor: string): Promise<void> {
    await this.#change('start', id, actor, {
      set: `status = 'RUNNING', start_date = now()`,
      from: `'DRAFT'`,
    });
  }

  /**
   * Ends a RUNNING test now.
   *
   * @param outcome `winner`: null when neither variant is better; `results`: means, intervals, p value
   * @throws StateConflict, EntityNotFound, EntityValidationError
   */
  async complete(
    id: string,
    actor: string,
    { winner = null, results = null }: { winner?: Variant | null; results?: Record<string, unknown> | null } = {},
  ): Promise<void> {
    validateEntity(Experiment, { winner, resultsJson: results }, { write: 'update' });
    await this.#change('complete', id, actor, {
      set: `status = 'COMPLETED', end_date = now(), winner = $3::text, results_json = coalesce($4::jsonb, results_json)`,
      from: `'RUNNING'`,
      details: `jsonb_build_object('winner', $3::text)`,
      parameters: [winner, results === null ? null : JSON.stringify(results)],
    });
  }

  /** Cancels a DRAFT or a RUNNING test. @throws StateConflict, EntityNotFound, EntityValidationError */
  async cancel(id: string, actor: string): Promise<void> {
    await this.#change('cancel', id, actor, {
      set: `status = 'CANCELLED', end_date = CASE WHEN status = 'RUNNING' THEN now() ELSE end_date END`,
      from: `'DRAFT', 'RUNNING'`,
    });
  }

  async #change(
    action: 'cancel' | 'complete' | 'start',
    id: string,
    actor: string,
    change: { set: string; from: string; details?: string; parameters?: readonly unknown[] },
  ): Promise<void> {
    assertActor(actor);
    const { set, from, details = `'{}'::jsonb`, parameters = [] } = change;
    const rows = await this.send<{ id: string }>(
      action,
      `WITH moved AS (
         UPDATE experiments SET ${set}, updated_at = now() WHERE id = $1 AND status IN (${from}) RETURNING id
       ), ${writeAudit({ source: 'moved', entityType: 'experiment', action, actor: '$2', details })}
       SELECT id FROM moved`,
      [id, actor, ...parameters],
    );
    if (rows.length > 0) return;
    const [state] = await this.send<{ status: ExperimentStatus; at: Date | null }>(
      'readState',
      `SELECT status, CASE WHEN status = 'RUNNING' THEN start_date WHEN status = 'COMPLETED' THEN end_date END AS at
       FROM experiments WHERE id = $1`,
      [id],
    );
    if (state === undefined) throw new EntityNotFound('Experiment');
    throw new StateConflict(`The experiment does not allow ${action}()`, state);
  }

  /** Lists the running tests, the one started first first, at most 100. Uses ix_experiments__status. */
  async listRunning(): Promise<RunningExperiment[]> {
    return this.send<RunningExperiment>(
      'listRunning',
      `SELECT id, name, metric, variant_a AS "variantA", variant_b AS "variantB", traffic_split AS "trafficSplit",
         start_date AS "startDate", end_date AS "endDate"
       FROM experiments WHERE status = 'RUNNING' ORDER BY start_date, id LIMIT 100`,
    );
  }

  /** Lists all tests, newest first. */
  async listPage(options?: PageOptions): Promise<Page<ExperimentSummary>> {
    return readPage<ExperimentSummary>(
      (...statement) => this.send(...statement),
      {
        method: 'listPage',
        select: `SELECT id, name, metric, status, traffic_split AS "trafficSplit", start_date AS "startDate", end_date AS "endDate", winner,
          created_at AS "createdAt" FROM experiments`,
        where: [],
        parameters: [],
        order: [
          { sql: 'created_at', key: 'createdAt', type: 'timestamptz', descending: true },
          { sql: 'id', key: 'id', type: 'uuid', descending: true },
        ],
      },
      options,
    );
  }
}
