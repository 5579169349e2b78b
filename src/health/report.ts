/** What a health check found; what `/health` answers and `npm run health` prints. Holds no secret. */
export interface HealthReport {
  /**
   * `error` when the database does not answer in time, lacks a migration of this build, has another encoding or settings that
   * cannot be used, or takes no writes (a standby, default_transaction_read_only) though the role may write.
   */
  readonly status: 'ok' | 'error';
  /** Why not `ok`, in one line that says what to do; absent when `ok`. */
  readonly reason?: string;
  readonly database: DatabaseHealth;
  readonly migrations: MigrationHealth;
}

export interface DatabaseHealth {
  /** Whether it answered in time, whatever the state of its schema. */
  readonly ok: boolean;
  /** Milliseconds to connect, log in and answer one statement; null when it did not answer. */
  readonly latencyMs: number | null;
  /** The server's, e.g. `18.4`; null when it did not answer. */
  readonly version: string | null;
}

export interface MigrationHealth {
  /** Applied to the database, those of a newer build included; null when unknown. */
  readonly applied: number | null;
  /** Of this build, and not applied; null when unknown. */
  readonly pending: number | null;
}

/** The report when nothing could be learnt but why. */
export function unknownHealth(reason: string): HealthReport {
  return {
    status: 'error',
    reason,
    database: { ok: false, latencyMs: null, version: null },
    migrations: { applied: null, pending: null },
  };
}
