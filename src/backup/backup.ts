import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { restoreDatabaseLevel } from './database-level.js';
import { differencesOf } from './differences.js';
import { dumpDatabase, restoreDump } from './dump.js';
import { BackupDiffersError, BackupError } from './errors.js';
import { publish, readManifest, writeManifest, type Backup, type Engine, type Manifest } from './manifest.js';
import { inspectServer } from './rights.js';
import {
  assertNobodyIn,
  copyDatabase,
  dropDatabase,
  fingerprintOf,
  nameBeside,
  onServer,
  stampOf,
  type BackupContext,
} from './server.js';
import { swapDatabases } from './swap.js';

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
  const name = `${database.replaceAll(/[^\w.-]/g, '_')}_${stampOf(now)}`;
  const [partial, final] = [join(folder, `.${name}.partial`), join(folder, name)];
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const about = { format: 1, engine, database, takenAt: now.toISOString(), server } as const;
  try {
    const content =
      engine === 'dump'
        ? await dumpDatabase(context, server, partial)
        : await copied(context, database, nameBeside(database, 'backup', now));
    const manifest: Manifest = { ...about, ...content };
    await writeManifest(partial, manifest);
    await publish(partial, final);
    return { folder: final, manifest };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (engine === 'template') await dropDatabase(context, nameBeside(database, 'backup', now));
    if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
    throw new BackupError(`The disk of ${folder} is full: the backup of ${database} was not finished and is removed.`);
  }
}

async function copied(
  context: BackupContext,
  database: string,
  copy: string,
): Promise<Pick<Manifest, 'copy' | 'fingerprint'>> {
  await onServer(context, (client) =>
    assertNobodyIn(client, database, 'it can only be copied when nobody is. End them, or use --backup=dump'),
  );
  context.note(`backing up as a copy on the same server, the database ${copy}`);
  const fingerprint = await fingerprintOf(context);
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
  await restored(context, folder, manifest, () => Promise.resolve());
  return manifest;
}

export interface Restored {
  readonly database: string;
  /** What the database that was in its place is called now; absent when there was none. */
  readonly keptAs?: string;
}

/**
 * Puts a backup in the place of its database: restores it under another name, proves that it is equal, and only then exchanges
 * the two, in one transaction. The database that was there stays, as `<database>_failed_<time>`; whoever was connected is not.
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
  return restored(context, folder, manifest, async (name) => {
    await assertMayReplace();
    return swapDatabases(context, database, name);
  });
}

/** Restores under another name and compares; what is there afterwards under that name is dropped. */
async function restored<T>(
  context: BackupContext,
  folder: string,
  manifest: Manifest,
  use: (name: string) => Promise<T>,
): Promise<T> {
  const name = nameBeside(manifest.database, 'restore', new Date());
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
  const differences = differencesOf(manifest.fingerprint, await fingerprintOf({ ...context, schema }, name));
  if (differences.length > 0) throw new BackupDiffersError(subject, differences);
}
