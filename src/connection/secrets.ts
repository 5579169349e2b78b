import { readFileSync, type Stats, statSync } from 'node:fs';
import { SharedDbError } from '../errors/shared-db-error.js';
import { type DatabaseAddress, DatabaseUrlError, formatDatabaseUrl, parseDatabaseUrl } from './database-url.js';
import type { VariableName } from './variables.js';

/** A secret could not be read from its configured source. The message names the variable and no value. */
export class SecretUnavailable extends SharedDbError {
  override readonly name = 'SecretUnavailable';
}

/** The largest secret file that is read. */
const MOST_BYTES = 65_536;

/** Where Docker and Kubernetes mount secrets, readable for every user of the container and for no user outside. */
const MOUNTED = /^(?:\/var)?\/run\/secrets\//;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'that does not exist',
  EACCES: 'that this user may not read',
  EPERM: 'that this user may not read',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'that is not UTF-8 text',
};

const strictly = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a secret from a file, without the line break at its end.
 *
 * Messages do not show the path, because a connection string set as DATABASE_URL_FILE by mistake would be the path.
 *
 * @param variable names the file
 * @throws SecretUnavailable when it is missing, unreadable, empty, larger than 64 KiB, or no text.
 */
function readSecretFile(variable: string, path: string): string {
  const complain = (problem: string): SecretUnavailable =>
    new SecretUnavailable(`${variable} names a file ${problem}.`);
  let text: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw complain('that is a folder, a pipe or a device');
    if (stats.size > MOST_BYTES) throw complain('that is too large to be a secret (64 KiB at most)');
    warnOfReaders(variable, path, stats);
    text = strictly.decode(readFileSync(path));
  } catch (error) {
    if (error instanceof SecretUnavailable) throw error;
    throw complain(REASONS[(error as { code?: string }).code ?? ''] ?? 'that cannot be read');
  }
  const secret = text.replace(/^\uFEFF/, '').replace(/(?:\r?\n)+$/, '');
  if (secret.trim() === '') throw complain('that is empty');
  if (secret.includes('\0')) throw complain('that is not UTF-8 text');
  return secret;
}

/** Reads a secret of exactly one line from a file. */
function readSecretLine(variable: string, path: string): string {
  const secret = readSecretFile(variable, path);
  if (!/[\r\n]/.test(secret)) return secret;
  throw new SecretUnavailable(`${variable} names a file of several lines: it must hold the secret and nothing else.`);
}

const hasWarned = new Set<string>();

function warnOfReaders(variable: string, path: string, { mode }: Stats): void {
  // Windows has no such bits.
  if ((mode & 0o026) === 0) return;
  if (process.platform === 'win32' || MOUNTED.test(path) || hasWarned.has(variable)) return;
  hasWarned.add(variable);
  process.emitWarning(`${variable} names a file that others may read or change: chmod 600 it.`, 'SharedDbWarning');
}

/**
 * The password in the text of a password file, as libpq reads it (PostgreSQL documentation, "The Password File"): the first
 * line whose `host:port:database:user` fits, `*` fits everything, a backslash keeps the next character.
 */
export function findPgpassPassword(text: string, address: DatabaseAddress): string | undefined {
  const { host, port, database, user } = address;
  // A socket is `localhost` there.
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user ?? ''];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) => field);
    const [password, ...rest] = [fields[4], ...fields.slice(0, 4)];
    const fits = rest.length === 4 && rest.every((field, i) => field === '*' || unescapePgpass(field) === wanted[i]);
    if (fits && password !== undefined && password !== '') return unescapePgpass(password);
  }
  return undefined;
}

function unescapePgpass(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1');
}

/** Returns the current password. Called for every new connection; its errors are not shown. */
export type PasswordProvider = () => string | Promise<string>;

/** The `password` function of the options failed. */
export class PasswordUnavailable extends SharedDbError {
  override readonly name = 'PasswordUnavailable';
}

/**
 * What node-postgres asks at every new connection. Always a function: without one it would look for PGPASSWORD and ~/.pgpass
 * by itself. Empty where there is none, which node-postgres refuses to send.
 *
 * @throws DatabaseUrlError when the URL has a password, too.
 */
export function createPasswordProvider(
  { password }: DatabaseAddress,
  provider: PasswordProvider | undefined,
): () => Promise<string> {
  if (provider === undefined) return () => Promise.resolve(password ?? '');
  if (password !== undefined) {
    throw new DatabaseUrlError(
      'password',
      'The password is given twice, in the database URL and by the option `password`: leave one out.',
    );
  }
  return async () => {
    try {
      return await provider();
    } catch (error) {
      // Another's error may hold what it was asked for.
      if (error instanceof SharedDbError) throw error;
      throw new PasswordUnavailable('The function that returns the database password failed: check the secret source.');
    }
  };
}

