import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';

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
