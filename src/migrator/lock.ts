import type { MigratorConnection } from './connection.js';
import { MigrationLockTimeout, MigrationNeedsDirectConnection } from './errors.js';
import type { Context } from './context.js';
import { Patience } from './patience.js';

/** Advisory lock of whoever changes the schema: "antone" in ASCII, in the namespace of two 32-bit keys. */
export const MIGRATION_LOCK = [0x616e, 0x746f6e65] as const;

const KEYS = MIGRATION_LOCK.join(', ');

/** Milliseconds between two attempts; each is a statement of its own, so that nobody waits for those who wait. */
const POLL = 100;

/**
 * Takes the lock for as long as the connection lives. It is the connection that does the work: when it dies, lock and work end
 * together.
 *
 * @throws MigrationLockTimeout
 */
export async function takeSessionLock(context: Context): Promise<void> {
  const { connection } = context;
  const patience = new Patience(context.maxWaitMs, context.notice);
  while (!(await got(connection, `SELECT pg_try_advisory_lock(${KEYS}) AS got`))) await wait(connection, patience);
}

/**
 * A transaction that holds the lock until its end. What commits in it was decided under the lock, behind a pooler too, and
 * whoever else holds the lock, for a session or for a transaction, is waited for.
 *
 * @param work that neither commits nor rolls back
 * @param end what becomes of it
 * @throws MigrationLockTimeout, MigrationNeedsDirectConnection, and what the work throws, after a rollback
 */
export async function lockedTransaction<T>(
  context: Context,
  work: () => Promise<T>,
  end: 'commit' | 'rollback' = 'commit',
): Promise<T> {
  const { connection } = context;
  const patience = new Patience(context.maxWaitMs, context.notice);
  for (;;) {
    await connection.begin(context.limits);
    try {
      if (await got(connection, `SELECT pg_try_advisory_xact_lock(${KEYS}) AS got, pg_backend_pid() AS pid`)) {
        const result = await work();
        await connection[end]();
        return result;
      }
    } catch (error) {
      await connection.rollback();
      throw error;
    }
    await connection.rollback();
    await wait(connection, patience);
  }
}

async function got(connection: MigratorConnection, sql: string): Promise<boolean> {
  const [row] = await connection.rows<{ got: boolean; pid?: number }>(sql);
  if (!connection.pooled && row?.pid !== undefined && row.pid !== connection.backendPid) {
    throw new MigrationNeedsDirectConnection('Another server process than before answers on the connection');
  }
  return row?.got === true;
}

async function wait(connection: MigratorConnection, patience: Patience): Promise<void> {
  if (patience.exhausted) {
    throw new MigrationLockTimeout(
      `Another process has been migrating this database for ${patience.seconds} s (${await holder(connection)})`,
    );
  }
  await patience.pause(POLL, async () => `waiting for another process that migrates: ${await holder(connection)}`);
}

async function holder(connection: MigratorConnection): Promise<string> {
  const [row] = await connection.rows<{ pid: number; name: string | null; seconds: number | null }>(
    `SELECT pid, application_name AS name, round(extract(epoch FROM clock_timestamp() - backend_start))::int AS seconds
     FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted
       AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    MIGRATION_LOCK,
  );
  if (row === undefined) return 'it has just ended';
  const since = row.seconds === null ? '' : `, connected for ${row.seconds} s`;
  return `pid ${row.pid}, ${row.name === null || row.name === '' ? 'without a name' : row.name}${since}`;
}
