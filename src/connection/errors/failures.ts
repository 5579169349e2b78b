/** What goes wrong around a statement: other transactions, time limits, the connection, the server. */
import { errorOf, type DatabaseError, type DatabaseErrorFacts } from './database-error.js';

/** Concurrent transactions got in each other's way. */
export class SerializationFailure extends errorOf({
  code: 'SERIALIZATION_FAILURE',
  states: ['40001'],
  sentence: 'another transaction changed the same data',
  advice: 'Run the whole transaction again.',
  retryable: true,
}) {}

/** Two transactions waited for each other; this one was the victim. */
export class Deadlock extends errorOf({
  code: 'DEADLOCK',
  states: ['40P01'],
  sentence: 'two transactions waited for each other',
  advice: 'Run the whole transaction again; lock rows in the same order everywhere.',
  retryable: true,
}) {}

/** A lock was not to be had in time, or not at once (NOWAIT). */
export class LockTimeout extends errorOf({
  code: 'LOCK_TIMEOUT',
  states: ['55P03'],
  sentence: 'a lock was not to be had in time',
  advice: 'Run the transaction again; find out who holds the lock so long (pg_locks).',
  retryable: true,
}) {}

/** The statement ran longer than allowed, or somebody cancelled it: PostgreSQL has one state for both. */
export class QueryTimeout extends errorOf({
  code: 'QUERY_TIMEOUT',
  states: ['57014', '25P04'],
  sentence: 'the statement ran too long, or was cancelled',
  advice: 'Explain the query; bound it by date; only then raise the timeout. Unchanged it would time out again.',
}) {}

/** The connection could not be made, or broke. Whether a COMMIT under way arrived is unknown. */
export class ConnectionLost extends errorOf({
  code: 'CONNECTION_LOST',
  // Class 08 as a whole; shutdown, crash and start-up of the server; idle sessions that were closed; the network.
  states: [
    ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01', '57P01', '57P02', '57P03', '57P05', '25P03'],
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
    ...['ECONNABORTED', 'ENETDOWN', 'ENETRESET', 'EHOSTDOWN', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
  ],
  sentence: 'the connection to the database could not be made or broke',
  advice: 'Try again in a moment. A write whose COMMIT was under way may have arrived: make it repeatable.',
  retryable: true,
}) {}

/**
 * A statement of the transaction failed and the error was caught. PostgreSQL refuses every further statement of the transaction, and
 * answers COMMIT by rolling back. `cause` is the error of the statement that failed first, where it is known.
 */
export class TransactionAborted extends errorOf({
  code: 'TRANSACTION_ABORTED',
  states: ['25P02'],
  sentence: 'a statement of this transaction failed earlier, so nothing of the transaction is stored',
  advice:
    'Let the error leave the callback of transaction(), or run the statement that may fail in a nested transaction() (a savepoint). ' +
    'It is retryable when the first error is.',
}) {
  /** @param first error of the statement that failed first. */
  constructor(facts: DatabaseErrorFacts = {}, first?: DatabaseError) {
    super({ ...facts, ...(first === undefined ? {} : { rule: abortedBy(first) }) });
    if (first === undefined) return;
    Object.assign(this, { retryable: first.retryable });
    Object.defineProperty(this, 'cause', { value: first, configurable: true, writable: true });
  }
}

function abortedBy({ code, sqlState, constraint }: DatabaseError): string {
  const details = [code, sqlState, constraint].filter((detail) => detail !== undefined).join(', ');
  return `a statement of this transaction failed earlier (${details}), so nothing of the transaction is stored`;
}

/** The server has no connection left. */
export class TooManyConnections extends errorOf({
  code: 'TOO_MANY_CONNECTIONS',
  states: ['53300'],
  sentence: 'the server has no connection left',
  advice: 'Try again in a moment; lower the pools, or raise max_connections.',
  retryable: true,
}) {}

/** Every connection of the pool was in use, and none came free in time (`connectTimeoutMs`). */
export class PoolSaturated extends errorOf({
  code: 'POOL_SATURATED',
  // No code: node-postgres says it in words.
  states: [],
  sentence: 'no connection of the pool came free in time',
  advice: 'Try again in a moment; look for transactions left open and slow queries; only then raise poolSize.',
  retryable: true,
}) {}

/** The server could not prove that it is the one meant, so nothing was sent to it. */
export class UntrustedServer extends errorOf({
  code: 'UNTRUSTED_SERVER',
  // OpenSSL's and Node's codes.
  states: [
    ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ...[
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_SIGNATURE_FAILURE',
      'CERT_NOT_YET_VALID',
    ],
    ...['CERT_HAS_EXPIRED', 'CERT_REVOKED', 'CERT_UNTRUSTED', 'INVALID_CA', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ],
  sentence: 'the certificate of the server is not to be trusted',
  advice: 'Check host and sslrootcert in DATABASE_URL, and the certificate on the server.',
}) {}

/**
 * User or password are wrong, or may not come from here. Retryable, because between the change of a password on the server and that of
 * its file new connections are refused.
 */
export class AuthenticationFailed extends errorOf({
  code: 'AUTHENTICATION_FAILED',
  states: ['28000', '28P01'],
  sentence: 'the database does not accept user or password',
  advice: 'Check DATABASE_URL and pg_hba.conf. It passes by itself only while a password is being changed.',
  retryable: true,
}) {}

/** The server has no room left. */
export class DiskFull extends errorOf({
  code: 'DISK_FULL',
  states: ['53100'],
  sentence: 'the database server has no disk space left',
  advice: 'Make room; until then nothing can be written.',
}) {}

/** The server has no memory left, or another limit of its configuration is reached. */
export class OutOfResources extends errorOf({
  code: 'OUT_OF_RESOURCES',
  states: ['53000', '53200', '53400', '54000', '54001'],
  sentence: 'the database server is out of memory or at another of its limits',
  advice: 'Ask for less at once: smaller batches, shorter lists.',
}) {}

/** Any other refusal; its SQLSTATE says more. */
export class UnexpectedDatabaseError extends errorOf({
  code: 'DATABASE_ERROR',
  states: [],
  sentence: 'the database refused the statement',
  advice: 'Look the SQLSTATE up in appendix A of the PostgreSQL documentation; the server log has the statement.',
}) {}
