import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { Place } from './cluster.js';
import {
  createChildOptions,
  getCode,
  readComplaint,
  EmbeddedPostgresError,
  toEmbeddedError,
  getMessage,
  run,
  USE_ANOTHER_SERVER,
} from './processes.js';

/** What a running server writes into its folder, and where we find it again: nothing else needs to be remembered. */
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
    // EPERM means a process of another user: it is not our server, and PostgreSQL treats such a file as stale, too.
    return false;
  }
}

/** How a process was called, as far as the system tells. A zombie has an empty name. */
async function readArguments(pid: number): Promise<string[] | undefined> {
  if (process.platform === 'win32') return undefined;
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return text?.split('\0');
  }
  const { ok, output } = await run('ps', ['-o', 'comm=', '-p', String(pid)]);
  return ok ? [output.trim()] : undefined;
}

/** Whether the process is the server of that folder, and not a later process with the same number. In doubt, yes. */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  const called = await readArguments(pid);
  if (called === undefined) return isAlive(pid);
  // A server's own children are called "postgres: checkpointer" and the like.
  if (basename(called[0] ?? '') !== 'postgres') return false;
  const data = called[called.indexOf('-D') + 1];
  return !called.includes('-D') || data === undefined || !isAbsolute(data) || data === folder;
}

/** The server that runs on the folder. Undefined when none does, whatever the file says. Changes nothing. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(getPidFilePath(folder));
  return file !== undefined && isAlive(file.pid) && (await isServerOf(file.pid, folder)) ? file : undefined;
}

/**
 * Removes a file left by a server that was killed, when its number belongs to another process by now: PostgreSQL sees only that
 * some process of its user has that number, and refuses to start. A file whose process is gone is left to PostgreSQL.
 */
export async function removeStalePidFile(folder: string): Promise<void> {
  const seen = await readPidFile(getPidFilePath(folder));
  if (seen === undefined || !isAlive(seen.pid) || (await isServerOf(seen.pid, folder))) return;
  // Taken away by rename and looked at again: between look and removal another process may have started the server.
  const dropFirst = join(folder, `postmaster.pid.stale-${randomUUID()}`);
  try {
    await rename(getPidFilePath(folder), dropFirst);
  } catch (error) {
    if (getCode(error) === 'ENOENT') return;
    throw error;
  }
  const taken = await readPidFile(dropFirst);
  if (taken?.text !== seen.text) await link(dropFirst, getPidFilePath(folder)).catch(() => undefined);
  await rm(dropFirst, { force: true });
}

/** Long, since a large database that crashed is recovered first. */
const READY_WITHIN_MS = 120_000;

const STOPPED_WITHIN_MS = 60_000;

const POLL_MS = 20;

const LOG_FILE = 'server.log';

/**
 * Reasons that pass by themselves: another process starts the server at this moment, the children of a killed server are not gone
 * yet, another process took the port after it was found free.
 */
const PASSING = /lock file ".*" (already exists|is empty)|shared memory block .* still in use|Address already in use/;

export interface ServerSettings {
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** The server may crash without loss even so; a crash of the machine may lose everything. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

function createServerArguments(folder: string, port: number, { durable, settings }: ServerSettings): string[] {
  const values = {
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : NOT_DURABLE),
    ...settings,
    // Last, since the last one counts: who else may connect, and where, is not up to the caller.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  };
  return ['-D', folder, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Returns a free port. Another process may take it before the server does: see PASSING. */
async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

interface Attempt {
  readonly child: ChildProcess;
  /** Why there is no process at all, if so. */
  failure: string | undefined;
}

/** Starts it in a session of its own, so that Ctrl-C in our terminal reaches only us, and we can leave in good order. */
async function spawnServer(place: Place, binaries: Binaries, args: string[], logFile: string): Promise<Attempt> {
  // 'ax': never to a file, or through a link, of another user.
  const log = await open(logFile, 'ax', 0o600);
  try {
    if (place.runAs !== undefined) await log.chown(place.runAs.uid, place.runAs.gid);
    const stdio = ['ignore' as const, log.fd, log.fd];
    const child = spawn(binaries.postgres, args, { ...createChildOptions(place.runAs), detached: true, stdio });
    const attempt: Attempt = { child, failure: undefined };
    child.once('error', (error) => (attempt.failure = getMessage(error)));
    child.unref();
    return attempt;
  } finally {
    await log.close();
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Returns whether another process stopped or killed the server while it started. A crash shows another signal, or a code above 0. */
const hasBeenEnded = (child: ChildProcess): boolean => child.signalCode === 'SIGKILL' || child.exitCode === 0;

/** Waits until the server of that child is ready. False when it ended instead. */
async function waitUntilReady(child: ChildProcess, folder: string): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const running = await readPostmaster(folder);
    if (running !== undefined && running.pid === child.pid && running.status === 'ready') return true;
    if (hasEnded(child)) return false;
    await sleep(POLL_MS);
  }
  throw new EmbeddedPostgresError(
    `the server of ${folder} is not ready after ${READY_WITHIN_MS / 1000} s: read the newest server*.log there, ` +
      `stop it with \`kill ${child.pid ?? ''}\`, or ${USE_ANOTHER_SERVER}`,
  );
}

/** Starts a server on the folder. Its process id when it is ready, undefined when it could not for a PASSING reason. */
export async function startServer(
  place: Place,
  binaries: Binaries,
  settings: ServerSettings,
): Promise<number | undefined> {
  const { folder } = place;
  // A log per attempt: of two processes that start at once, the one that loses must not read the other's complaints.
  const logFile = join(folder, `server-${randomUUID()}.log`);
  return toEmbeddedError(`start the server of ${folder}`, async () => {
    const args = createServerArguments(folder, await findFreePort(), settings);
    const attempt = await spawnServer(place, binaries, args, logFile);
    if (await waitUntilReady(attempt.child, folder)) {
      // Refused on Windows, where open files keep their names.
      await rename(logFile, join(folder, LOG_FILE)).catch(() => undefined);
      return attempt.child.pid;
    }
    const output = attempt.failure ?? (await readFile(logFile, 'utf8'));
    await rm(logFile, { force: true });
    if (PASSING.test(output) || hasBeenEnded(attempt.child)) return undefined;
    throw new EmbeddedPostgresError(
      `the server of ${folder} did not start: ${readComplaint(output)}; see to that, or ${USE_ANOTHER_SERVER}`,
    );
  });
}

/** Stops the server with that process id, and ends all its sessions. Returns when it is down. */
export async function stopServer(place: Place, binaries: Binaries, pid: number): Promise<void> {
  const isUp = async (): Promise<boolean> => (await readPostmaster(place.folder))?.pid === pid;
  if (!(await isUp())) return;
  // -W, and waiting here: pg_ctl would wait for a folder without a server, which a newcomer may start again before it looks.
  const { ok, output } = await run(binaries.pgCtl, ['stop', '-D', place.folder, '-m', 'fast', '-W'], place.runAs);
  const deadline = Date.now() + STOPPED_WITHIN_MS;
  while (await isUp()) {
    if (!ok || Date.now() > deadline) {
      const reason = ok ? `still there after ${STOPPED_WITHIN_MS / 1000} s` : readComplaint(output);
      throw new EmbeddedPostgresError(
        `the server of ${place.folder} does not stop: ${reason}; end it with \`kill ${pid}\``,
      );
    }
    await sleep(POLL_MS);
  }
}
