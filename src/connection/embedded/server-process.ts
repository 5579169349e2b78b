import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import { childOptions, complaint, run } from './child.js';
import { EmbeddedPostgresError, explained, messageOf, USE_ANOTHER_SERVER } from './embedded-postgres-error.js';
import type { Place } from './place.js';
import { readPostmaster } from './postmaster-file.js';

/** Long, since a large database that crashed is recovered first. */
const READY_WITHIN_MS = 120_000;

const STOPPED_WITHIN_MS = 60_000;

const POLL_MS = 20;

const LOG_FILE = 'server.log';

/**
 * Reasons that pass by themselves: another process starts the server at this moment, the children of a killed server are not gone
 * yet, somebody took the port between our look and the server's.
 */
const PASSING = /lock file ".*" (already exists|is empty)|shared memory block .* still in use|Address already in use/;

export interface ServerSettings {
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** The server may crash without loss even so; a crash of the machine may lose everything. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

function serverArguments(folder: string, port: number, { durable, settings }: ServerSettings): string[] {
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

/** A port the system says is free. Somebody may take it before the server does: see PASSING. */
async function freePort(): Promise<number> {
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
  // 'ax': never onto a file, or through a link, that somebody else put there.
  const log = await open(logFile, 'ax', 0o600);
  try {
    if (place.runAs !== undefined) await log.chown(place.runAs.uid, place.runAs.gid);
    const stdio = ['ignore' as const, log.fd, log.fd];
    const child = spawn(binaries.postgres, args, { ...childOptions(place.runAs), detached: true, stdio });
    const attempt: Attempt = { child, failure: undefined };
    child.once('error', (error) => (attempt.failure = messageOf(error)));
    child.unref();
    return attempt;
  } finally {
    await log.close();
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Somebody else stopped or killed it while it started. A crash of its own is another signal, or a code above 0. */
const wasEnded = (child: ChildProcess): boolean => child.signalCode === 'SIGKILL' || child.exitCode === 0;

/** Waits until the server of that child is ready. False when it ended instead. */
async function becomesReady(child: ChildProcess, folder: string): Promise<boolean> {
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
  return explained(`start the server of ${folder}`, async () => {
    const args = serverArguments(folder, await freePort(), settings);
    const attempt = await spawnServer(place, binaries, args, logFile);
    if (await becomesReady(attempt.child, folder)) {
      // Refused on Windows, where open files keep their names.
      await rename(logFile, join(folder, LOG_FILE)).catch(() => undefined);
      return attempt.child.pid;
    }
    const output = attempt.failure ?? (await readFile(logFile, 'utf8'));
    await rm(logFile, { force: true });
    if (PASSING.test(output) || wasEnded(attempt.child)) return undefined;
    throw new EmbeddedPostgresError(
      `the server of ${folder} did not start: ${complaint(output)}; see to that, or ${USE_ANOTHER_SERVER}`,
    );
  });
}

/** Stops the server with that process id, ending the sessions of whoever is still connected. Returns when it is down. */
export async function stopServer(place: Place, binaries: Binaries, pid: number): Promise<void> {
  const isUp = async (): Promise<boolean> => (await readPostmaster(place.folder))?.pid === pid;
  if (!(await isUp())) return;
  // -W, and waiting here: pg_ctl would wait for a folder without a server, which a newcomer may start again before it looks.
  const { ok, output } = await run(binaries.pgCtl, ['stop', '-D', place.folder, '-m', 'fast', '-W'], place.runAs);
  const deadline = Date.now() + STOPPED_WITHIN_MS;
  while (await isUp()) {
    if (!ok || Date.now() > deadline) {
      const reason = ok ? `still there after ${STOPPED_WITHIN_MS / 1000} s` : complaint(output);
      throw new EmbeddedPostgresError(
        `the server of ${place.folder} does not stop: ${reason}; end it with \`kill ${pid}\``,
      );
    }
    await sleep(POLL_MS);
  }
}
