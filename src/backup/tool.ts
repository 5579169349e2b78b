import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BackupToolError } from './errors.js';

/** A program of PostgreSQL. */
export interface Tool {
  readonly name: 'pg_dump' | 'pg_restore';
  readonly program: string;
  /** `15.18` */
  readonly version: string;
}

/**
 * pg_dump or pg_restore, at least as new as the server: an older one refuses, or leaves out what it does not know.
 *
 * @param server version of the server, `18.4`
 * @param folder of the programs; absent: Debian's folder for that version, then PATH.
 * @throws BackupToolError naming both versions and what to install.
 */
export async function findTool(name: Tool['name'], server: string, folder?: string): Promise<Tool> {
  const major = majorOf(server);
  const programs = folder === undefined ? [`/usr/lib/postgresql/${major}/bin/${name}`, name] : [join(folder, name)];
  let old: string | undefined;
  for (const program of programs) {
    const version = await versionOf(program);
    if (version === undefined) continue;
    if (majorOf(version) >= major) return { name, program, version };
    old = version;
  }
  const what =
    old === undefined ? `There is no ${name} here, and the server is` : `${name} ${old} is older than the server,`;
  throw new BackupToolError(
    `${what} PostgreSQL ${server}: install the client programs of PostgreSQL ${major} or later (Debian: postgresql-client-${major}, from apt.postgresql.org) and, unless they are on PATH, set PG_BIN to their folder.`,
  );
}

export interface ToolRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Told of each line it prints about its progress. */
  readonly onLine: (line: string) => void;
  /** Called with each line of standard output. Default: the output is ignored. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Runs it to its end.
 *
 * @returns what it complained of, without what may quote rows or name users; undefined when it was content.
 */
export async function runTool({ name, program }: Tool, run: ToolRun): Promise<string | undefined> {
  const child = spawn(program, run.args, {
    env: run.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(run.signal ? { signal: run.signal } : {}),
  });
  child.stdout.setEncoding('utf8').on('data', run.onOutput ?? (() => undefined));
  let complaint: string | undefined;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith(`${name}: error: `)) complaint ??= withoutValues(line.slice(name.length + 9));
    run.onLine(line);
  });
  const code = await new Promise<number | null>((resolve) => {
    // Not to be started, or interrupted.
    child.once('error', () => undefined);
    child.once('close', resolve);
  });
  run.signal?.throwIfAborted();
  if (code === 0) return undefined;
  return complaint ?? `it ended with ${code === null ? 'a signal' : `code ${code}`} and said nothing`;
}

/** What PostgreSQL says of a row it could not take quotes that row. */
function withoutValues(line: string): string {
  return line
    .replace(/(COPY failed for table "[^"]*").*/, '$1')
    .replace(/ for user "[^"]*"/, '')
    .replace(/(invalid input|malformed|value too long).*/, '$1')
    .replace(/\.?\s*$/, '');
}

async function versionOf(program: string): Promise<string | undefined> {
  const child = spawn(program, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await new Promise((resolve) => {
    // Not there.
    child.once('error', resolve);
    child.once('close', resolve);
  });
  return /\(PostgreSQL\) (\d+[\w.]*)/.exec(printed)?.[1];
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
