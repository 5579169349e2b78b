import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import { compareFingerprints } from '../backup/differences.js';
import { dumpDatabase, restoreDatabaseLevel, restoreDump } from '../backup/dump.js';
import type { Fingerprint } from '../backup/fingerprint.js';
import { BackupError, type Engine } from '../backup/manifest.js';
import {
  assertMayCreate,
  type BackupContext,
  copyDatabase,
  dropDatabase,
  readDatabaseFingerprint,
  createNameBeside,
  onServer,
  readServerFacts,
  listSessions,
} from '../backup/server.js';

/** A copy of the source database, on which migrations are tried. */
export interface Copy {
  readonly name: string;
  readonly engine: Engine;
  /** Catalog and rows of the copy, with a hash for each column. */
  readonly fingerprint: Fingerprint;
}

/**
 * Runs `work` on a copy of the source database and drops the copy afterwards, also when the work fails or is interrupted. The source is
 * only read.
 *
 * @param target the server of the copy; the same object as `source`: the server of the source
 * @param keep keep the copy when the work has succeeded
 * @throws BackupError when no equal copy can be made
 */
export async function withCopy<T>(
  source: BackupContext,
  target: BackupContext,
  keep: boolean,
  work: (copy: Copy) => Promise<T>,
): Promise<T> {
  const name = createNameBeside(parseDatabaseUrl(source.url).database, 'trial', new Date());
  const { signal } = source;
  let succeeded = false;
  // Dropping ends all sessions of the copy. If PostgreSQL is still creating the copy, the `finally` below drops it.
  const drop = (): void => void dropDatabase(target, name).catch(() => undefined);
  try {
    const { engine, original } = await createCopy(source, target, name);
    signal?.addEventListener('abort', drop);
    const fingerprint = await readDatabaseFingerprint(target, name, { columns: true });
    const ignoreDatabase = source !== target;
    const differences = compareFingerprints(original, fingerprint, { ignoreDatabase });
    if (differences.length > 0) {
      throw new BackupError(
        `The copy differs from the database ${JSON.stringify(parseDatabaseUrl(source.url).database)}: ${differences.slice(0, 5).join('; ')}. Run the rehearsal again when nothing writes to the database.`,
      );
    }
    const result = await work({ name, engine, fingerprint });
    succeeded = true;
    return result;
  } finally {
    signal?.removeEventListener('abort', drop);
    if (!keep || !succeeded) await dropDatabase(target, name);
  }
}

async function createCopy(
  source: BackupContext,
  target: BackupContext,
  name: string,
): Promise<{ engine: Engine; original: Fingerprint }> {
  const { database } = parseDatabaseUrl(source.url);
  await onServer(target, async (client) => {
    assertMayCreate(await readServerFacts(client, database), 'a rehearsal runs on a copy of the database');
  });
  const reason = source === target ? await explainNoTemplate(source, database) : 'the copy is on another server';
  if (reason !== undefined) {
    source.note(`copying with pg_dump, since ${reason}`);
    return { engine: 'dump', original: await copyByDump(source, target, name) };
  }
  source.note(`copying on the server: the database ${name}`);
  const original = await readDatabaseFingerprint(source);
  await copyDatabase(source, database, name);
  await restoreDatabaseLevel(source, name, original);
  return { engine: 'template', original };
}

/** Explains why the database cannot be copied with CREATE DATABASE … TEMPLATE; undefined: it can. */
async function explainNoTemplate(source: BackupContext, database: string): Promise<string | undefined> {
  return onServer(source, async (client) => {
    const { owns } = await readServerFacts(client, database);
    if (owns !== true) return `this role does not own ${database}`;
    const sessions = await listSessions(client, database);
    if (sessions.length === 0) return undefined;
    return `other sessions are connected to ${database}: ${sessions.slice(0, 5).join('; ')}`;
  });
}

async function copyByDump(source: BackupContext, target: BackupContext, name: string): Promise<Fingerprint> {
  const { database } = parseDatabaseUrl(source.url);
  const { version: server } = await onServer(source, (client) => readServerFacts(client, database));
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-rehearsal-'));
  try {
    const { dump, fingerprint } = await dumpDatabase(source, server, folder);
    await restoreDump(target, folder, { dump, fingerprint, server }, name, { elsewhere: source !== target });
    await restoreDatabaseLevel(target, name, fingerprint);
    return fingerprint;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
