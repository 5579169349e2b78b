import { ESCALATION_SLA_HOURS, SYSTEM_ACTOR } from '../constants/figures.js';
import { EscalationPriority, type EscalationStatus } from '../entities/enums.js';
import { Escalation } from '../entities/index.js';
import { EntityNotFound } from '../errors/database-error.js';
import { inTransaction } from '../connection/transaction.js';
import { assertValid, EscalationInput, validateEntity } from '../validation/index.js';
import { assertActor, writeAudit } from './audit-trail.js';
import type { Plain } from './plain.js';
import { type Page, type PageOptions, readPage } from './pages.js';
import { EscalationAlreadyAssigned, EscalationAlreadyClosed } from './state-conflict.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** One escalation in a list. */
export interface EscalationSummary {
  readonly id: string;
  /** Null, as are the other targets: it is not about one, or that was deleted. */
  readonly postId: string | null;
  readonly decisionId: string | null;
  readonly replyId: string | null;
  readonly reasonId: string | null;
  readonly reason: string | null;
  readonly priority: EscalationPriority;
  readonly status: EscalationStatus;
  readonly assignedTo: string | null;
  readonly createdAt: Date;
}

export interface OpenedEscalation {
  /** False: an open one with the same targets and reason existed. */
  readonly opened: boolean;
  /** The new one, or the open one found. */
  readonly escalation: EscalationSummary;
}

export interface OpenCounts {
  /** PENDING or IN_REVIEW. */
  readonly open: number;
  /** Open and not assigned. */
  readonly unassigned: number;
  /** Open for longer than `ESCALATION_SLA_HOURS`. */
  readonly overdue: number;
}

/** The condition of the index ix_escalations__priority_created_at__open. */
const IS_OPEN = `e.status IN ('PENDING', 'IN_REVIEW')`;

const SUMMARY = `e.id, e.post_id AS "postId", e.decision_id AS "decisionId", e.reply_id AS "replyId", e.reason_id AS "reasonId",
  n.name AS reason, e.priority, e.status, e.assigned_to AS "assignedTo", e.created_at AS "createdAt"`;

const LIST = `SELECT ${SUMMARY} FROM escalations e LEFT JOIN escalation_reasons n ON n.id = e.reason_id`;

/** Not IS NOT DISTINCT FROM, which uses no index: the planner knows the values and drops the half that does not apply. */
const isSame = (column: string, value: string): string =>
  `(e.${column} = ${value}::uuid OR ${value}::uuid IS NULL AND e.${column} IS NULL)`;

const FIND_OPEN = `${LIST} WHERE ${IS_OPEN} AND ${isSame('post_id', '$1')} AND ${isSame('decision_id', '$2')}
  AND ${isSame('reply_id', '$3')} AND ${isSame('reason_id', '$4')} ORDER BY e.created_at, e.id LIMIT 1`;

