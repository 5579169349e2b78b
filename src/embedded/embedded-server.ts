/**
 * Runs a real PostgreSQL for development and tests, without Docker and without an installed server. Processes that acquire the server
 * of the same folder share it, and the last one to release it stops it. After a killed process it keeps running for the next one.
 *
 * Refuses to start when NODE_ENV counts as production. Code for production must not import this file.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeNodeEnv, isProduction } from '../connection/environment.js';
import { type Binaries, prepareBinaries } from './binaries.js';
import { ensureCluster, readPassword, ROLE } from './cluster.js';
import { toCanonicalPath, chooseLocation, type ClusterLocation, listPossibleFolders } from './cluster.js';
import { EmbeddedPostgresError, toEmbeddedError, USE_ANOTHER_SERVER, getCode, getMessage } from './processes.js';
import { readPostmaster, removeStalePidFile, type ServerSettings, startServer, stopServer } from './server-process.js';
import type { Client } from 'pg';
import { SessionClient } from '../connection/session.js';

export { EmbeddedPostgresError } from './processes.js';

export interface EmbeddedOptions {
  /** Folder that holds the cluster; created if missing. Relative paths are resolved against the working folder. */
  folder: string;
  /** As root: create the user `postgres` if it is missing. Default false: run as `nobody` instead. */
  createUser?: boolean;
  /** False sets fsync=off and full_page_writes=off, for test data. Default true. */
  durable?: boolean;
  /** Extra server settings (name → value), e.g. { max_connections: '200' }. Applied at server start. */
  settings?: Readonly<Record<string, string>>;
  /** Called with one line of information: the user of the server, the folder of the data, whether it was already running. */
  onNotice?: (line: string) => void;
  /** NODE_ENV. Must be `development`, `test` or undefined. */
  nodeEnv?: string | undefined;
}

export interface EmbeddedServer {
  readonly port: number;
  /** Version of the server, e.g. "18.4". */
  readonly version: string;
  /** True when this call started the server, false when it was already running. */
  readonly started: boolean;
  /** The folder in use. When it differs from the requested one, `onNotice` has named the reason. */
  readonly folder: string;
  /** Returns the connection string of a database. Default: `antone`, which exists. */
  url(database?: string): string;
  /** Releases the server, and stops it when no other process uses it. Further calls do nothing. */
  release(): Promise<void>;
}

/** Created when missing. */
const DEFAULT_DATABASE = ROLE;

/** Milliseconds in which a process must acquire the server. The start of a server has its own, longer limit. */
const MAX_ACQUIRE_MS = 60_000;

const RETRY_INTERVAL_MS = 50;

