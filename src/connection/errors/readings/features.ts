/** Rows where there must be one, and what PostgreSQL does not support. */
import { english, type Reading } from './reading.js';

export const FEATURE_READINGS: readonly Reading[] = [
  {
    state: '21000',
    routines: ['ExecOnConflictUpdate', 'ExecMergeMatched', 'ExecUpdate'],
    sentence: 'two rows of the batch have the same key',
    advice: 'Remove duplicates within the batch before upsert().',
  },
  {
    state: '21000',
    sentence: 'a subquery returns more than one row where there may be one',
    advice: 'Use IN, or limit the subquery to one row.',
  },
  {
    state: '0A000',
    routines: ['heap_truncate_check_FKs'],
    detail: english('Table "<table>" references "<referenced>"\\.'),
    sentence: 'table {referenced} cannot be emptied with clear() (TRUNCATE), because table {table} refers to it',
    advice: 'Delete the rows with delete(), which respects the foreign keys.',
  },
  {
    state: '0A000',
    routines: ['heap_truncate_check_FKs'],
    sentence: 'the table cannot be emptied with clear() (TRUNCATE), because other tables refer to it',
    advice: 'Delete the rows with delete(), which respects the foreign keys.',
  },
  {
    state: '0A000',
    routines: ['make_outerjoininfo'],
    sentence: 'rows of a LEFT JOIN cannot be locked',
    advice: "Lock the main table only: setLock(mode, undefined, ['alias']), or lock: { mode, tables: ['alias'] }.",
  },
  {
    state: '0A000',
    routines: ['CheckSelectLocking', 'transformLockingClause', 'applyLockingClause'],
    sentence: 'rows cannot be locked in a statement with DISTINCT, GROUP BY, aggregates or UNION',
    advice: 'Select the ids first, then lock their rows; use limit() and not take() with a join.',
  },
  {
    state: '0A000',
    routines: ['RevalidateCachedQuery'],
    sentence: 'the table was changed since the statement was prepared',
    advice: 'Run it again.',
  },
];
