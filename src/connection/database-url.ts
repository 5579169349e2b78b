import type { TlsOptions } from 'node:tls';
import { parse, type ConnectionOptions } from 'pg-connection-string';
import { SharedDbError } from './shared-db-error.js';

/** A connection string taken apart; the only form in which one travels through this package. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  /** Not enumerable: neither a logger nor util.inspect nor JSON shows it. */
  readonly password: string | undefined;
  /** As node-postgres takes it; undefined: the URL says nothing. */
  readonly ssl: boolean | TlsOptions | undefined;
}

/** A connection string that cannot be used. The message says which part is wrong and never repeats the text. */
export class DatabaseUrlError extends SharedDbError {
  override readonly name = 'DatabaseUrlError';
}

const EXAMPLE = 'postgres://user:password@host:5432/database';

/**
 * Takes a connection string apart, with the rules of node-postgres (so `?host=` overrides, and a path may be a socket).
 *
 * @throws DatabaseUrlError when it is empty, has another scheme, or names no host or database.
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  if (url.trim() === '') throw new DatabaseUrlError(`The database URL is empty: give one like ${EXAMPLE}.`);
  if (!/^postgres(ql)?:\/\//i.test(url)) {
    throw new DatabaseUrlError(`The database URL must begin with postgres:// or postgresql://, like ${EXAMPLE}.`);
  }
  const { host, port, database, user, password, ssl } = parseText(url);
  if (!host) throw new DatabaseUrlError(`The database URL names no host: give one like ${EXAMPLE}.`);
  if (!database) throw new DatabaseUrlError(`The database URL names no database: give one like ${EXAMPLE}.`);
  const address = { host, port: portOf(port), database, user, ssl: ssl as DatabaseAddress['ssl'] };
  return Object.defineProperty(address, 'password', { value: password, enumerable: false }) as DatabaseAddress;
}

/** What may be shown of a connection: host, port and database. */
export function describeAddress({ host, port, database }: DatabaseAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function parseText(url: string): ConnectionOptions {
  try {
    return parse(url);
  } catch {
    // Not as `cause`: the parser's own error quotes the URL.
    throw new DatabaseUrlError(
      `The database URL cannot be read: characters such as @ : / ? # % in the password must be percent-encoded (${EXAMPLE}).`,
    );
  }
}

function portOf(text: string | null | undefined): number {
  const port = Number(text === '' ? 5432 : (text ?? 5432));
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new DatabaseUrlError('The port in the database URL must be a number from 1 to 65535.');
}
