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

/** Starts a process that runs the migrations of a test. */
export function spawnMigrator(order: MigrateOrder): MigratorProcess {
  const program = join(preparedServer().program, 'test/support/migrator/migrate.js');
  const child = spawn(
    process.execPath,
    ['--disable-warning=DeprecationWarning', '--no-opt', program, JSON.stringify(order)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  let hasEnded = false;
  const ended = new Promise<Awaited<MigratorProcess['ended']>>((resolve) => {
    child.once('close', (code, signal) => {
      hasEnded = true;
      resolve({ code, signal, ...output });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    get stderr() {
      return output.stderr;
    },
    kill: () => void child.kill('SIGKILL'),
    async says(text) {
      while (!output.stderr.includes(text)) {
        if (hasEnded) throw new Error(`The process ended without writing "${text}":\n${output.stdout}${output.stderr}`);
        await sleep(10);
      }
    },
  };
}
