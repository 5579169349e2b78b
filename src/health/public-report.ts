import type { HealthReport } from './check.js';

/** A health report for everyone: without the reason, which names host, port and database. */
export interface PublicHealthReport {
  readonly status: HealthReport['status'];
  readonly database: { readonly ok: boolean; readonly latencyMs: number | null };
  readonly migrations: HealthReport['migrations'];
}

/** Returns the parts of a report that anybody may see. Log the `reason` of the whole report instead. */
export function toPublicReport({ status, database, migrations }: HealthReport): PublicHealthReport {
  return { status, database: { ok: database.ok, latencyMs: database.latencyMs }, migrations };
}
