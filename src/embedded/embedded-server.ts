/**
 * A real PostgreSQL without Docker and without an installed server, for development and tests. Each process that needs it acquires it;
 * processes that ask for the same folder share one server, and the last one to release it stops it. A process that is killed
 * leaves the server running for the next one.
 *
 * Never for production: nothing there may import this file, and a NODE_ENV that counts as production is refused.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeNodeEnv, isProduction } from '../connection/environment.js';
import { type Binaries, prepareBinaries } from './binaries.js';
import { ensureCluster, readPassword, ROLE } from './cluster.js';
import { toCanonicalPath, choosePlace, type Place, listPossibleFolders } from './cluster.js';
import { EmbeddedPostgresError, toEmbeddedError, USE_ANOTHER_SERVER, getCode, getMessage } from './processes.js';
import { readPostmaster, removeStalePidFile, type ServerSettings, startServer, stopServer } from './server-process.js';
import type { Client } from 'pg';
import { SessionClient } from '../connection/session.js';

export { EmbeddedPostgresError } from './processes.js';

export interface EmbeddedOptions {
  /** Folder that holds the cluster; created if absent. Relative paths are resolved against the working folder. */
  folder: string;
  /** As root without a `postgres` user: create one (default false: run as the unprivileged user that exists, else explain). */
  createUser?: boolean;
  /** false = fsync=off, full_page_writes=off: for tests whose data may be lost. Default true. */
  durable?: boolean;
  /** Extra server settings (name → value), e.g. { max_connections: '200' }. Applied at server start. */
  settings?: Readonly<Record<string, string>>;
  /** One line for the operator: which user it runs as, where the data went, that it was reused. */
  onNotice?: (line: string) => void;
  /** NODE_ENV as the caller read it: refused unless it is `development`, `test` or not set. */
  nodeEnv?: string | undefined;
}

export interface EmbeddedServer {
  readonly port: number;
  /** What the server says of its version, e.g. "18.4". */
  readonly version: string;
  /** True when this call started it, false when it was found running. */
  readonly started: boolean;
  /** The folder really used (see onNotice when it differs from the one asked for). */
  readonly folder: string;
  /** Connection string of a database on it (default: `antone`, which exists). */
  url(database?: string): string;
  /** Leaves the server; the last one out stops it. Idempotent. */
  release(): Promise<void>;
}

/** Created when absent. Named like the role. */
const DEFAULT_DATABASE = ROLE;

/** How long we try to get hold of a server that comes and goes. Starting one has its own, longer limit. */
const HELD_WITHIN_MS = 60_000;

const PAUSE_MS = 50;

