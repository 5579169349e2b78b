import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SharedDbError } from '../../errors/shared-db-error.js';
import type { Fingerprint } from './fingerprint.js';

/** A backup cannot be taken or restored. What was begun is removed; the database is as it was. */
export class BackupError extends SharedDbError {
  override readonly name: string = 'BackupError';
}

/** pg_dump or pg_restore is not there, or cannot be used with this server. */
export class BackupToolError extends BackupError {
  override readonly name = 'BackupToolError';
}

/** The files of a backup are not what was written: cut short, changed, or of another making. */
export class BackupDamagedError extends BackupError {
  override readonly name = 'BackupDamagedError';
}

/** What a backup gives back is not what was backed up. */
export class BackupDiffersError extends BackupError {
  override readonly name = 'BackupDiffersError';

  /** @param differences in words, as `differencesOf` says them */
  constructor(
    subject: string,
    readonly differences: readonly string[],
  ) {
    const shown = differences.slice(0, 5).join('; ');
    const more = differences.length > 5 ? `; and ${differences.length - 5} more` : '';
    super(`${subject} is not equal to the database at the time of the backup: ${shown}${more}.`);
  }
}

/** How a backup is made: `dump` by pg_dump, in a file; `template` as a copy on the same server. */
export type Engine = 'dump' | 'template';

export interface DumpFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly tool: string;
}

/** What is in a backup: manifest.json in its folder. */
export interface Manifest {
  readonly format: 1;
  readonly engine: Engine;
  /** Name of the database. */
  readonly database: string;
  /** When, as ISO 8601. */
  readonly takenAt: string;
  /** Version of the server, `15.18`. */
  readonly server: string;
  /** Of engine `dump`: the file, next to the manifest, and the version of pg_dump that wrote it. */
  readonly dump?: DumpFile;
  /** Of engine `template`: the database on the same server that is the copy. */
  readonly copy?: string;
  /** What a restored database must be equal to; and what a dump leaves out: settings and rights of the database itself. */
  readonly fingerprint: Fingerprint;
}

/** A complete backup. */
export interface Backup {
  readonly folder: string;
  readonly manifest: Manifest;
}

const FILE = 'manifest.json';

/** Writes the manifest, with its own checksum, readable by its owner only; on the disk when it returns. */
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

/** @throws BackupError when there is none; BackupDamagedError when it is not as it was written. */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch {
    throw new BackupError(`There is no backup in ${folder}: give a folder that migration:run --backup made.`);
  }
  const damaged = new BackupDamagedError(
    `The backup in ${folder} is damaged: its manifest.json is not as it was written. Use another backup.`,
  );
  try {
    const { sha256, manifest } = JSON.parse(text) as { sha256: string; manifest: Manifest };
    if (sha256 !== hashFile(JSON.stringify(manifest))) throw damaged;
    return manifest;
  } catch {
    throw damaged;
  }
}

/** @throws BackupDamagedError when the dump is not, byte for byte, what was written. */
export async function assertDumpIntact(folder: string, { file, bytes, sha256 }: DumpFile): Promise<void> {
  const path = join(folder, file);
  const found = await stat(path).catch(() => undefined);
  const fail = (what: string): never => {
    throw new BackupDamagedError(`The backup in ${folder} is damaged: ${file} ${what}. Use another backup.`);
  };
  if (found === undefined) return fail('is missing');
  if (found.size < bytes) fail(`is truncated (${found.size} of ${bytes} bytes)`);
  if (found.size > bytes) fail(`has grown (${found.size} instead of ${bytes} bytes)`);
  if ((await computeChecksum(path)) !== sha256) fail('was changed (its checksum is another)');
}

/** SHA-256 of a file, in hexadecimal. */
export async function computeChecksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Renames a finished folder durably: a reader that sees the folder sees all of it, also after a power failure. */
export async function publish(partial: string, final: string): Promise<void> {
  await writeSynced(partial);
  await rename(partial, final);
  await writeSynced(dirname(final));
}

/** What was written there is on the disk when it returns. */
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
