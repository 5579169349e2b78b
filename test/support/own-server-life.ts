import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemUsers, isRoot } from '../../src/embedded/processes.js';
import { serverPrograms, type OwnServer } from './own-server.js';

/** Process id of its first process. */
export async function postmasterPid({ folder }: OwnServer): Promise<number> {
  return Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Stops the server, ending every session, and starts it again on the same port; meanwhile does what is to be done. */
export async function restart(server: OwnServer, meanwhile?: () => Promise<unknown>): Promise<void> {
  const { folder } = server;
  await control(folder, 'stop', '-m', 'fast', '-w');
  const work = meanwhile?.();
  if (work !== undefined) await sleep(300);
  await start(folder);
  await work;
}

/** Kills every process of the server, as a machine that loses power does, and starts it again on the same port. */
export async function crash(server: OwnServer): Promise<void> {
  const rows = await server.run<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()`);
  const postmaster = await postmasterPid(server);
  for (const pid of [postmaster, ...rows.map((row) => row.pid)]) kill(pid, 'SIGKILL');
  // Its other processes notice a moment later, and hold the shared memory until then.
  for (let tries = 20; ; tries -= 1) {
    await sleep(100);
    try {
      await start(server.folder);
      return;
    } catch (error) {
      if (tries === 0) throw error;
    }
  }
}

/** For a server that was started again: it is another process than the one it knows itself by. */
export async function stopForGood(server: OwnServer): Promise<void> {
  await control(server.folder, 'stop', '-m', 'immediate', '-w');
  await server.stop();
}

/** Lets a process stand still; the function it returns lets it go on. */
export function pause(pid: number): () => void {
  kill(pid, 'SIGSTOP');
  return () => {
    kill(pid, 'SIGCONT');
  };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It was faster.
  }
}

const start = (folder: string): Promise<void> => control(folder, 'start', '-w', '-l', join(folder, 'server.log'));

/** pg_ctl as the owner of the data, which starts the server with the arguments it had. */
async function control(folder: string, ...args: string[]): Promise<void> {
  const { uid, gid } = await stat(folder);
  const runAs = isRoot() ? await systemUsers.find(String(uid)) : undefined;
  const { pgCtl } = await serverPrograms(runAs);
  const options = (await readFile(join(folder, 'postmaster.opts'), 'utf8').catch(() => '')).trim();
  const again =
    args[0] === 'start'
      ? [
          '-o',
          options
            .replace(/^\S+ /, '')
            .replace(/"-D" "[^"]*"/, '')
            .replaceAll('"', "'"),
        ]
      : [];
  await promisify(execFile)(pgCtl, ['-D', folder, ...args, ...again], {
    cwd: '/',
    ...(isRoot() ? { uid, gid } : {}),
  });
}
