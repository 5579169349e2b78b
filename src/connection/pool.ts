import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { BoundedClient, openSocket } from './client.js';
import type { ManagedDataSourceOptions } from './managed-data-source.js';
import { createSessionSettings } from './session-settings.js';

/** A statement that waits longer for a lock fails, and says so: shorter than the usual statement_timeout, which would not. */
const LOCK_TIMEOUT_MS = 5_000;

/** A transaction that was forgotten holds its locks no longer than this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** What PostgreSQL may need to say that it cancelled a statement. When it says nothing for longer, it does not answer at all. */
const ANSWER_GRACE_MS = 5_000;

/** A dead peer is noticed about 20 s after it was last heard of, where it would otherwise be hours. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** No connection outlives a changed password, role or address by more than this. */
const LONGEST_LIFE_S = 30 * 60;

/**
 * What node-postgres and its pool are told beside where to connect: the same for everyone who connects.
 *
 * @param schema search_path of every connection. Default `public`
 */
export function createPoolSettings(
  statementTimeoutMs: number,
  { purpose, safety }: Pick<ManagedDataSourceOptions, 'purpose' | 'safety'>,
  schema?: string,
): Readonly<Record<string, unknown>> {
  // Migrations raise the limit in their session, of which a client knows nothing.
  const bounded = purpose === 'app' && statementTimeoutMs > 0;
  return {
    Client: BoundedClient,
    stream: () => openSocket(safety),
    settings: createSessionSettings({
      schema,
      limits: {
        statement_timeout: statementTimeoutMs,
        lock_timeout: LOCK_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      },
    }),
    query_timeout: bounded ? statementTimeoutMs + ANSWER_GRACE_MS : 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    maxLifetimeSeconds: LONGEST_LIFE_S,
  };
}

const POLL_MS = 20;

/**
 * Closes a DataSource in good order: waits until no connection is in use or waited for, then closes them all. For shutdown,
 * after the service has stopped taking work. `dataSource.destroy()` alone cuts what is running.
 *
 * @param deadlineMs after how long it closes whatever is still running. Default 10,000.
 * @returns whether everything came to its end; false when something was cut. What was cut PostgreSQL rolls back.
 */
export async function drain(dataSource: DataSource, deadlineMs = 10_000): Promise<boolean> {
  if (!dataSource.isInitialized) return true;
  // TypeORM's PostgresDriver calls its pool so.
  const { master: pool } = dataSource.driver as unknown as { master: pg.Pool };
  const isQuiet = (): boolean => pool.totalCount === pool.idleCount && pool.waitingCount === 0;
  const deadline = performance.now() + deadlineMs;
  while (!isQuiet() && performance.now() < deadline) await sleep(POLL_MS);
  const quiet = isQuiet();
  await dataSource.destroy();
  return quiet;
}
