import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { ClusterLocation } from './cluster.js';
import {
  createChildOptions,
  getCode,
  getErrorLine,
  EmbeddedPostgresError,
  toEmbeddedError,
  getMessage,
  run,
  USE_ANOTHER_SERVER,
} from './processes.js';

/** The content of postmaster.pid, which a running server writes into its folder. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'stopping' | 'ready';
}

interface PidFile extends Postmaster {
  readonly text: string;
}

const getPidFilePath = (folder: string): string => join(folder, 'postmaster.pid');

async function readPidFile(file: string): Promise<PidFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (getCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  // Line 1 pid, line 4 port, line 8 status; the later lines appear while the server starts.
  const lines = text.split('\n').map((line) => line.trim());
  const status = lines[7] === 'ready' || lines[7] === 'stopping' ? lines[7] : 'starting';
  return { pid: Number(lines[0]), port: Number(lines[3]), status, text };
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // EPERM means a process of another user: not our server. PostgreSQL treats such a file as stale, too.
    return false;
  }
}

/** Returns name and arguments of a process; undefined when the system does not report them. A zombie has an empty name. */
async function readArguments(pid: number): Promise<string[] | undefined> {
  if (process.platform === 'win32') return undefined;
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return text?.split('\0');
  }
  const { ok, output } = await run('ps', ['-o', 'comm=', '-p', String(pid)]);
  return ok ? [output.trim()] : undefined;
}

/** Returns whether the process is the server of the folder, and not a later process with the same number. In doubt, returns true. */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  const args = await readArguments(pid);
  if (args === undefined) return isAlive(pid);
  // A server's own children are called "postgres: checkpointer" and the like.
  if (basename(args[0] ?? '') !== 'postgres') return false;
  const data = args[args.indexOf('-D') + 1];
  return !args.includes('-D') || data === undefined || !isAbsolute(data) || data === folder;
}

/** Returns the server that runs on the folder; undefined when none runs, also when an old postmaster.pid exists. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(getPidFilePath(folder));
  return file !== undefined && isAlive(file.pid) && (await isServerOf(file.pid, folder)) ? file : undefined;
}

/**
 * Removes the postmaster.pid of a killed server when another process now has its number: PostgreSQL would take that process for the
 * server, and refuse to start. PostgreSQL itself removes a file whose process is gone.
 */
export async function removeStalePidFile(folder: string): Promise<void> {
  const seen = await readPidFile(getPidFilePath(folder));
  if (seen === undefined || !isAlive(seen.pid) || (await isServerOf(seen.pid, folder))) return;
  // Renames the file and reads it again, because another process can have started the server since the first reading.
  const renamed = join(folder, `postmaster.pid.stale-${randomUUID()}`);
  try {
    await rename(getPidFilePath(folder), renamed);
  } catch (error) {
    if (getCode(error) === 'ENOENT') return;
    throw error;
  }
  const current = await readPidFile(renamed);
  if (current?.text !== seen.text) await link(renamed, getPidFilePath(folder)).catch(() => undefined);
  await rm(renamed, { force: true });
}

/** Includes the recovery of a large database after a crash. */
const MAX_START_MS = 120_000;

const MAX_STOP_MS = 60_000;

const POLL_INTERVAL_MS = 20;

const LOG_FILE = 'server.log';

/**
 * Errors after which a later start can succeed: another process starts the server at the same time, the children of a killed server
 * still run, or another process took the free port.
 */
const TEMPORARY_ERROR =
  /lock file ".*" (already exists|is empty)|shared memory block .* still in use|Address already in use/;