/** Cases for review by a person. Each change is one conditional UPDATE with its audit row: of two parallel callers exactly one succeeds. */
@RepositoryFor(Escalation)
export class EscalationRepository extends TableRepository<Escalation> {
  /**
   * Opens an escalation unless an open one with the same targets and reason exists. A storm of parallel calls opens one: the calls with the
   * same targets and reason wait for each other under an advisory lock. Not promised inside a REPEATABLE READ or SERIALIZABLE transaction,
   * which does not see what others have opened since it began.
   *
   * One round trip when an open one exists; otherwise a short transaction, or the caller's, which then holds the lock until it ends.
   *
   * @param input absent `priority`: the severity of the reason, else MEDIUM
   * @param actor default `SYSTEM_ACTOR`
   * @throws InputValidationError; ForeignKeyViolation for an unknown target or reason
   */
  async openOnce(input: Plain<EscalationInput>, actor: string = SYSTEM_ACTOR): Promise<OpenedEscalation> {
    const { postId, decisionId, replyId, reasonId, priority, assignedTo } = assertValid(EscalationInput, input);
    assertActor(actor);
    const target = [postId ?? null, decisionId ?? null, replyId ?? null, reasonId ?? null];
    const [found] = await this.send<EscalationSummary>('findOpen', FIND_OPEN, target);
    if (found !== undefined) return { opened: false, escalation: found };
    return inTransaction(this.manager, async (manager) => {
      const escalations = EscalationRepository.of(manager);
      // A statement of its own: the next one then sees what the holders before have committed.
      await escalations.send(
        'lockTarget',
        `SELECT pg_advisory_xact_lock(hashtextextended('escalations ' || $1::text, 0))`,
        [target.join(' ')],
      );
      const [existing] = await escalations.send<EscalationSummary>('findOpen', FIND_OPEN, target);
      if (existing !== undefined) return { opened: false, escalation: existing };
      return { opened: true, escalation: await escalations.#open(target, priority, assignedTo, actor) };
    });
  }

  async #open(
    target: readonly unknown[],
    priority: EscalationPriority | undefined,
    assignedTo: string | null | undefined,
    actor: string,
  ): Promise<EscalationSummary> {
    const details = `jsonb_build_object('priority', changed.priority)`;
    return this.sendForOne<EscalationSummary>(
      'open',
      `WITH opened AS (
         INSERT INTO escalations (post_id, decision_id, reply_id, reason_id, priority, assigned_to)
         VALUES ($1, $2, $3, $4, coalesce($5::escalation_priority, (SELECT severity FROM escalation_reasons WHERE id = $4), 'MEDIUM'),
           $6::text)
         RETURNING *
       ), ${writeAudit({ source: 'opened', entityType: 'escalation', action: 'open', actor: '$7', details })}
       SELECT ${SUMMARY} FROM opened e LEFT JOIN escalation_reasons n ON n.id = e.reason_id`,
      [...target, priority ?? null, assignedTo ?? null, actor],
    );
  }

  /**
   * Assigns an open escalation, which is then IN_REVIEW. Of two operators who take the same one, exactly one gets it.
   *
   * @param options `actor`: who assigns it, default the operator; `from`: who has it now, default null, nobody. Repeating the call for the
   *   operator who has it changes nothing.
   * @throws EscalationAlreadyAssigned, EscalationAlreadyClosed, EntityNotFound, EntityValidationError
   */
  async assign(
    id: string,
    operator: string,
    { actor = operator, from = null }: { actor?: string; from?: string | null } = {},
  ): Promise<void> {
    assertActor(actor);
    validateEntity(Escalation, { assignedTo: operator }, { write: 'update' });
    const details = `jsonb_build_object('from', $4::text, 'to', $3::text)`;
    const rows = await this.send<{ id: string }>(
      'assign',
      `WITH assigned AS (
         UPDATE escalations e SET assigned_to = $3::text, status = 'IN_REVIEW'
         WHERE id = $1 AND ${IS_OPEN} AND assigned_to IS NOT DISTINCT FROM $4::text RETURNING id
       ), ${writeAudit({ source: 'assigned', entityType: 'escalation', action: 'assign', actor: '$2', details })}
       SELECT id FROM assigned`,
      [id, actor, operator, from],
    );
    if (rows.length > 0) return;
    const state = await this.#readState(id, 'The escalation cannot be assigned');
    if (state.assignedTo === operator && state.status === 'IN_REVIEW') return;
    throw new EscalationAlreadyAssigned('The escalation cannot be assigned', {
      status: state.status,
      by: state.assignedTo,
    });
  }

  /**
   * Closes an open escalation as RESOLVED.
   *
   * @param notes what was found and done, at most 5,000 characters; stored in the escalation, not in the audit log
   * @throws EscalationAlreadyClosed, EntityNotFound, EntityValidationError
   */
  async resolve(id: string, actor: string, notes: string | null = null): Promise<void> {
    await this.#close('resolve', 'RESOLVED', id, actor, notes);
  }

  /** Closes an open escalation as DISMISSED: nothing had to be done. As `resolve` otherwise. */
  async dismiss(id: string, actor: string, notes: string | null = null): Promise<void> {
    await this.#close('dismiss', 'DISMISSED', id, actor, notes);
  }

