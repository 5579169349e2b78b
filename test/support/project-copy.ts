import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCli, type CliResult } from './cli.js';
import { buildProgram } from './program.js';

const PARTS = ['src', 'scripts', 'ormconfig.ts', 'tsconfig.json', 'package.json', '.prettierrc.json'];

/** This project in a folder of its own, whose sources a test may change. */
export interface ProjectCopy {
  readonly folder: string;
  /** Compiles the commands anew: after each change. */
  build(): Promise<void>;
  /** Runs a command of the copy as it was built last. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  remove(): Promise<void>;
}

export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-copy-'));
  const program = join(folder, 'dist');
  for (const part of PARTS) await cp(part, join(folder, part), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const build = (): Promise<void> => buildProgram(folder, program);
  await build();
  return {
    folder,
    build,
    run: (args, env = {}) => runCli(args, { folder, program, env }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