const formatUrl = (port: number, password: string, database = DEFAULT_DATABASE): string =>
  `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

interface HeldServer {
  readonly holder: Holder;
  readonly port: number;
  readonly pid: number;
  readonly started: boolean;
}

/**
 * Finds or starts the server and holds it. Repeats that, because other processes can start, stop or kill the server between two steps.
 *
 * @throws EmbeddedPostgresError after MAX_ACQUIRE_MS
 */
async function holdServer(
  place: ClusterLocation,
  binaries: Binaries,
  settings: ServerSettings,
  password: string,
): Promise<HeldServer> {
  let startedPid: number | undefined;
  const deadline = Date.now() + MAX_ACQUIRE_MS;
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
    await sleep(RETRY_INTERVAL_MS);
  } while (Date.now() < deadline);
  throw new EmbeddedPostgresError(
    `no server on ${place.folder} became available within ${MAX_ACQUIRE_MS / 1000} s: read server.log there, ` +
      `end the server of the folder (its pid is in postmaster.pid), or ${USE_ANOTHER_SERVER}`,
  );
}

/**
 * Acquires the server of the folder, and starts it if it is not running.
 *
 * @throws EmbeddedPostgresError
 */
export async function acquireEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (isProduction(options.nodeEnv)) {
    throw new EmbeddedPostgresError(
      `the embedded server is for development and tests, not for production (${describeNodeEnv(options.nodeEnv)}): set DATABASE_URL`,
    );
  }
  const notice = options.onNotice ?? ((): void => undefined);
  const settings = { durable: options.durable ?? true, settings: options.settings ?? {} };
  const place = await chooseLocation(options.folder, options.createUser ?? false, notice);
  const binaries = await prepareBinaries(place.runAs);
  await ensureCluster(place, binaries, { durable: settings.durable, notice });
  const password = await readPassword(place.folder);
  const { holder, port, pid, started } = await holdServer(place, binaries, settings, password);
  const user = place.runAs === undefined ? '' : `, as the user ${place.runAs.name}`;
  const state = started ? 'was started' : 'was already running';
  notice(`PostgreSQL ${holder.version} ${state} on 127.0.0.1:${port}, data in ${place.folder}${user}`);

  const release = async (): Promise<void> => {
    try {
      if (await holder.release()) await stopServer(place, binaries, pid);
    } finally {
      await holder.close();
    }
  };
  let releasing: Promise<void> | undefined;
  return {
    port,
    version: holder.version,
    started,
    folder: place.folder,
    url: (database) => formatUrl(port, password, database),
    release: () => (releasing ??= release()),
  };
}

/** Returns the URL of the server that runs on the folder; undefined when none runs. Does not start a server. */
export async function findEmbeddedServer(folder: string, database?: string): Promise<string | undefined> {
  return toEmbeddedError(`read ${folder}`, async () => {
    for (const possible of await listPossibleFolders(await toCanonicalPath(folder))) {
      const running = await readPostmaster(possible);
      if (running?.status !== 'ready') continue;
      const password = await readPassword(possible);
      if (await acceptsConnections(running.port, password)) return formatUrl(running.port, password, database);
    }
    return undefined;
  });
}

/** Key of the advisory lock that all processes using the server share. The letters "antone". */
const LOCK_KEY = BigInt('0x616e746f6e65').toString();

/** Database of the advisory lock. Locks belong to a database, so this one cannot collide with those of the application. */
const LOCK_DATABASE = 'postgres';

const CONNECT_TIMEOUT_MS = 10_000;

/** True when the server is starting, stopping or was killed: SQLSTATE classes 57 and 08, and network errors (no SQLSTATE). */
const isTemporary = (code: string | undefined): boolean =>
  !/^[0-9A-Z]{5}$/.test(code ?? '') || /^(57|08)/.test(code ?? '');

function createRefusal(port: number, error: unknown): EmbeddedPostgresError {
  const code = getCode(error) ?? '';
  const advice = code.startsWith('28')
    ? 'its password was changed: set it to the one in the file `password` of its folder, or remove the folder'
    : code === '53300'
      ? 'close some connections, or raise the setting max_connections'
      : 'read server.log in its folder';
  return new EmbeddedPostgresError(
    `the embedded server on port ${port} refuses the connection: ${getMessage(error)}; ${advice}`,
  );
}

interface Holder {
  readonly version: string;
  /** Releases the server. Returns true when no other process holds it: then the caller must stop it, and new processes wait for that. */
  release(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Connects to the server; undefined when it is unavailable for a temporary reason.
 *
 * @throws EmbeddedPostgresError for any other reason
 */
async function connect(port: number, password: string): Promise<Client | undefined> {
  // The connection is idle for hours: a session client has no time limits.
  const client = new SessionClient({
    host: '127.0.0.1',
    port,
    user: ROLE,
    password,
    database: LOCK_DATABASE,
    // Set here, so that PGSSLMODE in the environment has no effect.
    ssl: false,
    application_name: '@shared/db embedded server holder',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A killed server emits an error; without a listener it would end our process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isTemporary(getCode(error))) return undefined;
    throw createRefusal(port, error);
  }
}

async function createDatabase(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount !== 0) return;
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
    // Another process created it at the same time: duplicate_database or unique_violation.
    if (!['42P04', '23505'].includes(getCode(error) ?? '')) throw error;
  });
}

function createHolder(client: Client, version: string): Holder {
  let lost = false;
  client.on('end', () => (lost = true));
  return {
    version,
    async release() {
      try {
        if (lost) return false;
        await client.query('SELECT pg_advisory_unlock_shared($1)', [LOCK_KEY]);
        const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [LOCK_KEY]);
        return rows[0]?.last === true;
      } catch {
        // The server is gone, so there is none to stop.
        return false;
      }
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

/**
 * Takes the shared lock of the server's users, and creates the database if it is missing. Returns undefined when the server is
 * unavailable for a temporary reason.
 */
async function hold(port: number, password: string, database: string): Promise<Holder | undefined> {
  const client = await connect(port, password);
  if (client === undefined) return undefined;
  try {
    // Waits while another process stops the server, and then fails with it.
    await client.query('SELECT pg_advisory_lock_shared($1)', [LOCK_KEY]);
    await createDatabase(client, database);
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    // Distributions append their own name: "15.18 (Debian 15.18-1)".
    return createHolder(client, rows[0]?.server_version.split(' ')[0] ?? '');
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isTemporary(getCode(error))) return undefined;
    throw createRefusal(port, error);
  }
}

/** Returns whether the server accepts a connection. */
async function acceptsConnections(port: number, password: string): Promise<boolean> {
  const client = await connect(port, password);
  await client?.end();
  return client !== undefined;
}