export interface ServerSettings {
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** With these settings, a crash of the server loses no data, but a crash of the machine can lose everything. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

function createServerArguments(folder: string, port: number, { durable, settings }: ServerSettings): string[] {
  const values = {
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : NOT_DURABLE),
    ...settings,
    // Last, so that the caller's settings cannot change them.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  };
  return ['-D', folder, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Returns a free port. Another process can take it before the server does: see TEMPORARY_ERROR. */
async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

interface StartAttempt {
  readonly child: ChildProcess;
  /** The reason why the process could not be created; undefined otherwise. */
  failure: string | undefined;
}

/** Starts the server in its own session, so that Ctrl-C in our terminal does not reach it. */
async function spawnServer(
  place: ClusterLocation,
  binaries: Binaries,
  args: string[],
  logFile: string,
): Promise<StartAttempt> {
  // 'ax' fails when the file or a link of that name exists, which could belong to another user.
  const log = await open(logFile, 'ax', 0o600);
  try {
    if (place.runAs !== undefined) await log.chown(place.runAs.uid, place.runAs.gid);
    const stdio = ['ignore' as const, log.fd, log.fd];
    const child = spawn(binaries.postgres, args, { ...createChildOptions(place.runAs), detached: true, stdio });
    const attempt: StartAttempt = { child, failure: undefined };
    child.once('error', (error) => (attempt.failure = getMessage(error)));
    child.unref();
    return attempt;
  } finally {
    await log.close();
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Returns whether another process stopped or killed the server while it started. After a crash, signal or code differ. */
const hasBeenEnded = (child: ChildProcess): boolean => child.signalCode === 'SIGKILL' || child.exitCode === 0;

/**
 * Waits until the server of that child is ready. Returns false when it ended instead.
 *
 * @throws EmbeddedPostgresError after MAX_START_MS
 */
async function waitUntilReady(child: ChildProcess, folder: string): Promise<boolean> {
  const deadline = Date.now() + MAX_START_MS;
  while (Date.now() < deadline) {
    const running = await readPostmaster(folder);
    if (running !== undefined && running.pid === child.pid && running.status === 'ready') return true;
    if (hasEnded(child)) return false;
    await sleep(POLL_INTERVAL_MS);
  }
  throw new EmbeddedPostgresError(
    `the server of ${folder} is not ready after ${MAX_START_MS / 1000} s: read the newest server*.log there, ` +
      `stop it with \`kill ${child.pid ?? ''}\`, or ${USE_ANOTHER_SERVER}`,
  );
}

/**
 * Starts a server on the folder and waits until it is ready. Returns its process id; undefined after a temporary error.
 *
 * @throws EmbeddedPostgresError
 */
export async function startServer(
  place: ClusterLocation,
  binaries: Binaries,
  settings: ServerSettings,
): Promise<number | undefined> {
  const { folder } = place;
  // Each attempt has its own log, so that of two simultaneous attempts none reads the errors of the other.
  const logFile = join(folder, `server-${randomUUID()}.log`);
  return toEmbeddedError(`start the server of ${folder}`, async () => {
    const args = createServerArguments(folder, await findFreePort(), settings);
    const attempt = await spawnServer(place, binaries, args, logFile);
    if (await waitUntilReady(attempt.child, folder)) {
      // Fails on Windows, where open files cannot be renamed.
      await rename(logFile, join(folder, LOG_FILE)).catch(() => undefined);
      return attempt.child.pid;
    }
    const output = attempt.failure ?? (await readFile(logFile, 'utf8'));
    await rm(logFile, { force: true });
    if (TEMPORARY_ERROR.test(output) || hasBeenEnded(attempt.child)) return undefined;
    throw new EmbeddedPostgresError(
      `the server of ${folder} did not start: ${getErrorLine(output)}; correct that, or ${USE_ANOTHER_SERVER}`,
    );
  });
}

/**
 * Stops the server with that process id, ends its sessions, and waits until it is down.
 *
 * @throws EmbeddedPostgresError
 */
export async function stopServer(place: ClusterLocation, binaries: Binaries, pid: number): Promise<void> {
  const isUp = async (): Promise<boolean> => (await readPostmaster(place.folder))?.pid === pid;
  if (!(await isUp())) return;
  // With -W pg_ctl does not wait: it would wait for any server of the folder, also one that another process starts meanwhile.
  const { ok, output } = await run(binaries.pgCtl, ['stop', '-D', place.folder, '-m', 'fast', '-W'], place.runAs);
  const deadline = Date.now() + MAX_STOP_MS;
  while (await isUp()) {
    if (!ok || Date.now() > deadline) {
      const reason = ok ? `it still runs after ${MAX_STOP_MS / 1000} s` : getErrorLine(output);
      throw new EmbeddedPostgresError(
        `the server of ${place.folder} does not stop: ${reason}; end it with \`kill ${pid}\``,
      );
    }
    await sleep(POLL_INTERVAL_MS);
  }
}
