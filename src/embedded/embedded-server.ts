/**
 * A real PostgreSQL without Docker and without an installed server, for development and tests. Whoever needs it acquires it;
 * processes that ask for the same folder share one server, and the last one to release it stops it. A process that is killed
 * leaves the server running for the next one.
 *
 * Never for production: nothing there may import this file, and a NODE_ENV that counts as production is refused.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeNodeEnv, isProduction } from '../connection/environment.js';
import { type Binaries, prepareBinaries } from './binaries.js';
import { ensureCluster, readPassword, ROLE } from './cluster.js';
import { isAnswering, hold, type Holder } from './holder.js';
import { toCanonicalPath, choosePlace, type Place, listPossibleFolders } from './place.js';
import { EmbeddedPostgresError, toEmbeddedError, USE_ANOTHER_SERVER } from './processes.js';
import { readPostmaster, removeStalePidFile, type ServerSettings, startServer, stopServer } from './server-process.js';

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
