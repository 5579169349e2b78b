import { stat, statfs } from 'node:fs/promises';
import type { Client } from 'pg';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { BackupError } from './errors.js';
import type { BackupContext } from './server.js';

/**
 * @param bytes at most needed there
 * @throws BackupError with both figures, when the folder's disk has less room.
 */
export async function assertSpaceIn(folder: string, bytes: number): Promise<void> {
  const free = await freeIn(folder);
  if (free >= bytes) return;
  throw new BackupError(
    `Not enough disk space for a backup in ${folder}: ${megabytes(free)} are free, up to ${megabytes(bytes)} are needed. Make room, or give another --backup-dir.`,
  );
}

/** The same for one more copy of the database on the server's disk, where it is this machine's; else says that it cannot be known. */
export async function assertSpaceOnServer(context: BackupContext, client: Client, bytes: number): Promise<void> {
  const folder = await dataFolder(context, client);
  if (folder === undefined) {
    context.note(
      `The free space on the server's disk cannot be known from here: a copy of the database takes ${megabytes(bytes)}.`,
    );
    return;
  }
  const free = await freeIn(folder);
  if (free >= bytes) return;
  throw new BackupError(
    `Not enough disk space on the server for a copy of the database: ${megabytes(free)} are free, ${megabytes(bytes)} are needed. Make room first.`,
  );
}

/** `12.3 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}

/** Where the server keeps its data, when that is on this machine and we may know it. */
async function dataFolder({ url }: BackupContext, client: Client): Promise<string | undefined> {
  const { host } = parseDatabaseUrl(url);
  if (!host.startsWith('/') && !['localhost', '127.0.0.1', '::1'].includes(host)) return undefined;
  try {
    const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    const folder = rows[0]?.folder ?? '';
    await stat(folder);
    return folder;
  } catch {
    return undefined;
  }
}

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
