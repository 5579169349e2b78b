import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of our commands from the source, as the npm scripts do. Only what is given is in its environment. */
export async function runCommand(
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<CommandResult> {
  const { cwd = process.cwd(), env = {} } = options;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=DeprecationWarning',
      '--import',
      '@swc-node/register/esm-register',
      join(cwd, 'src/cli/main.ts'),
      ...args,
    ],
    { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
