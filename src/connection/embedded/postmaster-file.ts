import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { run } from './child.js';
import { codeOf } from './embedded-postgres-error.js';

/** What a running server writes into its folder, and where we find it again: nothing else needs to be remembered. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'stopping' | 'ready';
}

interface PidFile extends Postmaster {
  readonly text: string;
}

const pathOf = (folder: string): string => join(folder, 'postmaster.pid');

async function readPidFile(file: string): Promise<PidFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
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
    // EPERM means somebody else's process: not a server of ours either, and PostgreSQL too takes such a file for stale.
    return false;
  }
}

/** How a process was called, as far as the system tells. A zombie has an empty name. */
async function argumentsOf(pid: number): Promise<string[] | undefined> {
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
  const called = await argumentsOf(pid);
  if (called === undefined) return isAlive(pid);
  // A server's own children are called "postgres: checkpointer" and the like.
  if (basename(called[0] ?? '') !== 'postgres') return false;
  const data = called[called.indexOf('-D') + 1];
  return !called.includes('-D') || data === undefined || !isAbsolute(data) || data === folder;
}

/** The server that runs on the folder. Undefined when none does, whatever the file says. Changes nothing. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(pathOf(folder));
  return file !== undefined && isAlive(file.pid) && (await isServerOf(file.pid, folder)) ? file : undefined;
}

/**
 * Removes a file left by a server that was killed, when its number belongs to another process by now: PostgreSQL sees only that
 * some process of its user has that number, and refuses to start. A file whose process is gone is left to PostgreSQL.
 */
export async function removeStalePidFile(folder: string): Promise<void> {
  const seen = await readPidFile(pathOf(folder));
  if (seen === undefined || !isAlive(seen.pid) || (await isServerOf(seen.pid, folder))) return;
  // Taken away by rename and looked at again: between look and removal another process may have started the server.
  const aside = join(folder, `postmaster.pid.stale-${randomUUID()}`);
  try {
    await rename(pathOf(folder), aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const taken = await readPidFile(aside);
  if (taken?.text !== seen.text) await link(aside, pathOf(folder)).catch(() => undefined);
  await rm(aside, { force: true });
}
