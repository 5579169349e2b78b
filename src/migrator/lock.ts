import { createHash } from 'node:crypto';
import type { MigratorConnection } from './connection.js';
import { MigrationLockTimeout, MigrationNeedsDirectConnection } from './errors.js';
import type { Context } from './context.js';
import { Patience } from './patience.js';

/** The first of two 32-bit keys: "anto" in ASCII. */
const LOCK_SPACE = 0x616e746f;

/**
 * The keys of the advisory lock of whoever changes a schema, in the database where it is. Each schema has its own: two of them
 * are migrated at the same time. Should two names have the same keys, one waits for the other.
 */
export function migrationLock(schema: string): readonly [number, number] {
  return [LOCK_SPACE, createHash('sha256').update(schema).digest().readInt32BE(0)];
}

/** Milliseconds between two attempts; each is a statement of its own, so that nobody waits for those who wait. */
const POLL = 100;

/**
 * Takes the lock for as long as the connection lives. It is the connection that does the work: when it dies, lock and work end
 * together.
 *
 * @throws MigrationLockTimeout
 */
export async function takeSessionLock(context: Context): Promise<void> {
  const { connection, schema } = context;
  const patience = new Patience(context.maxWaitMs, context.notice);
  const keys = migrationLock(schema).join(', ');
  while (!(await got(connection, `SELECT pg_try_advisory_lock(${keys}) AS got`))) await wait(context, patience);
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
  const { connection, schema } = context;
  const patience = new Patience(context.maxWaitMs, context.notice);
  const keys = migrationLock(schema).join(', ');
  for (;;) {
    await connection.begin(context.limits);
    try {
      if (await got(connection, `SELECT pg_try_advisory_xact_lock(${keys}) AS got, pg_backend_pid() AS pid`)) {
        const result = await work();
        await connection[end]();
        return result;
      }
    } catch (error) {
      await connection.rollback();
      throw error;
    }
    await connection.rollback();
    await wait(context, patience);
  }
}

async function got(connection: MigratorConnection, sql: string): Promise<boolean> {
  const [row] = await connection.rows<{ got: boolean; pid?: number }>(sql);
  if (!connection.pooled && row?.pid !== undefined && row.pid !== connection.backendPid) {
    throw new MigrationNeedsDirectConnection('Another server process than before answers on the connection');
  }
  return row?.got === true;
}

async function wait(context: Context, patience: Patience): Promise<void> {
  if (patience.exhausted) {
    throw new MigrationLockTimeout(
      `Another process has been migrating the schema ${context.schema} for ${patience.seconds} s (${await holder(context)})`,
    );
  }
  await patience.pause(POLL, async () => `waiting for another process that migrates: ${await holder(context)}`);
}

async function holder({ connection, schema }: Context): Promise<string> {
  const [row] = await connection.rows<{ pid: number; name: string | null; seconds: number | null }>(
    `SELECT pid, application_name AS name, round(extract(epoch FROM clock_timestamp() - backend_start))::int AS seconds
     FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid::int = $1 AND objid::int = $2 AND objsubid = 2 AND granted
       AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    migrationLock(schema),
  );
  if (row === undefined) return 'it has just ended';
  const since = row.seconds === null ? '' : `, connected for ${row.seconds} s`;
  return `pid ${row.pid}, ${row.name === null || row.name === '' ? 'without a name' : row.name}${since}`;
}
