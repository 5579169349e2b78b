import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { preparedServer } from '../databases.js';
import type { MigrateOrder } from './migrate.js';

export interface MigratorProcess {
  readonly pid: number;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
  readonly stderr: string;
  kill(): void;
  /** Waits until standard error holds that text. */
  says(text: string): Promise<void>;
}

/** A real process with the real runner, and migrations of the test. */
export function spawnMigrator(order: MigrateOrder): MigratorProcess {
  const program = join(preparedServer().program, 'test/support/migrator/migrate.js');
  const child = spawn(
    process.execPath,
    ['--disable-warning=DeprecationWarning', '--no-opt', program, JSON.stringify(order)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  let over = false;
  const ended = new Promise<Awaited<MigratorProcess['ended']>>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal, ...said });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    get stderr() {
      return said.stderr;
    },
    kill: () => void child.kill('SIGKILL'),
    async says(text) {
      while (!said.stderr.includes(text)) {
        if (over) throw new Error(`It ended without saying "${text}":\n${said.stdout}${said.stderr}`);
        await sleep(10);
      }
    },
  };
}
