import { describeAddress, type DisplayAddress } from './database-url.js';
import { PoolSaturated, toDatabaseError, UntrustedServer, type DatabaseErrorClass } from '../errors/translate.js';
import { findFirstError, isError, SharedDbError } from '../errors/shared-db-error.js';

/** A connection failed. The message is one line: the address, the reason and what to do; no user name or password. */
export class ConnectionFailure extends SharedDbError {
  override readonly name = 'ConnectionFailure';
}

/** The database has another encoding than UTF8, or a setting that changes the meaning of statements. The message, one line, names it. */
export class UnsupportedDatabase extends SharedDbError {
  override readonly name = 'UnsupportedDatabase';
}

/** The reason for a rejected login, by SQLSTATE (PostgreSQL documentation, appendix A), and what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'it rejects the password: check the user and password in DATABASE_URL',
  '28000':
    'it does not allow this user from this address: check the user in DATABASE_URL, and pg_hba.conf on the server',
  '3D000': 'the database does not exist: create it, or correct its name in DATABASE_URL',
  '53300': 'it accepts no more connections: raise max_connections or lower the pool size',
  '57P03': 'it is starting up or shutting down: try again',
};

/** The reason for a failure before PostgreSQL answers, by Node's error code. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no server listens on this host and port: start PostgreSQL, or correct host and port in DATABASE_URL',
  ENOTFOUND: 'the host name is unknown: correct it in DATABASE_URL',
  EAI_AGAIN: 'the host name cannot be resolved now: check the network',
  ETIMEDOUT: 'it does not answer: check host, port and firewall',
  EHOSTUNREACH: 'the host cannot be reached: check the network',
  ECONNRESET: 'it closed the connection: check that it is PostgreSQL, and its log',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name: correct the host in DATABASE_URL',
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it on the server',
  ENOENT: 'the socket does not exist: start PostgreSQL, or correct the path in DATABASE_URL',
};

/** The reason for errors of node-postgres without a code, and for SQLSTATEs with several meanings, by their message. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, 'it does not answer in time: check host, port and firewall'],
  [
    /unsupported startup parameter/i,
    'a pooler refuses our settings: add them to its ignore_startup_parameters, or connect to the server itself',
  ],
  [/does not support SSL/i, 'it does not speak TLS: turn ssl on in its configuration'],
  [/password must be a (non-empty )?string/i, 'it requires a password: add it to DATABASE_URL'],
];

/**
 * Converts a connection error into one readable line. Names an unknown error by its code only; returns this package's errors unchanged.
 */
export function toConnectionFailure(error: unknown, address: DisplayAddress): SharedDbError {
  if (error instanceof SharedDbError) return error;
  const reason = findReason(error) ?? describeUnknownReason(getCode(error));
  return new ConnectionFailure(formatMessage(reason, address));
}

/**
 * Converts a connection error of a DataSource into a typed error when its class is known. Returns errors that have nothing to do with the
 * connection (for example a wrongly declared entity) unchanged.
 */
export function explainConnecting(error: unknown, address: DisplayAddress): unknown {
  if (error instanceof SharedDbError) return error;
  const known = toDatabaseError(error);
  const reason = findReason(error);
  if (known === undefined) return reason === undefined ? error : new ConnectionFailure(formatMessage(reason, address));
  // The pool is full; the database itself may be fine.
  if (known instanceof PoolSaturated) return known;
  const Class = known.constructor as DatabaseErrorClass;
  const message = formatMessage(reason ?? describeUnknownReason(known.sqlState), address);
  return new Class({ sqlState: known.sqlState, rule: message, message });
}

function formatMessage(reason: string, address: DisplayAddress): string {
  return `Cannot use the database at ${describeAddress(address)}: ${reason}.`;
}

function describeUnknownReason(code: string | undefined): string {
  return code === undefined ? 'the connection failed for an unknown reason' : `the connection failed with code ${code}`;
}

/** Returns the reason; undefined when it is unknown. */
function findReason(error: unknown): string | undefined {
  const code = getCode(error);
  const known = code === undefined ? undefined : (REFUSALS[code] ?? NETWORK[code]);
  if (known !== undefined) return known;
  if (code !== undefined && UntrustedServer.kind.states.includes(code)) {
    return 'its certificate is not signed by a trusted CA: set sslrootcert in DATABASE_URL to the CA of the server';
  }
  // node-postgres has no code for these.
  const message = isError(error) ? error.message : '';
  return MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
}

function getCode(error: unknown): string | undefined {
  const { code } = (findFirstError(error) ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
