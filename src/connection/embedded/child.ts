import { spawn, type SpawnOptions } from 'node:child_process';
import { messageOf } from './embedded-postgres-error.js';

/** The user a child runs as. Absent (undefined) when it is simply ours: always, unless we are root. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Finished {
  readonly ok: boolean;
  /** What it printed, stdout and stderr together; the reason when it could not even be started. */
  readonly output: string;
}

/**
 * Nothing of our own environment reaches a child: PGDATA, PGPORT, LC_* and the like would change what the server does.
 * Windows is the exception (its system libraries need SystemRoot), hence the inherited environment there.
 */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Options that every child has. The working folder is the root: the server's user may be unable to enter ours. */
export function childOptions(runAs: RunAs | undefined): SpawnOptions {
  return {
    cwd: '/',
    windowsHide: true,
    ...(process.platform === 'win32' ? {} : { env: ENVIRONMENT }),
    ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
  };
}

/** Runs a program to its end. Never throws: a program that cannot be started is one that failed. */
export function run(file: string, args: readonly string[], runAs?: RunAs): Promise<Finished> {
  return new Promise((resolve) => {
    let output = '';
    const append = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    const failed = (error: unknown): void => {
      resolve({ ok: false, output: messageOf(error) });
    };
    try {
      const child = spawn(file, args, { ...childOptions(runAs), stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.on('data', append);
      child.stderr.on('data', append);
      child.once('error', failed);
      child.once('close', (code) => {
        resolve({ ok: code === 0, output });
      });
    } catch (error) {
      // Some reasons (a uid we may not take) are thrown, not emitted.
      failed(error);
    }
  });
}

/** The line of a PostgreSQL program's output that says why it failed: the first complaint, else the last line. */
export function complaint(output: string): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  const reason = lines.find((line) => /\b(FATAL|PANIC|error|could not|cannot)\b/.test(line)) ?? lines.at(-1);
  // "2026-01-01 00:00:00.000 UTC [42] FATAL:  reason" → "reason"
  return (reason ?? 'it printed nothing').replace(/^.*?\b(FATAL|PANIC|error): +/, '');
}
