import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { VARIABLES } from '../../src/connection/variables.js';
import { preparedServer } from './databases.js';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export interface CliOptions {
  /** Added to our environment, from which what concerns the commands is taken out first. */
  env?: Readonly<Record<string, string>>;
  /** Working folder. Default: the project. */
  folder?: string;
  /** Folder of the compiled commands. Default: those of this run. */
  program?: string;
  /** As the child of a shell, which gets the signals, as under npm. */
  shell?: boolean;
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<CliResult>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until standard output or standard error holds that text; fails when the command ends before. */
  says(text: string): Promise<void>;
}

/** Not optimised: no command lives long enough to win back the fifth of its time that this takes. */
const NODE_FLAGS = ['--disable-warning=DeprecationWarning', '--no-opt'];

/** Runs `shared-db …` as it is after a build. */
export function spawnCli(
  args: readonly string[],
  { env = {}, folder = PROJECT, shell = false, program = preparedServer().program }: CliOptions = {},
): RunningCli {
  const command = [process.execPath, ...NODE_FLAGS, join(program, 'src/cli/main.js'), ...args];
  // `; true` keeps the shell, which would otherwise become the command.
  const [file = '', ...rest] = shell ? ['sh', '-c', '"$@"; true', 'sh', ...command] : command;
  const child = spawn(file, rest, {
    cwd: folder,
    env: { ...inheritedEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  let over = false;
  const ended = new Promise<CliResult>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve({ code, ...said });
    });
  });
  return {
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    ended,
    kill: (signal) => void child.kill(signal),
    async says(text) {
      while (!said.stdout.includes(text) && !said.stderr.includes(text)) {
        if (over) throw new Error(`It ended without saying "${text}":\n${said.stdout}${said.stderr}`);
        await sleep(20);
      }
    },
  };
}

/** Returns the environment of this process without the variables that the commands read. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !(name in VARIABLES)));
}

/** The same, to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return spawnCli(args, options).ended;
}

/** An empty folder for commands to work in, with the packages of this project. Remove it with `remove()`. */
export async function workingFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-test-'));
  // The embedded server may run as another user.
  await chmod(folder, 0o755);
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
