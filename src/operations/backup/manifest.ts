import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SharedDbError } from '../../errors/shared-db-error.js';
import type { Fingerprint } from './fingerprint.js';

/** A backup cannot be taken or restored. Incomplete files and databases were removed; the database is unchanged. */
export class BackupError extends SharedDbError {
  override readonly name: string = 'BackupError';
}

/** pg_dump or pg_restore is missing, or older than the server. */
export class BackupToolError extends BackupError {
  override readonly name = 'BackupToolError';
}

/** The files of a backup were truncated or changed. */
export class BackupDamagedError extends BackupError {
  override readonly name = 'BackupDamagedError';
}

/** The restored database differs from the database that was backed up. */
export class BackupDiffersError extends BackupError {
  override readonly name = 'BackupDiffersError';

  /** @param differences one line each, see `compareFingerprints` */
  constructor(
    subject: string,
    readonly differences: readonly string[],
  ) {
    const shown = differences.slice(0, 5).join('; ');
    const more = differences.length > 5 ? `; and ${differences.length - 5} more` : '';
    super(`${subject} is not equal to the database at the time of the backup: ${shown}${more}.`);
  }
}

/** How a backup is taken: `dump` with pg_dump, into a file; `template` as a copy on the same server. */
export type Engine = 'dump' | 'template';

export interface DumpFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly tool: string;
}

/** Describes a backup: the content of manifest.json in its folder. */
export interface Manifest {
  readonly format: 1;
  readonly engine: Engine;
  /** Name of the database. */
  readonly database: string;
  /** When the backup began, as ISO 8601. */
  readonly takenAt: string;
  /** Version of the server, `15.18`. */
  readonly server: string;
  /** With engine `dump`: the file next to the manifest, and the version of pg_dump that wrote it. */
  readonly dump?: DumpFile;
  /** With engine `template`: the name of the copy on the same server. */
  readonly copy?: string;
  /** The state that a restored database must have, including the settings and rights that a dump does not contain. */
  readonly fingerprint: Fingerprint;
}

/** A complete backup. */
export interface Backup {
  readonly folder: string;
  readonly manifest: Manifest;
}

const FILE = 'manifest.json';

/** Writes the manifest with its checksum to the disk (fsync). Only the owner of the file can read it. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const content = JSON.stringify(manifest);
  const file = await open(join(folder, FILE), 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ sha256: hashFile(content), manifest })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws BackupError when the folder has no manifest; BackupDamagedError when the manifest was changed */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch {
    throw new BackupError(`There is no backup in ${folder}. Give a folder created by migration:run --backup.`);
  }
  const damaged = new BackupDamagedError(
    `The backup in ${folder} is damaged: its manifest.json was changed. Use another backup.`,
  );
  try {
    const { sha256, manifest } = JSON.parse(text) as { sha256: string; manifest: Manifest };
    if (sha256 !== hashFile(JSON.stringify(manifest))) throw damaged;
    return manifest;
  } catch {
    throw damaged;
  }
}

/** @throws BackupDamagedError when the dump was truncated or changed */
export async function assertDumpIntact(folder: string, { file, bytes, sha256 }: DumpFile): Promise<void> {
  const path = join(folder, file);
  const found = await stat(path).catch(() => undefined);
  const fail = (what: string): never => {
    throw new BackupDamagedError(`The backup in ${folder} is damaged: ${file} ${what}. Use another backup.`);
  };
  if (found === undefined) return fail('is missing');
  if (found.size < bytes) fail(`is truncated (${found.size} of ${bytes} bytes)`);
  if (found.size > bytes) fail(`has grown (${found.size} instead of ${bytes} bytes)`);
  if ((await computeChecksum(path)) !== sha256) fail('was changed (its checksum differs)');
}

/** Returns the SHA-256 of a file in hexadecimal. */
export async function computeChecksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Renames a complete folder durably, so that a folder with the final name is complete, also after a power failure. */
export async function publish(partial: string, final: string): Promise<void> {
  await writeSynced(partial);
  await rename(partial, final);
  await writeSynced(dirname(final));
}

/** Flushes a file or folder to the disk (fsync). */
export async function writeSynced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hashFile(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
