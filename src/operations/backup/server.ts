import { stat, statfs } from 'node:fs/promises';
import { type Client, escapeIdentifier } from 'pg';
import { withClient } from '../../connection/client.js';
import { ConnectionFailure } from '../../connection/connection-failure.js';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import type { Query } from '../../connection/database-access.js';
import { type Fingerprint, type FingerprintOptions, readFingerprint } from './fingerprint.js';
import { BackupError } from './manifest.js';

/**
 * Checks the free space on the disk of a folder.
 *
 * @param bytes needed at most
 * @throws BackupError with both figures when less is free
 */
export async function assertSpaceIn(folder: string, bytes: number): Promise<void> {
  const free = await readFreeSpace(folder);
  if (free >= bytes) return;
  throw new BackupError(
    `Not enough disk space for a backup in ${folder}: ${formatMegabytes(free)} are free, up to ${formatMegabytes(bytes)} are needed. Free disk space, or give another --backup-dir.`,
  );
}

/** Checks the free space on the disk of the server. When the server runs on another machine, only notes how much is needed. */
async function assertSpaceOnServer(context: BackupContext, client: Client, bytes: number): Promise<void> {
  const folder = await readDataFolder(context, client);
  if (folder === undefined) {
    context.note(
      `the free space on the disk of the server is unknown; a copy of the database needs ${formatMegabytes(bytes)}`,
    );
    return;
  }
  const free = await readFreeSpace(folder);
  if (free >= bytes) return;
  throw new BackupError(
    `Not enough disk space on the server for a copy of the database: ${formatMegabytes(free)} are free, ${formatMegabytes(bytes)} are needed. Free disk space, then try again.`,
  );
}

/** `12.3 MB` */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}

/** Returns the data folder of a server on this machine; undefined when it is on another one, or when the role cannot read its name. */
async function readDataFolder({ url }: BackupContext, client: Client): Promise<string | undefined> {
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

async function readFreeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const FACTS = `
SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_user AS role,
  rolcreatedb OR rolsuper AS creates,
  (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = $1) AS owns,
  (SELECT pg_database_size(oid)::text FROM pg_database WHERE datname = $1) AS bytes
FROM pg_roles WHERE rolname = current_user`;

/** The privileges of the role, and the size of the database. */
export interface ServerFacts {
  readonly version: string;
  readonly role: string;
  readonly creates: boolean;
  /** Null when the database does not exist; the same holds for `bytes`. */
  readonly owns: boolean | null;
  readonly bytes: string | null;
}

/**
 * Checks, before anything is created, the privileges of the role and the free space. Notes databases left behind by killed runs.
 *
 * @param copies the number of databases of this size that will exist temporarily
 * @returns version of the server, `15.18`
 * @throws BackupError
 */
export async function inspectServer(context: BackupContext, copies: number): Promise<string> {
  const { database } = parseDatabaseUrl(context.url);
  return onServer(context, async (client) => {
    const facts = await readServerFacts(client, database);
    assertMayCreate(facts, 'a backup is checked by restoring it');
    if (facts.owns === false) {
      throw new BackupError(
        `The role ${facts.role} does not own the database ${database}, so it cannot replace it by a backup. Use the owner of the database.`,
      );
    }
    if (facts.bytes !== null) await assertSpaceOnServer(context, client, copies * Number(facts.bytes));
    const [stem] = createNameBeside(database, 'restore', new Date(0)).split('_19700101');
    const left = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [`${stem ?? ''}_`],
    );
    for (const { name } of left.rows) {
      context.note(`database left behind by a killed restore, drop it unless a restore is running: ${name}`);
    }
    return facts.version;
  });
}

export async function readServerFacts(client: Client, database: string): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(FACTS, [database]);
  return (rows as [ServerFacts])[0];
}

/** @throws BackupError unless the role may create databases. */
export function assertMayCreate({ creates, role }: ServerFacts, why: string): void {
  if (creates) return;
  throw new BackupError(
    `The role ${role} cannot create databases, and ${why}. Run ALTER ROLE ${role} CREATEDB, or use another role.`,
  );
}

/** The database to back up or restore, and how. */
export interface BackupContext {
  /** URL of the database. Temporary databases are created on the same server. */
  readonly url: string;
  /** The schema of the migrations; messages omit its name. The backup contains all schemas. */
  readonly schema: string;
  /** Folder of pg_dump and pg_restore. Default: see `findTool`. */
  readonly pgBin?: string | undefined;
  readonly note: (line: string) => void;
  /** Stops the backup or restore, which then removes its incomplete files and databases. */
  readonly signal?: AbortSignal | undefined;
}

const APPLICATION = 'shared-db backup';

/** SQLSTATE object_in_use: sessions are connected to the database to be copied. */
const OBJECT_IN_USE = '55006';

/**
 * Runs `work` on a connection to another database of the server: `postgres` or `template1`.
 *
 * @throws ConnectionFailure
 */