  async #close(
    action: 'dismiss' | 'resolve',
    status: 'DISMISSED' | 'RESOLVED',
    id: string,
    actor: string,
    notes: string | null,
  ): Promise<void> {
    assertActor(actor);
    validateEntity(Escalation, { resolutionNotes: notes }, { write: 'update' });
    const rows = await this.send<{ id: string }>(
      action,
      `WITH closed AS (
         UPDATE escalations e SET status = $3, resolved_by = $2::text, resolved_at = now(), resolution_notes = $4::text
         WHERE id = $1 AND ${IS_OPEN} RETURNING id
       ), ${writeAudit({ source: 'closed', entityType: 'escalation', action, actor: '$2' })}
       SELECT id FROM closed`,
      [id, actor, status, notes],
    );
    if (rows.length === 0) await this.#readState(id, 'The escalation cannot be closed');
  }

  /** Reads what explains why a write did nothing. @throws EscalationAlreadyClosed, EntityNotFound */
  async #readState(
    id: string,
    what: string,
  ): Promise<{ readonly status: EscalationStatus; readonly assignedTo: string | null }> {
    const [state] = await this.send<{
      status: EscalationStatus;
      assignedTo: string | null;
      by: string | null;
      at: Date | null;
    }>(
      'readState',
      `SELECT status, assigned_to AS "assignedTo", resolved_by AS by, resolved_at AS at FROM escalations WHERE id = $1`,
      [id],
    );
    if (state === undefined) throw new EntityNotFound('Escalation');
    if (state.at !== null) throw new EscalationAlreadyClosed(what, state);
    return state;
  }

  /** Lists open escalations, CRITICAL first, then the oldest first. Uses ix_escalations__priority_created_at__open. */
  async listOpen(options?: PageOptions): Promise<Page<EscalationSummary>> {
    return readPage<EscalationSummary>(
      (...statement) => this.send(...statement),
      {
        method: 'listOpen',
        select: LIST,
        where: [IS_OPEN],
        parameters: [],
        order: [
          {
            sql: 'e.priority',
            key: 'priority',
            type: 'text',
            enum: { name: 'escalation_priority', values: Object.values(EscalationPriority) },
            descending: true,
          },
          { sql: 'e.created_at', key: 'createdAt', type: 'timestamptz' },
          { sql: 'e.id', key: 'id', type: 'uuid' },
        ],
      },
      options,
    );
  }

  /**
   * Lists escalations that have been open for longer than some hours, the oldest first. Uses ix_escalations__priority_created_at__open.
   *
   * @param options `hours`: default `ESCALATION_SLA_HOURS`
   */
  async listOverdue({ hours = ESCALATION_SLA_HOURS, ...options }: PageOptions & { hours?: number } = {}): Promise<
    Page<EscalationSummary>
  > {
    return readPage<EscalationSummary>(
      (...statement) => this.send(...statement),
      {
        method: 'listOverdue',
        // Materialized, because the planner takes open ones for frequent and would read all closed ones by their age.
        select: `WITH open AS MATERIALIZED (SELECT * FROM escalations e WHERE ${IS_OPEN})
          SELECT ${SUMMARY} FROM open e LEFT JOIN escalation_reasons n ON n.id = e.reason_id`,
        where: [`e.created_at < now() - $1::float8 * interval '1 hour'`],
        parameters: [hours],
        order: [
          { sql: 'e.created_at', key: 'createdAt', type: 'timestamptz' },
          { sql: 'e.id', key: 'id', type: 'uuid' },
        ],
      },
      options,
    );
  }

  /** Counts the open escalations. Uses ix_escalations__priority_created_at__open. */
  async countOpen(): Promise<OpenCounts> {
    return this.sendForOne<OpenCounts>(
      'countOpen',
      `SELECT count(*)::int AS open, count(*) FILTER (WHERE e.assigned_to IS NULL)::int AS unassigned,
         count(*) FILTER (WHERE e.created_at < now() - interval '${ESCALATION_SLA_HOURS} hours')::int AS overdue
       FROM escalations e WHERE ${IS_OPEN}`,
    );
  }
}
