import { readFileSync, type Stats, statSync } from 'node:fs';
import { SharedDbError } from '../errors/shared-db-error.js';
import { type DatabaseAddress, DatabaseUrlError, formatDatabaseUrl, parseDatabaseUrl } from './database-url.js';
import type { VariableName } from './variables.js';

/** A secret could not be read from its configured source. The message names the variable and no value. */
export class SecretUnavailable extends SharedDbError {
  override readonly name = 'SecretUnavailable';
}

/** The largest secret file that is read. */
const MAX_BYTES = 65_536;

/** The folder in which Docker and Kubernetes mount secrets, readable for every user of the container only. */
const MOUNTED_SECRETS = /^(?:\/var)?\/run\/secrets\//;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'that does not exist',
  EACCES: 'that this user cannot read',
  EPERM: 'that this user cannot read',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'that is not UTF-8 text',
};

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a secret from a file, without the line break at its end.
 *
 * Messages do not show the path, because a connection string set as DATABASE_URL_FILE by mistake would be the path.
 *
 * @param variable the variable that contains the path, for messages
 * @throws SecretUnavailable when the file is missing, unreadable, empty, larger than 64 KiB, or not UTF-8 text
 */
function readSecretFile(variable: string, path: string): string {
  const createError = (problem: string): SecretUnavailable =>
    new SecretUnavailable(`${variable} names a file ${problem}.`);
  let text: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw createError('that is a folder, a pipe or a device');
    if (stats.size > MAX_BYTES) throw createError('that is too large to be a secret (64 KiB at most)');
    warnAboutPermissions(variable, path, stats);
    text = strictDecoder.decode(readFileSync(path));
  } catch (error) {
    if (error instanceof SecretUnavailable) throw error;
    throw createError(REASONS[(error as { code?: string }).code ?? ''] ?? 'that cannot be read');
  }
  const secret = text.replace(/^\uFEFF/, '').replace(/(?:\r?\n)+$/, '');
  if (secret.trim() === '') throw createError('that is empty');
  if (secret.includes('\0')) throw createError('that is not UTF-8 text');
  return secret;
}

/** Reads a secret of exactly one line from a file. */
function readSecretLine(variable: string, path: string): string {
  const secret = readSecretFile(variable, path);
  if (!/[\r\n]/.test(secret)) return secret;
  throw new SecretUnavailable(`${variable} names a file of several lines: the file must contain only the secret.`);
}

const hasWarned = new Set<string>();

function warnAboutPermissions(variable: string, path: string, { mode }: Stats): void {
  // The bits are always 0 on Windows.
  if ((mode & 0o026) === 0) return;
  if (process.platform === 'win32' || MOUNTED_SECRETS.test(path) || hasWarned.has(variable)) return;
  hasWarned.add(variable);
  process.emitWarning(
    `${variable} names a file that other users can read or change: run chmod 600 on it.`,
    'SharedDbWarning',
  );
}

/**
 * Returns the password from the text of a password file, as libpq does (PostgreSQL documentation, "The Password File"): that of the first
 * line whose `host:port:database:user` match. `*` matches everything, and a backslash escapes the next character.
 */
export function findPgpassPassword(text: string, address: DatabaseAddress): string | undefined {
  const { host, port, database, user } = address;
  // The file names a Unix socket `localhost`.
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user ?? ''];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) => field);
    const [password, ...rest] = [fields[4], ...fields.slice(0, 4)];
    const matches = rest.length === 4 && rest.every((field, i) => field === '*' || unescapePgpass(field) === wanted[i]);
    if (matches && password !== undefined && password !== '') return unescapePgpass(password);
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
 * Returns the function that node-postgres calls for the password of each new connection. It is always a function, because otherwise
 * node-postgres would read PGPASSWORD and ~/.pgpass. Without a password it returns '', which node-postgres refuses to send.
 *
 * @throws DatabaseUrlError when the URL has a password as well
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
      // The error of a caller's function can contain the password.
      if (error instanceof SharedDbError) throw error;
      throw new PasswordUnavailable('The function that returns the database password failed: check the secret source.');
    }
  };
}

/** The connection string and password source from the environment. */
export interface ConnectionSource {
  /** Contains the password only when `password` is absent. */
  readonly url: string;
  /** Reads the password again for each connection. Absent when the URL contains it, or none is set. */
  readonly password?: () => string;
}

type GetVariable = (name: VariableName) => string | undefined;

const ADDRESSES = ['DATABASE_URL', 'DATABASE_URL_FILE', 'PGHOST'] as const;
const PASSWORDS = ['PGPASSWORD', 'PGPASSWORD_FILE', 'PGPASSFILE'] as const;

/** The variables that a child process with its own DATABASE_URL must not inherit. */
export const SOURCE_VARIABLES: readonly VariableName[] = [...ADDRESSES, ...PASSWORDS];

/**
 * Returns the source that is set in the environment; undefined when none is.
 *
 * @throws SecretUnavailable naming two variables that exclude each other, or a file that cannot be used; DatabaseUrlError
 */
export function readConnectionSource(get: GetVariable): ConnectionSource | undefined {
  const source = assertSingleSource(ADDRESSES, get);
  if (source === undefined) return undefined;
  const url = readUrl(source, get);
  const address = parseDatabaseUrl(url);
  const separate = assertSingleSource(PASSWORDS, get);
  if (separate === undefined) return source === 'DATABASE_URL_FILE' ? readFromFile(address, get) : { url };
  if (address.password === undefined) return { url, password: () => readPassword(separate, address, get) };
  throw new SecretUnavailable(`${source} has a password, and ${separate} is set as well: leave one out.`);
}

function assertSingleSource<Name extends VariableName>(names: readonly Name[], get: GetVariable): Name | undefined {
  const [first, second] = names.filter((name) => get(name) !== undefined);
  if (second === undefined) return first;
  throw new SecretUnavailable(`${first} and ${second} are both set: unset one of them.`);
}

function readUrl(source: (typeof ADDRESSES)[number], get: GetVariable): string {
  if (source === 'PGHOST') return buildUrl(get);
  const value = get(source) ?? '';
  return source === 'DATABASE_URL' ? value : readSecretLine(source, value);
}

/** Converts the variables of libpq to a URL, so that the same checks apply to both. */
function buildUrl(get: GetVariable): string {
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
    throw new DatabaseUrlError(
      error.part,
      `PGHOST and its companions (PGPORT, PGDATABASE …) are invalid: ${error.message}`,
    );
  }
}

function readFromFile(address: DatabaseAddress, get: GetVariable): ConnectionSource {
  const passwordless = formatDatabaseUrl(address, null);
  if (address.password === undefined) return { url: passwordless };
  return {
    url: passwordless,
    password: () => {
      const now = parseDatabaseUrl(readUrl('DATABASE_URL_FILE', get));
      // The pool keeps its first address, and the new password must not be sent to another server than its own.
      if (formatDatabaseUrl(now, null) === passwordless) return now.password ?? '';
      throw new SecretUnavailable(
        'The file of DATABASE_URL_FILE now has another database, user or TLS setting, but only the password may change: restart the service.',
      );
    },
  };
}

function readPassword(name: (typeof PASSWORDS)[number], address: DatabaseAddress, get: GetVariable): string {
  const value = get(name) ?? '';
  if (name === 'PGPASSWORD') return value;
  if (name === 'PGPASSWORD_FILE') return readSecretLine(name, value);
  const found = findPgpassPassword(readSecretFile(name, value), address);
  if (found !== undefined) return found;
  throw new SecretUnavailable('PGPASSFILE names a file without a line for this host, port, database and user.');
}
