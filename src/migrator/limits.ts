import type { MigrationLimits } from './options.js';
import type { StatementKind } from './statement-kind.js';

/** lock_timeout and statement_timeout of one statement, in milliseconds. */
export interface Timeouts {
  readonly lock: number;
  readonly statement: number;
}

/**
 * @param behindDdl the transaction changed the schema before: it holds locks that others wait behind, whatever it does now
 */
export function timeoutsFor(kind: StatementKind, behindDdl: boolean, limits: MigrationLimits): Timeouts {
  if (behindDdl || kind === 'ddl') return { lock: limits.lockMs, statement: limits.ddlMs };
  const statement = kind === 'validation' ? limits.validationMs : limits.dataMs;
  return { lock: limits.patientLockMs, statement };
}

/**
 * As SQL, for the rest of the transaction.
 *
 * @param own settings that the migration has taken into its own hands: left alone
 */
export function setLocal({ lock, statement }: Timeouts, own: ReadonlySet<string> = new Set()): string {
  const settings = { lock_timeout: lock, statement_timeout: statement };
  return Object.entries(settings)
    .filter(([name]) => !own.has(name))
    .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
    .join('; ');
}