export async function onServer<T>(context: BackupContext, work: (client: Client) => Promise<T>): Promise<T> {
  const { url, signal } = context;
  const names = ['postgres', 'template1'].filter((name) => name !== parseDatabaseUrl(url).database);
  const [first = '', second] = names;
  const at = (database: string): Promise<T> =>
    withClient(url, { database, signal, applicationName: APPLICATION }, work);
  try {
    return await at(first);
  } catch (error) {
    // Some servers have no database `postgres`, or allow only some roles to connect to it.
    if (!(error instanceof ConnectionFailure) || second === undefined) throw error;
    return at(second);
  }
}

/**
 * Runs `work` under an advisory lock, so that a database has only one backup or restore at a time.
 *
 * @throws BackupError when another process holds the lock
 */
export async function runExclusively<T>(context: BackupContext, work: () => Promise<T>): Promise<T> {
  const { database } = parseDatabaseUrl(context.url);
  return onServer({ ...context, signal: undefined }, async (client) => {
    const { rows } = await client.query<{ got: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('shared-db backup'), hashtext($1)) AS got`,
      [database],
    );
    if (rows[0]?.got) return work();
    throw new BackupError(`Another process is backing up or restoring ${database}. Wait until it has finished.`);
  });
}

/** Returns a function that runs SQL and returns the rows; with several statements, the rows of the last one. */
export function createQuery(client: Client): Query {
  return async <Row extends object>(sql: string) =>
    [(await client.query(sql)) as unknown as { rows: Row[] }].flat().at(-1)?.rows ?? [];
}

/** Begins a read-only transaction that sees one state of the database: no later commits of other sessions. */
export const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Reads the fingerprint of a database on the server of the context. */
export async function readDatabaseFingerprint(
  context: BackupContext,
  database = parseDatabaseUrl(context.url).database,
  options: FingerprintOptions = {},
): Promise<Fingerprint> {
  const { url, schema, signal } = context;
  return withClient(url, { database, signal, readOnly: true, applicationName: APPLICATION }, async (client) => {
    await client.query(BEGIN_SNAPSHOT);
    return translateMissingPrivilege(() => readFingerprint(createQuery(client), schema, options));
  });
}

/** @throws BackupError when the role lacks a privilege to read */
export async function translateMissingPrivilege<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    if (code !== '42501') throw error;
    throw new BackupError(
      `This role cannot read the whole database (${message ?? 'insufficient privilege'}). Use the role that owns the tables.`,
    );
  }
}

/**
 * Returns the name of a temporary database: `antone_failed_20261123_075012_123`. The first part is shortened so that the name has at
 * most 63 bytes, the limit of PostgreSQL.
 */
export function createNameBeside(
  database: string,
  purpose: 'backup' | 'failed' | 'restore' | 'trial',
  now: Date,
): string {
  const ending = `_${purpose}_${formatTimestamp(now)}`;
  let stem = database;
  while (Buffer.byteLength(stem + ending) > 63) stem = Array.from(stem).slice(0, -1).join('');
  return stem + ending;
}

/** `20261123_075012_123`, in UTC. */
export function formatTimestamp(now: Date): string {
  return now.toISOString().replaceAll(/[-:]/g, '').replace('T', '_').replace('.', '_').slice(0, 19);
}

/** @throws BackupError with a list of the sessions when any is connected */
export async function assertNoSessions(client: Client, database: string, why: string): Promise<void> {
  const sessions = await listSessions(client, database);
  if (sessions.length === 0) return;
  throw new BackupError(
    `${sessions.length} ${sessions.length === 1 ? 'session is' : 'sessions are'} connected to ${database} (${sessions.slice(0, 5).join('; ')}); ${why}.`,
  );
}

/** Lists the sessions of a database except this one: `pid 42, queue-processor, idle`. */
export async function listSessions(client: Client, database: string): Promise<string[]> {
  const { rows } = await client.query<{ session: string }>(
    `SELECT concat_ws(', ', 'pid ' || pid, nullif(application_name, ''), state) AS session FROM pg_stat_activity
     WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid`,
    [database],
  );
  return rows.map(({ session }) => session);
}

/** Creates a database as a copy of another, with the same owner. No session may be connected to the original. */
export async function copyDatabase(context: BackupContext, from: string, to: string): Promise<void> {
  await onServer(context, async (client) => {
    try {
      await client.query(`CREATE DATABASE ${escapeIdentifier(to)} TEMPLATE ${escapeIdentifier(from)}`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== OBJECT_IN_USE) throw error;
      await assertNoSessions(client, from, 'PostgreSQL copies only unused databases. End the sessions');
      throw new BackupError(`${from} is in use and cannot be copied. Try again.`);
    }
  });
}

/** Drops a temporary database, if it exists, and ends its sessions. Ignores the signal, so that it also works after an interruption. */
export async function dropDatabase(context: BackupContext, name: string): Promise<void> {
  await onServer({ ...context, signal: undefined }, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
  );
}
