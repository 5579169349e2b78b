import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inheritedEnvironment, runCli, type CliResult } from './cli.js';
import { buildProgram } from './program.js';

const PARTS = ['src', 'scripts', 'docs', 'ormconfig.ts', 'tsconfig.json', 'package.json', '.prettierrc.json'];

/** This project in a folder of its own, whose sources a test may change. */
export interface ProjectCopy {
  readonly folder: string;
  /** Compiles the commands anew: after each change. */
  build(): Promise<void>;
  /** Runs a command of the copy as it was built last. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** Runs an npm script of the copy, from its sources as they are now. */
  runScript(name: string, env?: Readonly<Record<string, string>>): Promise<CliResult>;
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
    runScript: (name, env = {}) => runNpmScript(folder, name, env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function runNpmScript(folder: string, name: string, env: Readonly<Record<string, string>>): Promise<CliResult> {
  const options = { cwd: folder, env: { ...inheritedEnvironment(), NODE_OPTIONS: '', ...env } };
  return new Promise((resolve) => {
    const child = execFile('npm', ['run', '--silent', name], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Answers WHY, WHAT, LOCKS and REVERSIBLE in the comment of the newest migration. */
export async function answerQuestions(folder: string): Promise<void> {
  const migrations = join(folder, 'src/migrations');
  const newest =
    (await readdir(migrations))
      .filter((name) => /^\d/.test(name))
      .sort()
      .at(-1) ?? '';
  const source = await readFile(join(migrations, newest), 'utf8');
  await writeFile(
    join(migrations, newest),
    source.replaceAll(/(WHY|WHAT|LOCKS|REVERSIBLE)(\s+)…/g, '$1$2a test needs it'),
  );
}