const formatUrl = (port: number, password: string, database = DEFAULT_DATABASE): string =>
  `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

interface Held {
  readonly holder: Holder;
  readonly port: number;
  readonly pid: number;
  readonly started: boolean;
}

/** Starts the server, or finds it, until we hold on to it: between two steps of ours others may start, stop or kill it. */
async function getHold(place: Place, binaries: Binaries, settings: ServerSettings, password: string): Promise<Held> {
  let startedPid: number | undefined;
  const deadline = Date.now() + HELD_WITHIN_MS;
  do {
    const running = await toEmbeddedError(`read ${place.folder}`, () => readPostmaster(place.folder));
    if (running === undefined) {
      await removeStalePidFile(place.folder);
      const pid = await startServer(place, binaries, settings);
      if (pid !== undefined) {
        startedPid = pid;
        continue;
      }
    } else if (running.status === 'ready') {
      const { pid, port } = running;
      const holder = await hold(port, password, DEFAULT_DATABASE);
      if (holder !== undefined) return { holder, port, pid, started: pid === startedPid };
    }
    await sleep(PAUSE_MS);
  } while (Date.now() < deadline);
  throw new EmbeddedPostgresError(
    `no server to be had on ${place.folder} within ${HELD_WITHIN_MS / 1000} s: read server.log there, ` +
      `end what runs on the folder (its pid is in postmaster.pid), or ${USE_ANOTHER_SERVER}`,
  );
}

/** The server of that folder, started if need be. Throws EmbeddedPostgresError. */
export async function acquireEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (isProduction(options.nodeEnv)) {
    throw new EmbeddedPostgresError(
      `the embedded server is for development and tests, not for production (${describeNodeEnv(options.nodeEnv)}): set DATABASE_URL`,
    );
  }
  const notice = options.onNotice ?? ((): void => undefined);
  const settings = { durable: options.durable ?? true, settings: options.settings ?? {} };
  const place = await choosePlace(options.folder, options.createUser ?? false, notice);
  const binaries = await prepareBinaries(place.runAs);
  await ensureCluster(place, binaries, { durable: settings.durable, notice });
  const password = await readPassword(place.folder);
  const { holder, port, pid, started } = await getHold(place, binaries, settings, password);
  const user = place.runAs === undefined ? '' : `, as the user ${place.runAs.name}`;
  const what = started ? 'started' : 'found running';
  notice(`PostgreSQL ${holder.version} ${what} on 127.0.0.1:${port}, data in ${place.folder}${user}`);

  const leave = async (): Promise<void> => {
    try {
      if (await holder.letGo()) await stopServer(place, binaries, pid);
    } finally {
      await holder.close();
    }
  };
  let left: Promise<void> | undefined;
  return {
    port,
    version: holder.version,
    started,
    folder: place.folder,
    url: (database) => formatUrl(port, password, database),
    release: () => (left ??= leave()),
  };
}

/** The URL of the server running on that folder, or undefined when none runs. Starts nothing. */
export async function findEmbeddedServer(folder: string, database?: string): Promise<string | undefined> {
  return toEmbeddedError(`read ${folder}`, async () => {
    for (const possible of await listPossibleFolders(await toCanonicalPath(folder))) {
      const running = await readPostmaster(possible);
      if (running?.status !== 'ready') continue;
      const password = await readPassword(possible);
      if (await isAnswering(running.port, password)) return formatUrl(running.port, password, database);
    }
    return undefined;
  });
}

/** The advisory lock, in the database `postgres`, that all users of the server share. The letters "antone". */
const IN_USE = BigInt('0x616e746f6e65').toString();

/** Where holders meet. Advisory locks belong to a database, so ours cannot collide with those of the application. */
const MEETING_PLACE = 'postgres';

const CONNECT_WITHIN_MS = 10_000;

/** The server is going down, or up, or was killed: PostgreSQL's classes 57 and 08, and errors of the network (no SQLSTATE). */
const isPassing = (code: string | undefined): boolean =>
  !/^[0-9A-Z]{5}$/.test(code ?? '') || /^(57|08)/.test(code ?? '');

function createRefusal(port: number, error: unknown): EmbeddedPostgresError {
  const code = getCode(error) ?? '';
  const advice = code.startsWith('28')
    ? 'its password was changed: set it back to the one in the file `password` of its folder, or remove the folder'
    : code === '53300'
      ? 'close some connections, or give it more with the setting max_connections'
      : 'read server.log in its folder';
  return new EmbeddedPostgresError(`the embedded server on port ${port} refuses us: ${getMessage(error)}; ${advice}`);
}

interface Holder {
  readonly version: string;
  /** Releases the server. Returns true when no other process holds it: then the caller must stop it, and new processes wait until it is down. */
  letGo(): Promise<boolean>;
  close(): Promise<void>;
}

/** A connection to the server, or undefined when it is not to be had now. A refusal that will not pass by is thrown. */
async function connect(port: number, password: string): Promise<Client | undefined> {
  // Held for hours in silence: a session client has no limits.
  const client = new SessionClient({
    host: '127.0.0.1',
    port,
    user: ROLE,
    password,
    database: MEETING_PLACE,
    // Not left to PGSSLMODE and its kin in the environment.
    ssl: false,
    application_name: '@shared/db embedded server holder',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
  });
  // A server that is killed is reported here; without a listener it would end our process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(getCode(error))) return undefined;
    throw createRefusal(port, error);
  }
}

async function createDatabase(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount !== 0) return;
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
    // Two newcomers at once: duplicate_database, or unique_violation when they were even closer.
    if (!['42P04', '23505'].includes(getCode(error) ?? '')) throw error;
  });
}

function getHolder(client: Client, version: string): Holder {
  let lost = false;
  client.on('end', () => (lost = true));
  return {
    version,
    async letGo() {
      try {
        if (lost) return false;
        await client.query('SELECT pg_advisory_unlock_shared($1)', [IN_USE]);
        const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [IN_USE]);
        return rows[0]?.last === true;
      } catch {
        // The server went away, so there is nothing to stop.
        return false;
      }
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

/** Joins those who use the server, and sees to it that the database exists. Undefined when the server is going away. */
async function hold(port: number, password: string, database: string): Promise<Holder | undefined> {
  const client = await connect(port, password);
  if (client === undefined) return undefined;
  try {
    // Waits while the last one out stops the server; then ends with it.
    await client.query('SELECT pg_advisory_lock_shared($1)', [IN_USE]);
    await createDatabase(client, database);
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    // Distributions append their own name: "15.18 (Debian 15.18-1)".
    return getHolder(client, rows[0]?.server_version.split(' ')[0] ?? '');
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(getCode(error))) return undefined;
    throw createRefusal(port, error);
  }
}

/** Whether the server lets us in. */
async function isAnswering(port: number, password: string): Promise<boolean> {
  const client = await connect(port, password);
  await client?.end();
  return client !== undefined;
}
