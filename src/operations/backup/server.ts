import { stat, statfs } from 'node:fs/promises';
import { type Client, escapeIdentifier } from 'pg';
import { withClient } from '../../connection/client.js';
import { ConnectionFailure } from '../../connection/connection-failure.js';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import type { Query } from '../../connection/database-access.js';
import { type Fingerprint, type FingerprintOptions, readFingerprint } from './fingerprint.js';
import { BackupError } from './manifest.js';

/**
 * @param bytes at most needed there
 * @throws BackupError with both figures, when the folder's disk has less room.
 */
export async function assertSpaceIn(folder: string, bytes: number): Promise<void> {
  const free = await readFreeSpace(folder);
  if (free >= bytes) return;
  throw new BackupError(
    `Not enough disk space for a backup in ${folder}: ${formatMegabytes(free)} are free, up to ${formatMegabytes(bytes)} are needed. Make room, or give another --backup-dir.`,
  );
}

/** The same for one more copy of the database on the server's disk, where it is this machine's; else says that it cannot be known. */
async function assertSpaceOnServer(context: BackupContext, client: Client, bytes: number): Promise<void> {
  const folder = await readDataFolder(context, client);
  if (folder === undefined) {
    context.note(
      `The free space on the server's disk cannot be known from here: a copy of the database takes ${formatMegabytes(bytes)}.`,
    );
    return;
  }
  const free = await readFreeSpace(folder);
  if (free >= bytes) return;
  throw new BackupError(
    `Not enough disk space on the server for a copy of the database: ${formatMegabytes(free)} are free, ${formatMegabytes(bytes)} are needed. Make room first.`,
  );
}

/** `12.3 MB` */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}

/** Where the server keeps its data, when that is on this machine and we may know it. */
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

/** What a role may, and how large the database is. */
export interface ServerFacts {
  readonly version: string;
  readonly role: string;
  readonly creates: boolean;
  /** Null: there is no such database. */
  readonly owns: boolean | null;
  readonly bytes: string | null;
}

/**
 * Asked first, before anything is made: may we, is there room, and did a run that was killed leave something behind?
 *
 * @param copies how many more databases of this size there will be for a while
 * @returns version of the server, `15.18`
 * @throws BackupError saying what is missing.
 */
export async function inspectServer(context: BackupContext, copies: number): Promise<string> {
  const { database } = parseDatabaseUrl(context.url);
  return onServer(context, async (client) => {
    const facts = await readServerFacts(client, database);
    assertMayCreate(facts, 'a backup is proved by restoring it');
    if (facts.owns === false) {
      throw new BackupError(
        `The role ${facts.role} does not own the database ${database} and so could not put a backup in its place: use its owner.`,
      );
    }
    if (facts.bytes !== null) await assertSpaceOnServer(context, client, copies * Number(facts.bytes));
    const [stem] = createNameBeside(database, 'restore', new Date(0)).split('_19700101');
    const left = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [`${stem ?? ''}_`],
    );
    for (const { name } of left.rows) {
      context.note(`left over from a restore that was killed, drop it when none is running: ${name}`);
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
    `The role ${role} may not create databases, and ${why}: ALTER ROLE ${role} CREATEDB, or use a role that may.`,
  );
}

/** Where a backup is taken or restored, and who is told. */
export interface BackupContext {
  /** The database; others are made next to it, on the same server. */
  readonly url: string;
  /** The schema whose objects are named without it, and whose migrations are behind the backup. The backup is of the whole database. */
  readonly schema: string;
  /** Folder of pg_dump and pg_restore; absent: they are looked for. */
  readonly pgBin?: string | undefined;
  readonly note: (line: string) => void;
  /** Aborted: what runs is stopped and what was begun is removed. */
  readonly signal?: AbortSignal | undefined;
}

const APPLICATION = 'shared-db backup';

/** SQLSTATE object_in_use: a session is connected to a database that is to be copied or renamed. */
const OBJECT_IN_USE = '55006';

/**
 * Runs `work` on a connection to the server, outside the database of the context.
 *
 * @throws ConnectionFailure
 */
export async function onServer<T>(context: BackupContext, work: (client: Client) => Promise<T>): Promise<T> {
  const { url, signal } = context;
  const places = ['postgres', 'template1'].filter((name) => name !== parseDatabaseUrl(url).database);
  const [first = '', second] = places;
  const at = (database: string): Promise<T> =>
    withClient(url, { database, signal, applicationName: APPLICATION }, work);
  try {
    return await at(first);
  } catch (error) {
    // Some servers have no database `postgres`, or let only few in.
    if (!(error instanceof ConnectionFailure) || second === undefined) throw error;
    return at(second);
  }
}

/** Only one backup or restore of a database at a time: the other's rollback would undo what this one did. */
export async function runExclusively<T>(context: BackupContext, work: () => Promise<T>): Promise<T> {
  const { database } = parseDatabaseUrl(context.url);
  return onServer({ ...context, signal: undefined }, async (client) => {
    const { rows } = await client.query<{ got: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('shared-db backup'), hashtext($1)) AS got`,
      [database],
    );
    if (rows[0]?.got) return work();
    throw new BackupError(`Another process is backing up or restoring ${database}: wait until it is through.`);
  });
}

/** For functions that take a statement and want rows: those of the last one, when they are many. */
export function createQuery(client: Client): Query {
  return async <Row extends object>(sql: string) =>
    [(await client.query(sql)) as unknown as { rows: Row[] }].flat().at(-1)?.rows ?? [];
}

/** All of one moment: what others commit meanwhile is not seen. */
export const ONE_MOMENT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** The fingerprint of a database on the server of the context. Writes nothing. */
export async function readDatabaseFingerprint(
  context: BackupContext,
  database = parseDatabaseUrl(context.url).database,
  options: FingerprintOptions = {},
): Promise<Fingerprint> {
  const { url, schema, signal } = context;
  return withClient(url, { database, signal, readOnly: true, applicationName: APPLICATION }, async (client) => {
    await client.query(ONE_MOMENT);
    return formatFingerprintProblem(() => readFingerprint(createQuery(client), schema, options));
  });
}

/** @throws BackupError that says what is missing, when the role may not read all of it. */
export async function formatFingerprintProblem<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    if (code !== '42501') throw error;
    throw new BackupError(
      `This role may not read all of the database (${message ?? 'insufficient privilege'}): use the role that owns the tables.`,
    );
  }
}

/**
 * The name of a database next to another: `antone_failed_20261123_075012_123`; cut so that PostgreSQL takes it whole. To the
 * millisecond: two restores may end within one second.
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

/** @throws BackupError that lists the sessions, if any is connected. */
export async function assertNoSessions(client: Client, database: string, why: string): Promise<void> {
  const sessions = await listSessions(client, database);
  if (sessions.length === 0) return;
  throw new BackupError(
    `${sessions.length} ${sessions.length === 1 ? 'session is' : 'sessions are'} connected to ${database} (${sessions.slice(0, 5).join('; ')}): ${why}.`,
  );
}

/** Who is connected to a database, but for ourselves: `pid 42, queue-processor, idle`. */
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
      await assertNoSessions(client, from, 'it can only be copied when nobody is; end them');
      throw new BackupError(`${from} is in use and cannot be copied: try again in a moment.`);
    }
  });
}

/** Drops a temporary database, whatever its state, also after an interruption. */
export async function dropDatabase(context: BackupContext, name: string): Promise<void> {
  await onServer({ ...context, signal: undefined }, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
  );
}