/** The connection string and password source from the environment. */
export interface ConnectionSource {
  /** Without its password when that is asked for at each connection. */
  readonly url: string;
  /** Reads it again each time; absent when the URL has it, or none is needed. */
  readonly password?: () => string;
}

type Get = (name: VariableName) => string | undefined;

const PLACES = ['DATABASE_URL', 'DATABASE_URL_FILE', 'PGHOST'] as const;
const PASSWORDS = ['PGPASSWORD', 'PGPASSWORD_FILE', 'PGPASSFILE'] as const;

/** The variables that a child process with its own DATABASE_URL must not inherit. */
export const SOURCE_VARIABLES: readonly VariableName[] = [...PLACES, ...PASSWORDS];

/**
 * The one source that is set.
 *
 * @returns undefined when there is none.
 * @throws SecretUnavailable when two are set that contradict each other, by name, or a file cannot be used; DatabaseUrlError.
 */
export function readConnectionSource(get: Get): ConnectionSource | undefined {
  const place = assertSingleSource(PLACES, get);
  if (place === undefined) return undefined;
  const url = readUrl(place, get);
  const address = parseDatabaseUrl(url);
  const separate = assertSingleSource(PASSWORDS, get);
  if (separate === undefined) return place === 'DATABASE_URL_FILE' ? readFromFile(address, get) : { url };
  if (address.password === undefined) return { url, password: () => readPassword(separate, address, get) };
  throw new SecretUnavailable(`${place} has a password, and ${separate} is set as well: leave one out.`);
}

function assertSingleSource<Name extends VariableName>(names: readonly Name[], get: Get): Name | undefined {
  const [first, second] = names.filter((name) => get(name) !== undefined);
  if (second === undefined) return first;
  throw new SecretUnavailable(`${first} and ${second} are both set: unset one of them.`);
}

function readUrl(place: (typeof PLACES)[number], get: Get): string {
  if (place === 'PGHOST') return buildUrl(get);
  const value = get(place) ?? '';
  return place === 'DATABASE_URL' ? value : readSecretLine(place, value);
}

/** The URL that says what the variables of libpq say; parsed like any other, so that one policy judges both. */
function buildUrl(get: Get): string {
  for (const name of ['PGDATABASE', 'PGUSER'] as const) {
    if (get(name) === undefined) throw new SecretUnavailable(`PGHOST is set, and ${name} is not: set it as well.`);
  }
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['host', get('PGHOST')],
    ['port', get('PGPORT')],
    ['sslmode', get('PGSSLMODE')],
    ['sslrootcert', get('PGSSLROOTCERT')],
    ['sslcert', get('PGSSLCERT')],
    ['sslkey', get('PGSSLKEY')],
  ];
  const query = parts.flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`));
  const [user, database] = [get('PGUSER') ?? '', get('PGDATABASE') ?? ''].map(encodeURIComponent);
  const url = `postgres://${user}@/${database}?${query.join('&')}`;
  try {
    return formatDatabaseUrl(parseDatabaseUrl(url));
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    throw new DatabaseUrlError(error.part, `PGHOST and the variables beside it make no URL: ${error.message}`);
  }
}

function readFromFile(address: DatabaseAddress, get: Get): ConnectionSource {
  const passwordless = formatDatabaseUrl(address, null);
  if (address.password === undefined) return { url: passwordless };
  return {
    url: passwordless,
    password: () => {
      const now = parseDatabaseUrl(readUrl('DATABASE_URL_FILE', get));
      // The pool connects where it always did: the new password may not be for there.
      if (formatDatabaseUrl(now, null) === passwordless) return now.password ?? '';
      throw new SecretUnavailable(
        'DATABASE_URL_FILE names another database, user or TLS by now: start the service anew. Only the password may change.',
      );
    },
  };
}

function readPassword(name: (typeof PASSWORDS)[number], address: DatabaseAddress, get: Get): string {
  const value = get(name) ?? '';
  if (name === 'PGPASSWORD') return value;
  if (name === 'PGPASSWORD_FILE') return readSecretLine(name, value);
  const found = findPgpassPassword(readSecretFile(name, value), address);
  if (found !== undefined) return found;
  throw new SecretUnavailable('PGPASSFILE names a file without a line for this host, port, database and user.');
}
