import { AuditLog } from '../entities/index.js';
import { validateEntity } from '../validation/index.js';

/** The parts of an audit row that a statement writes together with a change. All of them are SQL, never values from outside. */
export interface AuditedChange {
  /** Name of the CTE that returns the changed rows; its column `id` becomes `entity_id`. The audit rows are as many. */
  readonly source: string;
  /** Kind of the row in lower snake case: `reply`. */
  readonly entityType: string;
  /** What was done, in lower snake case: `approve`. */
  readonly action: string;
  /** Placeholder of the actor: `$2`. */
  readonly actor: string;
  /** SQL of a jsonb object over the row `changed` of `source`. Default: an empty object. No handles and no text of posts or replies. */
  readonly details?: string;
  /** Name of the CTE. Default `audited`. */
  readonly name?: string;
}

/**
 * Returns a common table expression that writes the audit row of a change in the statement of the change, so that neither exists without
 * the other.
 *
 *     WITH approved AS (UPDATE replies SET … WHERE id = $1 AND approval_status = 'PENDING' RETURNING id),
 *     ${writeAudit({ source: 'approved', entityType: 'reply', action: 'approve', actor: '$2' })}
 *     SELECT id FROM approved
 *
 * Validate the actor with `assertActor` first.
 *
 * @throws TypeError when a part that becomes a literal or a name is not in lower snake case
 */
export function writeAudit({
  source,
  entityType,
  action,
  actor,
  details = `'{}'::jsonb`,
  name = 'audited',
}: AuditedChange): string {
  for (const word of [source, entityType, action, name]) {
    if (!/^[a-z][a-z_]*$/.test(word)) throw new TypeError(`"${word}" is not in lower snake case.`);
  }
  return `${name} AS (
    INSERT INTO audit_logs (entity_type, entity_id, action, actor, details_json)
    SELECT '${entityType}', changed.id::text, '${action}', ${actor}::text, ${details} FROM ${source} AS changed)`;
}

/** @throws EntityValidationError unless the actor is a text of 1..100 characters */
export function assertActor(actor: string): void {
  validateEntity(AuditLog, { entityType: 'row', entityId: 'id', action: 'update', actor }, { write: 'insert' });
}
