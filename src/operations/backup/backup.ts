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

/** Milliseconds between two attempts to end the sessions that block the renaming. PostgreSQL waits 5 s for them. */
const RETRY_INTERVAL_MS = 50;

/**
 * Renames the existing database, if any, to `<database>_failed_<time>`, and `restored` to the name of the database. Both happen in one
 * transaction, so a killed process leaves either state complete. Sessions in the database are ended; new ones wait until the commit.
 */
async function swapDatabases(
  context: BackupContext,
  database: string,
  restored: string,
): Promise<{ database: string; keptAs?: string }> {
  const kept = createNameBeside(database, 'failed', new Date());
  // Ignores the signal: the exchange takes too little time to be worth an interruption.
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

/** Renames the database. PostgreSQL then locks it until the transaction ends, so no session can connect. */
async function renameDatabase(client: Client, database: string, kept: string): Promise<void> {
  try {
    await client.query(`ALTER DATABASE ${escapeIdentifier(database)} RENAME TO ${escapeIdentifier(kept)}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '55006') throw error;
    await client.query('ROLLBACK');
    const sessions = await listSessions(client, database);
    throw new BackupError(
      `${database} cannot be replaced while it is in use (${sessions.join('; ') || 'a prepared transaction'}), and this role cannot end that use. End it with another role, then restore again.`,
    );
  }
}

/** Ends the sessions in the database, again and again, until the work has finished. */
async function endSessions(context: BackupContext, database: string, work: () => Promise<void>): Promise<void> {
  let finished = false;
  const working = work().finally(() => (finished = true));
  await Promise.all([
    working,
    onServer(context, async (client) => {
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(
          'SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
          [database],
        );
        for (const { pid } of rows) {
          // Sessions that the role cannot end stay; then the renaming fails.
          await client.query('SELECT pg_terminate_backend($1)', [pid]).catch(() => undefined);
        }
        if (finished) return;
        await sleep(RETRY_INTERVAL_MS);
      }
    }),
  ]);
}

export interface TakeBackupOptions {
  readonly engine: Engine;
  /** The folder that holds the backups, each in its own subfolder. Created when missing. */
  readonly folder: string;
}

/**
 * Backs up the database of the context into a folder `<database>_<time>`, which appears when the backup is complete. With engine
 * `template` the data is in a database `<database>_backup_<time>` on the same server. Check the backup with `verifyBackup`.
 *
 * @throws BackupError, BackupToolError, after removing the incomplete backup
 */
export async function takeBackup(context: BackupContext, { engine, folder }: TakeBackupOptions): Promise<Backup> {
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
    throw new BackupError(
      `The disk of ${folder} is full. The incomplete backup of ${database} was removed. Free disk space, then try again.`,
    );
  }
}

async function copyTemplate(
  context: BackupContext,
  database: string,
  copy: string,
): Promise<Pick<Manifest, 'copy' | 'fingerprint'>> {
  await onServer(context, (client) =>
    assertNoSessions(
      client,
      database,
      'PostgreSQL copies only unused databases. End the sessions, or use --backup=dump',
    ),
  );
  context.note(`backing up into the database ${copy}, a copy on the same server`);
  const fingerprint = await readDatabaseFingerprint(context);
  await copyDatabase(context, database, copy);
  await restoreDatabaseLevel(context, copy, fingerprint);
  return { copy, fingerprint };
}

/**
 * Checks that a backup can be restored: its files are intact, and a database restored from them has the same catalog, rows,
 * sequences, settings and rights as the original. The restored database is dropped afterwards.
 *
 * @throws BackupDamagedError, BackupDiffersError, BackupError
 */
export async function verifyBackup(context: BackupContext, folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest.copy !== undefined) {
    // With engine `template` the backup is a database, which can be compared without restoring it.
    await assertEqual(context, manifest, manifest.copy, `The backup ${manifest.copy}`);
    return manifest;
  }
  await restoreCopy(context, folder, manifest, () => Promise.resolve());
  return manifest;
}

export interface RestoreResult {
  readonly database: string;
  /** The new name of the database that was replaced; absent when there was none. */
  readonly keptAs?: string;
}

/**
 * Replaces a database by its backup. Restores the backup under another name, checks that it is equal, and only then exchanges the
 * two names, in one transaction. The replaced database is kept as `<database>_failed_<time>`; all its sessions are ended.
 *
 * @param assertMayReplace called first, and again right before the exchange; throws when the database must not be replaced
 * @throws BackupDamagedError, BackupDiffersError, BackupError, and errors of `assertMayReplace`; then the database is unchanged
 */
export async function restoreBackup(
  context: BackupContext,
  folder: string,
  assertMayReplace: () => Promise<void> = () => Promise.resolve(),
): Promise<RestoreResult> {
  const manifest = await readManifest(folder);
  const { database } = parseDatabaseUrl(context.url);
  if (manifest.database !== database) {
    throw new BackupError(
      `The backup in ${folder} is of the database ${manifest.database}, but the database URL names ${database}. Correct the one or the other.`,
    );
  }
  await assertMayReplace();
  await inspectServer(context, 1);
  return restoreCopy(context, folder, manifest, async (name) => {
    await assertMayReplace();
    return swapDatabases(context, database, name);
  });
}

/** Restores the backup under another name, compares it, and runs `use`. Afterwards drops the database of that name, if there is one. */
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
    await assertEqual(context, manifest, name, `The database restored from ${folder}`);
    context.signal?.throwIfAborted();
    return await use(name);
  } finally {
    await dropDatabase(context, name);
  }
}

async function assertEqual(context: BackupContext, manifest: Manifest, name: string, subject: string): Promise<void> {
  // Reads with the schema of the backup, which can differ from that of the context.
  const { schema } = manifest.fingerprint.catalog;
  const differences = compareFingerprints(
    manifest.fingerprint,
    await readDatabaseFingerprint({ ...context, schema }, name),
  );
  if (differences.length > 0) throw new BackupDiffersError(subject, differences);
}
