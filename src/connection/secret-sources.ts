import { formatDatabaseUrl, parseDatabaseUrl, DatabaseUrlError, type DatabaseAddress } from './database-url.js';
import { passwordInPgpass } from './pgpass.js';
import { readSecretFile, readSecretLine, SecretUnavailable } from './secret-file.js';
import type { VariableName } from './variables.js';

/** Where the database is, and how to log in, as the environment says it. */
export interface ConnectionSource {
  /** Without its password when that is asked for at each connection. */
  readonly url: string;
  /** Reads it again each time; absent when the URL has it, or none is needed. */
  readonly password?: () => string;
}

type Get = (name: VariableName) => string | undefined;

const PLACES = ['DATABASE_URL', 'DATABASE_URL_FILE', 'PGHOST'] as const;
const PASSWORDS = ['PGPASSWORD', 'PGPASSWORD_FILE', 'PGPASSFILE'] as const;

/** What a child process that is given DATABASE_URL must not inherit. */
export const SOURCE_VARIABLES: readonly VariableName[] = [...PLACES, ...PASSWORDS];

/**
 * The one source that is set.
 *
 * @returns undefined when there is none.
 * @throws SecretUnavailable when two are set that contradict each other, by name, or a file cannot be used; DatabaseUrlError.
 */
export function connectionSource(get: Get): ConnectionSource | undefined {
  const place = onlyOneOf(PLACES, get);
  if (place === undefined) return undefined;
  const url = readUrl(place, get);
  const address = parseDatabaseUrl(url);
  const separate = onlyOneOf(PASSWORDS, get);
  if (separate === undefined) return place === 'DATABASE_URL_FILE' ? fromFile(address, get) : { url };
  if (address.password === undefined) return { url, password: () => readPassword(separate, address, get) };
  throw new SecretUnavailable(`${place} has a password, and ${separate} is set as well: leave one out.`);
}

function onlyOneOf<Name extends VariableName>(names: readonly Name[], get: Get): Name | undefined {
  const [first, second] = names.filter((name) => get(name) !== undefined);
  if (second === undefined) return first;
  throw new SecretUnavailable(`${first} and ${second} are both set: which is meant? Unset one.`);
}

function readUrl(place: (typeof PLACES)[number], get: Get): string {
  if (place === 'PGHOST') return urlOfParts(get);
  const value = get(place) ?? '';
  return place === 'DATABASE_URL' ? value : readSecretLine(place, value);
}

/** The URL that says what the variables of libpq say; parsed like any other, so that one policy judges both. */
function urlOfParts(get: Get): string {
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

function fromFile(address: DatabaseAddress, get: Get): ConnectionSource {
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
  const found = passwordInPgpass(readSecretFile(name, value), address);
  if (found !== undefined) return found;
  throw new SecretUnavailable('PGPASSFILE names a file without a line for this host, port, database and user.');
}
