/** The objects of the schema that only migrations can create, for the drift check. */
import type { MigrationOnly } from '../operations/catalog/compare.js';
import { BOOKKEEPING } from '../operations/catalog/bookkeeping.js';

const APPEND_ONLY = 'TypeORM cannot declare it. It refuses every change of the audit log.';

const FINAL = 'TypeORM cannot declare it. It refuses to change a final value, whichever client writes.';

/** The triggers that refuse to change a final value, by table and meaning. */
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

/** The only differences between a migrated database and one that is synchronised from the entities, each with its reason. */
export const MIGRATION_ONLY: readonly MigrationOnly[] = [
  ...BOOKKEEPING.map(({ name, purpose }) => ({
    object: `table ${name}`,
    reason: `${purpose}; it has no entity.`,
  })),
  { object: 'function refuse_audit_log_change()', reason: APPEND_ONLY },
  { object: 'trigger tg_audit_logs__append_only on audit_logs', reason: APPEND_ONLY },
  { object: 'trigger tg_audit_logs__no_truncate on audit_logs', reason: APPEND_ONLY },
  { object: 'function refuse_final_change()', reason: FINAL },
  ...FINAL_TRIGGERS.flatMap(([table, ...meanings]) =>
    meanings.map((meaning) => ({ object: `trigger tg_${table}__${meaning} on ${table}`, reason: FINAL })),
  ),
];
