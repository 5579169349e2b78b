import { BOOKKEEPING } from './bookkeeping.js';
import type { Difference } from './diff.js';
import type { Snapshot } from './snapshot.js';

/** An object that migrations make and entities cannot. */
export interface MigrationOnly {
  /** Key in a snapshot. What belongs to it goes with it. */
  readonly object: string;
  readonly reason: string;
}

const APPEND_ONLY = 'TypeORM cannot express it: an audit log that can be changed proves nothing.';

const FINAL = 'TypeORM cannot express it: what is final does not change, whatever path the write takes.';

/** The triggers that refuse to change what is final: table and meaning. */
const FINAL_TRIGGERS: readonly (readonly [table: string, ...meanings: string[]])[] = [
  ['posts', 'stays_processed'],
  ['experiments', 'end_final'],
  ['decisions', 'written_once'],
  ['replies', 'approval_final', 'content_final', 'posting_final', 'deletion_final'],
  ['competitive_mentions', 'written_once'],
  ['weight_adjustment_logs', 'written_once'],
  ['learning_events', 'written_once', 'measured_once'],
  ['randomized_experiments', 'written_once', 'measured_once'],
  ['kpi_metrics', 'created_once'],
  ['escalations', 'closing_final'],
];

/** Where a migrated database may differ from one synchronised from the entities, and why. Nowhere else. */
export const MIGRATION_ONLY: readonly MigrationOnly[] = [
  ...BOOKKEEPING.map(({ name, purpose }) => ({
    object: `table ${name}`,
    reason: `${purpose}; no entity is behind it.`,
  })),
  { object: 'function refuse_audit_log_change()', reason: APPEND_ONLY },
  { object: 'trigger tg_audit_logs__append_only on audit_logs', reason: APPEND_ONLY },
  { object: 'trigger tg_audit_logs__no_truncate on audit_logs', reason: APPEND_ONLY },
  { object: 'function refuse_final_change()', reason: FINAL },
  ...FINAL_TRIGGERS.flatMap(([table, ...meanings]) =>
    meanings.map((meaning) => ({ object: `trigger tg_${table}__${meaning} on ${table}`, reason: FINAL })),
  ),
];

/**
 * The differences that are not on the list. The order of columns is no difference here: a property stands in its class where it
 * reads best, and a migration can only append.
 *
 * @param differences of a migrated database from a synchronised one
 */
export function unexcused(
  differences: readonly Difference[],
  list: readonly MigrationOnly[] = MIGRATION_ONLY,
): Difference[] {
  const excuses = ({ object }: MigrationOnly, difference: Difference): boolean =>
    difference.object === object && difference.fact === undefined && difference.is === 'there';
  return differences.filter(
    (difference) => difference.fact !== 'column order' && !list.some((entry) => excuses(entry, difference)),
  );
}

/**
 * One difference for each entry of the list that excuses nothing: migrations do not make its object, or the entities do, too. That
 * of a table which only the entities have dropped still excuses something, until a migration drops it.
 */
export function staleEntries(
  synchronised: Snapshot,
  migrated: Snapshot,
  list: readonly MigrationOnly[] = MIGRATION_ONLY,
): Difference[] {
  return list
    .filter(({ object }) => !(object in migrated.objects) || object in synchronised.objects)
    .map(({ object }) => ({
      object,
      is: null,
      shouldBe: 'there',
      sentence: `${object} is listed as made by migrations only, and is not: take it off src/schema/migration-only.ts`,
    }));
}
