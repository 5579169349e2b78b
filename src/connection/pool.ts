import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { BoundedClient, openSocket } from './client.js';
import type { ManagedDataSourceOptions } from './managed-data-source.js';
import { createSessionSettings } from './session-settings.js';

/** Shorter than the usual statement_timeout, so that a statement waiting for a lock fails with LockTimeout. */
const LOCK_TIMEOUT_MS = 5_000;

/** The longest time that an idle open transaction keeps its locks. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** Milliseconds after statement_timeout in which PostgreSQL must report the cancelled statement. Later the connection counts as dead. */
const ANSWER_GRACE_MS = 5_000;

/** With keep-alive, a dead server is noticed about 20 s after its last answer instead of after hours. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** The longest life of a pooled connection, so that a changed password, role or address takes effect. */
const LONGEST_LIFE_S = 30 * 60;

/**
 * Creates the settings of node-postgres and its pool, without host and login.
 *
 * @param schema search_path of every connection. Default `public`
 */
export function createPoolSettings(
  statementTimeoutMs: number,
  { purpose, safety }: Pick<ManagedDataSourceOptions, 'purpose' | 'safety'>,
  schema?: string,
): Readonly<Record<string, unknown>> {
  // Migrations raise statement_timeout in their session, and the client does not know that.
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
 * Closes a DataSource gracefully: waits until no connection is in use or requested, then closes all connections. Call it at shutdown, after
 * the service stopped accepting work. `dataSource.destroy()` alone interrupts running statements.
 *
 * @param deadlineMs how long to wait for running work, in milliseconds. Default 10,000.
 * @returns false when running work was interrupted; PostgreSQL rolls it back.
 */
export async function drain(dataSource: DataSource, deadlineMs = 10_000): Promise<boolean> {
  if (!dataSource.isInitialized) return true;
  // `master` is the pool of TypeORM's PostgresDriver.
  const { master: pool } = dataSource.driver as unknown as { master: Pool };
  const isIdle = (): boolean => pool.totalCount === pool.idleCount && pool.waitingCount === 0;
  const deadline = performance.now() + deadlineMs;
  while (!isIdle() && performance.now() < deadline) await sleep(POLL_MS);
  const wasIdle = isIdle();
  await dataSource.destroy();
  return wasIdle;
}
