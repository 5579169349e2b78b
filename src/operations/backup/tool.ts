import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import { readLibpqEnvironment } from '../../connection/environment.js';
import { createSessionSettings, formatStartupOptions } from '../../connection/session-settings.js';
import type { TlsRequest } from '../../connection/tls.js';
import { BackupToolError } from './manifest.js';

/**
 * The environment of a program that speaks to the database through libpq (pg_dump, pg_restore). The password goes this way
 * and no other: every user of the machine can read arguments. Without one in the URL, PGPASSFILE is left to libpq.
 *
 * @param database another database of the same server
 */
export function createLibpqEnvironment(url: string, database?: string): NodeJS.ProcessEnv {
  const address = parseDatabaseUrl(url);
  const login = [
    ['PGUSER', address.user],
    ['PGPASSWORD', address.password],
  ] as const;
  return readLibpqEnvironment({
    PGHOST: address.host,
    PGPORT: String(address.port),
    PGDATABASE: database ?? address.database,
    ...Object.fromEntries(login.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...createTlsVariables(address.tls),
    PGAPPNAME: 'shared-db backup',
    PGOPTIONS: formatStartupOptions(createSessionSettings()),
    PGCONNECT_TIMEOUT: '10',
    // Messages in English: some are recognised.
    LC_ALL: 'C',
  });
}

/**
 * As strict as our own connections, which verify the server for every sslmode but `disable`; libpq does so for `verify-full` only.
 */
function createTlsVariables({ mode, ca, cert, key }: TlsRequest): Record<string, string> {
  if (mode === undefined) return {};
  if (mode === 'disable') return { PGSSLMODE: 'disable' };
  const files = Object.entries({ PGSSLROOTCERT: ca, PGSSLCERT: cert, PGSSLKEY: key });
  return {
    PGSSLMODE: 'verify-full',
    ...Object.fromEntries(files.filter((file): file is [string, string] => file[1] !== undefined)),
  };
}

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
  const major = getMajorVersion(server);
  const programs = folder === undefined ? [`/usr/lib/postgresql/${major}/bin/${name}`, name] : [join(folder, name)];
  let old: string | undefined;
  for (const program of programs) {
    const version = await readVersion(program);
    if (version === undefined) continue;
    if (getMajorVersion(version) >= major) return { name, program, version };
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
    if (line.startsWith(`${name}: error: `)) complaint ??= removeValues(line.slice(name.length + 9));
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
function removeValues(line: string): string {
  return line
    .replace(/(COPY failed for table "[^"]*").*/, '$1')
    .replace(/ for user "[^"]*"/, '')
    .replace(/(invalid input|malformed|value too long).*/, '$1')
    .replace(/\.?\s*$/, '');
}

async function readVersion(program: string): Promise<string | undefined> {
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

export function getMajorVersion(version: string): number {
  return Number.parseInt(version, 10);
}
