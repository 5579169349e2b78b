import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, escapeIdentifier } from 'pg';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import { compareFingerprints } from './differences.js';
import { dumpDatabase, restoreDatabaseLevel, restoreDump } from './dump.js';
import {
  type Backup,
  BackupDiffersError,
  BackupError,
  type Engine,
  type Manifest,
  publish,
  readManifest,
  writeManifest,
} from './manifest.js';
import {
  assertNoSessions,
  type BackupContext,
  copyDatabase,
  dropDatabase,
  readDatabaseFingerprint,
  inspectServer,
  createNameBeside,
  onServer,
  listSessions,
  formatTimestamp,
} from './server.js';

/** Between two attempts to end the sessions that are in the way, in milliseconds. PostgreSQL waits 5 s for them. */
const PAUSE = 50;

/**
 * Gives `restored` the name of the database, and the database, when there is one, another name: in one transaction, so that
 * being killed leaves the one state or the other. Sessions in the database are ended; new ones wait for the end of it.
 */
async function swapDatabases(
  context: BackupContext,
  database: string,
  restored: string,
): Promise<{ database: string; keptAs?: string }> {
  const kept = createNameBeside(database, 'failed', new Date());
  // Too short to be interrupted.
  const at: BackupContext = { ...context, signal: undefined };
  return onServer(at, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    await client.query('BEGIN');
    if (rowCount === 1) await endSessions(at, database, () => renameDatabase(client, database, kept));
    await client.query(`ALTER DATABASE ${escapeIdentifier(restored)} RENAME TO ${escapeIdentifier(database)}`);
    await client.query('COMMIT');
    return { database, ...(rowCount === 1 ? { keptAs: kept } : {}) };
  });
}

/** From here on no session can connect: PostgreSQL locks the database until the transaction ends. */
async function renameDatabase(client: Client, database: string, kept: string): Promise<void> {
  try {
    await client.query(`ALTER DATABASE ${escapeIdentifier(database)} RENAME TO ${escapeIdentifier(kept)}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '55006') throw error;
    await client.query('ROLLBACK');
    const sessions = await listSessions(client, database);
    throw new BackupError(
      `${database} cannot be exchanged while it is in use (${sessions.join('; ') || 'a prepared transaction'}), and this role may not end that: end it, and restore again.`,
    );
  }
}

/** Ends sessions in the database for as long as the work waits for that. */
async function endSessions(context: BackupContext, database: string, work: () => Promise<void>): Promise<void> {
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

export interface BackupChoice {
  readonly engine: Engine;
  /** Where backups are kept, each in a folder of its own; made when absent. */
  readonly folder: string;
}

/**
 * Backs up the database of the context: into a folder `<database>_<time>`, which appears when it is complete. With engine
 * `template` the data is a database `<database>_backup_<time>` next to it. Prove it with `verifyBackup`.
 *
 * @throws BackupError, BackupToolError: nothing is left of what was begun.
 */
export async function takeBackup(context: BackupContext, { engine, folder }: BackupChoice): Promise<Backup> {
  const now = new Date();
  const { database } = parseDatabaseUrl(context.url);
  const server = await inspectServer(context, engine === 'template' ? 2 : 1);
  const name = `${database.replaceAll(/[^\w.-]/g, '_')}_${formatTimestamp(now)}`;
  const [partial, final] = [join(folder, `.${name}.partial`), join(folder, name)];
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const about = { format: 1, engine, database, takenAt: now.toISOString(), server } as const;
  try {
    const content =
      engine === 'dump'
        ? await dumpDatabase(context, server, partial)
        : await copyTemplate(context, database, createNameBeside(database, 'backup', now));
    const manifest: Manifest = { ...about, ...content };
    await writeManifest(partial, manifest);
    await publish(partial, final);
    return { folder: final, manifest };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (engine === 'template') await dropDatabase(context, createNameBeside(database, 'backup', now));
    if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
    throw new BackupError(`The disk of ${folder} is full: the backup of ${database} was not finished and is removed.`);
  }
}

async function copyTemplate(
  context: BackupContext,
  database: string,
  copy: string,
): Promise<Pick<Manifest, 'copy' | 'fingerprint'>> {
  await onServer(context, (client) =>
    assertNoSessions(client, database, 'it can only be copied when nobody is. End them, or use --backup=dump'),
  );
  context.note(`backing up as a copy on the same server, the database ${copy}`);
  const fingerprint = await readDatabaseFingerprint(context);
  await copyDatabase(context, database, copy);
  await restoreDatabaseLevel(context, copy, fingerprint);
  return { copy, fingerprint };
}

/**
 * Proves that a backup gives back what was backed up: its files are intact, and the database made of them, which is dropped
 * again, is equal in catalog, rows, sequences, settings and rights.
 *
 * @throws BackupDamagedError, BackupDiffersError, BackupError
 */
export async function verifyBackup(context: BackupContext, folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest.copy !== undefined) {
    // It is a database already.
    await assertEqual(context, manifest, manifest.copy, `The backup ${manifest.copy}`);
    return manifest;
  }
  await restoreCopy(context, folder, manifest, () => Promise.resolve());
  return manifest;
}

export interface Restored {
  readonly database: string;
  /** What the database that was in its place is called now; absent when there was none. */
  readonly keptAs?: string;
}

/**
 * Puts a backup in the place of its database: restores it under another name, proves that it is equal, and only then exchanges
 * the two, in one transaction. The database that was there stays, as `<database>_failed_<time>`; all its sessions are ended.
 *
 * @param assertMayReplace asked before anything is done and again right before the exchange: throws when the database must stay
 * @throws BackupDamagedError, BackupDiffersError, BackupError, and what `assertMayReplace` throws: the database is as it was.
 */
export async function restoreBackup(
  context: BackupContext,
  folder: string,
  assertMayReplace: () => Promise<void> = () => Promise.resolve(),
): Promise<Restored> {
  const manifest = await readManifest(folder);
  const { database } = parseDatabaseUrl(context.url);
  if (manifest.database !== database) {
    throw new BackupError(
      `The backup in ${folder} is of ${manifest.database}, and the database URL names ${database}.`,
    );
  }
  await assertMayReplace();
  await inspectServer(context, 1);
  return restoreCopy(context, folder, manifest, async (name) => {
    await assertMayReplace();
    return swapDatabases(context, database, name);
  });
}

/** Restores under another name and compares; what is there afterwards under that name is dropped. */
async function restoreCopy<T>(
  context: BackupContext,
  folder: string,
  manifest: Manifest,
  use: (name: string) => Promise<T>,
): Promise<T> {
  const name = createNameBeside(manifest.database, 'restore', new Date());
  try {
    const { dump, copy } = manifest;
    if (dump) await restoreDump(context, folder, { ...manifest, dump }, name);
    else if (copy !== undefined) await copyDatabase(context, copy, name);
    await restoreDatabaseLevel(context, name, manifest.fingerprint);
    await assertEqual(context, manifest, name, `What the backup in ${folder} gives back`);
    context.signal?.throwIfAborted();
    return await use(name);
  } finally {
    await dropDatabase(context, name);
  }
}

async function assertEqual(context: BackupContext, manifest: Manifest, name: string, subject: string): Promise<void> {
  // Read as it was then, whichever schema we work in now.
  const { schema } = manifest.fingerprint.catalog;
  const differences = compareFingerprints(
    manifest.fingerprint,
    await readDatabaseFingerprint({ ...context, schema }, name),
  );
  if (differences.length > 0) throw new BackupDiffersError(subject, differences);
}
