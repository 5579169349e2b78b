import { setTimeout as sleep } from 'node:timers/promises';
import { escapeIdentifier, type Client } from 'pg';
import { BackupError } from './errors.js';
import { nameBeside, onServer, sessionsIn, type BackupContext } from './server.js';

/** Between two attempts to end the sessions that are in the way, in milliseconds. PostgreSQL waits 5 s for them. */
const PAUSE = 50;

/**
 * Gives `restored` the name of the database, and the database, when there is one, another name: in one transaction, so that
 * being killed leaves the one state or the other. Sessions in the database are ended; new ones wait for the end of it.
 */
export async function swapDatabases(
  context: BackupContext,
  database: string,
  restored: string,
): Promise<{ database: string; keptAs?: string }> {
  const kept = nameBeside(database, 'failed', new Date());
  // Too short to be interrupted.
  const at: BackupContext = { ...context, signal: undefined };
  return onServer(at, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    await client.query('BEGIN');
    if (rowCount === 1) await withoutSessions(at, database, () => renamed(client, database, kept));
    await client.query(`ALTER DATABASE ${escapeIdentifier(restored)} RENAME TO ${escapeIdentifier(database)}`);
    await client.query('COMMIT');
    return { database, ...(rowCount === 1 ? { keptAs: kept } : {}) };
  });
}

/** From here on nobody can connect: PostgreSQL holds the database until the transaction ends. */
async function renamed(client: Client, database: string, kept: string): Promise<void> {
  try {
    await client.query(`ALTER DATABASE ${escapeIdentifier(database)} RENAME TO ${escapeIdentifier(kept)}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '55006') throw error;
    await client.query('ROLLBACK');
    const sessions = await sessionsIn(client, database);
    throw new BackupError(
      `${database} cannot be exchanged while it is in use (${sessions.join('; ') || 'a prepared transaction'}), and this role may not end that: end it, and restore again.`,
    );
  }
}

/** Ends sessions in the database for as long as the work waits for that. */
async function withoutSessions(context: BackupContext, database: string, work: () => Promise<void>): Promise<void> {
  let over = false;
  const working = work().finally(() => (over = true));
  await Promise.all([
    working,
    onServer(context, async (client) => {
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(
          'SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
          [database],
        );
        for (const { pid } of rows) {
          // One that we may not end stays, and PostgreSQL will say so.
          await client.query('SELECT pg_terminate_backend($1)', [pid]).catch(() => undefined);
        }
        if (over) return;
        await sleep(PAUSE);
      }
    }),
  ]);
}
