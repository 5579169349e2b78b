import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import { readLibpqEnvironment } from '../../connection/environment.js';
import { createSessionSettings, formatStartupOptions } from '../../connection/session-settings.js';
import type { TlsRequest } from '../../connection/tls.js';
import { BackupToolError } from './manifest.js';

/**
 * Returns the environment for programs that connect through libpq (pg_dump, pg_restore). It contains the password, because other
 * users of the machine can read arguments. Without a password in the URL, libpq reads PGPASSFILE.
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
    // Messages in English, because runTool parses them.
    LC_ALL: 'C',
  });
}

/** Returns the TLS settings for libpq. Like the connections of this package, libpq must verify the server unless sslmode is `disable`. */
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
 * Finds pg_dump or pg_restore of at least the version of the server. Older ones fail or leave out objects.
 *
 * @param server version of the server, `18.4`
 * @param folder of the programs. Default: Debian's folder for that version, then PATH.
 * @throws BackupToolError with both versions and the package to install
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
  const what = old === undefined ? `${name} was not found; the server is` : `${name} ${old} is older than the server,`;
  throw new BackupToolError(
    `${what} PostgreSQL ${server}. Install the client programs of PostgreSQL ${major} or later (Debian: postgresql-client-${major}, from apt.postgresql.org) and, unless they are on PATH, set PG_BIN to their folder.`,
  );
}

export interface ToolRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of standard error, where the programs report their progress. */
  readonly onLine: (line: string) => void;
  /** Called with each line of standard output. Default: the output is ignored. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Runs a program until it ends.
 *
 * @returns its first error message, without values of rows and names of users; undefined after success
 * @throws the reason of the signal
 */
export async function runTool({ name, program }: Tool, run: ToolRun): Promise<string | undefined> {
  const child = spawn(program, run.args, {
    env: run.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(run.signal ? { signal: run.signal } : {}),
  });
  child.stdout.setEncoding('utf8').on('data', run.onOutput ?? (() => undefined));
  let firstError: string | undefined;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith(`${name}: error: `)) firstError ??= removeValues(line.slice(name.length + 9));
    run.onLine(line);
  });
  const code = await new Promise<number | null>((resolve) => {
    // The program cannot be started, or was interrupted; `close` follows.
    child.once('error', () => undefined);
    child.once('close', resolve);
  });
  run.signal?.throwIfAborted();
  if (code === 0) return undefined;
  return firstError ?? `it ended with ${code === null ? 'a signal' : `code ${code}`} and without a message`;
}

/** Removes values from an error message: PostgreSQL quotes the row that it refuses. */
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
    // The program does not exist.
    child.once('error', resolve);
    child.once('close', resolve);
  });
  return /\(PostgreSQL\) (\d+[\w.]*)/.exec(printed)?.[1];
}

export function getMajorVersion(version: string): number {
  return Number.parseInt(version, 10);
}
