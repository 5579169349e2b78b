import { type DatabaseError, type DatabaseErrorFacts, defineDatabaseError } from './database-error.js';

/** Errors caused by the statement or its data. The same statement fails again. */

/** A row with the same values of a unique constraint exists already. */
export class UniqueViolation extends defineDatabaseError({
  code: 'UNIQUE_VIOLATION',
  states: ['23505'],
  summary: 'a row with these values exists already',
  advice: 'Read the existing row, or write with upsert().',
}) {}

/** The referenced row does not exist, or other rows still reference the row to delete. */
export class ForeignKeyViolation extends defineDatabaseError({
  code: 'FOREIGN_KEY_VIOLATION',
  // For ON DELETE RESTRICT, PostgreSQL 18 reports 23001, and older versions 23503.
  states: ['23503', '23001'],
  summary: 'the referenced row does not exist, or other rows still reference the row to delete',
  advice:
    'Insert the referenced row (the parent first). To retire a row that others reference, set is_active to false instead of deleting it.',
}) {}

/** The row violates a CHECK constraint. */
export class CheckViolation extends defineDatabaseError({
  code: 'CHECK_VIOLATION',
  states: ['23514'],
  summary: 'the row violates a CHECK constraint',
  advice: 'Correct the values that the constraint checks, then write the row again.',
}) {}

/** A required column has no value. */
export class NotNullViolation extends defineDatabaseError({
  code: 'NOT_NULL_VIOLATION',
  states: ['23502'],
  summary: 'a required column has no value',
  advice: 'Give the column a value, then write the row again.',
}) {}

/** The row violates an exclusion constraint: it overlaps an existing row. */
export class ExclusionViolation extends defineDatabaseError({
  code: 'EXCLUSION_VIOLATION',
  states: ['23P01'],
  summary: 'the row overlaps an existing row',
  advice: 'Read the row that it overlaps, then correct the range.',
}) {}

/** A statement tried to update or delete an entry of the audit log. */
export class AppendOnlyViolation extends defineDatabaseError({
  code: 'APPEND_ONLY_VIOLATION',
  // No SQLSTATE of its own: 42501 raised by a trigger named tg_audit_logs__…
  states: [],
  summary: 'entries of the audit log cannot be changed or deleted',
  advice: 'Insert a new entry. Only the retention purge deletes old entries.',
}) {}

/** An update would change a final value: an approval, a decision, a measurement. */
export class FinalValueViolation extends defineDatabaseError({
  code: 'FINAL_VALUE_VIOLATION',
  states: ['23000'],
  summary: 'the update changes a value that is final',
  advice: 'Load the row again and leave its final values unchanged, or insert a new row.',
}) {}

/** A text is not valid for the column's type: NUL, invalid Unicode, not a UUID, not a value of the enum. */
export class InvalidText extends defineDatabaseError({
  code: 'INVALID_TEXT',
  states: ['22021', '22P05', '22P02'],
  summary: 'a text is not valid for the type of its column',
  advice: 'Validate the row before you write it: the entity rules name the column with such a text.',
}) {}

/** A number or date is outside the range of the column's type. */
export class InvalidValue extends defineDatabaseError({
  code: 'INVALID_VALUE',
  states: ['22000', '22001', '22003', '22007', '22008', '22012', '22023', '22030', '22032', '22P03', '2202E'],
  summary: 'a value is outside the range of its column type',
  advice: 'Validate the row before you write it: the entity rules name the column with such a value.',
}) {}

/** The role lacks a privilege. */
export class PermissionDenied extends defineDatabaseError({
  code: 'PERMISSION_DENIED',
  states: ['42501'],
  summary: 'the database role lacks the privilege for this statement',
  advice: 'Connect as the role for this work, or repair the grants with db:roles.',
}) {}

/** A write in a read-only transaction or on a standby. */
export class ReadOnly extends defineDatabaseError({
  code: 'READ_ONLY',
  states: ['25006'],
  summary:
    'the transaction is read-only: the database is a standby, default_transaction_read_only is on, or the transaction began READ ONLY',
  advice:
    'Connect to the primary and use a READ WRITE transaction; the command `health` reports whether the database is a standby or read-only.',
}) {}

/** The statement names a table, column or function that this database does not have. */
export class SchemaMismatch extends defineDatabaseError({
  code: 'SCHEMA_MISMATCH',
  states: ['42P01', '42703', '42883', '42704', '3F000', '3D000'],
  summary: 'the statement names an object that the database does not have',
  advice: 'Run the migrations (migration:run), and check that DATABASE_URL names the right database.',
}) {}

/** The statement has more than 65,535 parameters. It was not sent, and the transaction can continue. */
export class TooManyParameters extends defineDatabaseError({
  code: 'TOO_MANY_PARAMETERS',
  // No SQLSTATE: PostgreSQL never sees it.
  states: [],
  summary: 'the statement has more parameters than PostgreSQL allows',
  advice: 'Write fewer rows in one statement, or pass a long list as one parameter: Any(list), = ANY($1).',
}) {}

/** Errors caused by other transactions, time limits, the connection or the server. */

/** A concurrent transaction changed the same data. */
export class SerializationFailure extends defineDatabaseError({
  code: 'SERIALIZATION_FAILURE',
  states: ['40001'],
  summary: 'another transaction changed the same data',
  advice: 'Run the whole transaction again.',
  retryable: true,
}) {}

/** Two transactions waited for each other; this one was the victim. */
export class Deadlock extends defineDatabaseError({
  code: 'DEADLOCK',
  states: ['40P01'],
  summary: 'two transactions waited for each other',
  advice: 'Run the whole transaction again. Lock rows in the same order in every transaction.',
  retryable: true,
}) {}

/** A lock was not available in time, or not immediately (NOWAIT). */
export class LockTimeout extends defineDatabaseError({
  code: 'LOCK_TIMEOUT',
  states: ['55P03'],
  summary: 'the statement did not get a lock in time',
  advice: 'Run the transaction again, and find the session that holds the lock (pg_locks).',
  retryable: true,
}) {}

/** The statement exceeded its time limit or was cancelled. PostgreSQL uses one SQLSTATE for both. */
export class QueryTimeout extends defineDatabaseError({
  code: 'QUERY_TIMEOUT',
  states: ['57014', '25P04'],
  summary: 'the statement exceeded its time limit or was cancelled',
  advice:
    'Explain the query and limit it by date; raise the timeout only if that is not enough. The same query would time out again.',
}) {}

/** The connection failed or was lost. A COMMIT that was running may or may not have been applied. */
export class ConnectionLost extends defineDatabaseError({
  code: 'CONNECTION_LOST',
  // Class 08 as a whole; shutdown, crash and start-up of the server; idle sessions that were closed; the network.
  states: [
    ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01', '57P01', '57P02', '57P03', '57P05', '25P03'],
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
    ...['ECONNABORTED', 'ENETDOWN', 'ENETRESET', 'EHOSTDOWN', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
  ],
  summary: 'the connection to the database failed or was lost',
  advice:
    'Try again in a moment. If the connection was lost during a COMMIT, the transaction may have been committed: make writes safe to repeat.',
  retryable: true,
}) {}

/**
 * A statement of the transaction failed and the error was caught. PostgreSQL refuses every further statement of the transaction, and
 * answers COMMIT by rolling back. `cause` is the error of the statement that failed first, where it is known.
 */
export class TransactionAborted extends defineDatabaseError({
  code: 'TRANSACTION_ABORTED',
  states: ['25P02'],
  summary: 'a statement of this transaction failed earlier, so nothing of the transaction is stored',
  advice:
    'Let the error leave the callback of transaction(), or run the statement that may fail in a nested transaction() (a savepoint). ' +
    'It is retryable when the first error is.',
}) {
  /** @param first error of the statement that failed first. */
  constructor(facts: DatabaseErrorFacts = {}, first?: DatabaseError) {
    super({ ...facts, ...(first === undefined ? {} : { rule: describeAbortCause(first) }) });
    if (first === undefined) return;
    Object.assign(this, { retryable: first.retryable });
    Object.defineProperty(this, 'cause', { value: first, configurable: true, writable: true });
  }
}

function describeAbortCause({ code, sqlState, constraint }: DatabaseError): string {
  const details = [code, sqlState, constraint].filter((detail) => detail !== undefined).join(', ');
  return `a statement of this transaction failed earlier (${details}), so nothing of the transaction is stored`;
}

/** The server has reached max_connections. */
export class TooManyConnections extends defineDatabaseError({
  code: 'TOO_MANY_CONNECTIONS',
  states: ['53300'],
  summary: 'the server accepts no more connections (max_connections)',
  advice: 'Try again in a moment. Use smaller pools, or raise max_connections.',
  retryable: true,
}) {}

/** Every connection of the pool was in use, and none came free in time (`connectTimeoutMs`). */
export class PoolSaturated extends defineDatabaseError({
  code: 'POOL_SATURATED',
  // No code: node-postgres reports it only in its message.
  states: [],
  summary: 'every connection of the pool was in use until connectTimeoutMs had passed',
  advice: 'Try again in a moment. Look for open transactions and slow queries before you raise poolSize.',
  retryable: true,
}) {}

/** The server's certificate could not be verified, so nothing was sent to it. */
export class UntrustedServer extends defineDatabaseError({
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
  summary: 'the certificate of the server could not be verified',
  advice: 'Check host and sslrootcert in DATABASE_URL, and the certificate on the server.',
}) {}

/**
 * The user or password is wrong, or pg_hba.conf does not allow this client. Retryable, because new connections fail after a password was
 * changed on the server until the password file has changed too.
 */
export class AuthenticationFailed extends defineDatabaseError({
  code: 'AUTHENTICATION_FAILED',
  states: ['28000', '28P01'],
  summary: 'the database rejected the user or password',
  advice: 'Check DATABASE_URL and pg_hba.conf. Trying again helps only while the password is being changed.',
  retryable: true,
}) {}

/** The server has no disk space left. */
export class DiskFull extends defineDatabaseError({
  code: 'DISK_FULL',
  states: ['53100'],
  summary: 'the database server has no disk space left',
  advice: 'Free disk space on the server; until then every write fails.',
}) {}

/** The server has no memory left or has reached another configured limit. */
export class OutOfResources extends defineDatabaseError({
  code: 'OUT_OF_RESOURCES',
  states: ['53000', '53200', '53400', '54000', '54001'],
  summary: 'the database server is out of memory or has reached another limit',
  advice: 'Use smaller batches and shorter lists.',
}) {}

/** Any other error of PostgreSQL, identified by its SQLSTATE. */
export class UnexpectedDatabaseError extends defineDatabaseError({
  code: 'DATABASE_ERROR',
  states: [],
  summary: 'PostgreSQL rejected the statement',
  advice:
    'Look up the SQLSTATE in appendix A of the PostgreSQL documentation, and find the statement in the server log.',
}) {}

/** Errors in a statement, found before or while it runs. */

/** PostgreSQL cannot run the statement because of its syntax, names, types or parameters. */
export class InvalidStatement extends defineDatabaseError({
  code: 'INVALID_STATEMENT',
  states: [
    ...['42601', '42P02', '42P10', '42702', '42803', '42804', '42846', '42725', '42P08', '42P18', '42701', '42712'],
    ...['42809', '42P09', '42P19', '42P20', '42P21', '42P22', '42602', '42622', '428C9', '42P07', '42710', '42P06'],
    ...['42P04', '42723', '42P16', '42P17', '42830', '26000', '34000'],
  ],
  summary: 'PostgreSQL cannot run the statement as it is written',
  advice: 'Correct the statement, which is in the server log. It would fail again unchanged.',
}) {}

/** The statement found several rows where only one is allowed, or affects one row twice. */
export class CardinalityViolation extends defineDatabaseError({
  code: 'CARDINALITY_VIOLATION',
  states: ['21000'],
  summary: 'the statement found several rows where only one is allowed',
  advice: 'Use a condition that matches one row, or limit the result to one row.',
}) {}

/** PostgreSQL does not support the requested feature. */
export class FeatureNotSupported extends defineDatabaseError({
  code: 'FEATURE_NOT_SUPPORTED',
  states: ['0A000'],
  summary: 'PostgreSQL does not support what the statement asks for',
  advice: 'Write the statement in another way. The server log has the statement and the reason.',
}) {}

/** The statement is not allowed in the current state of the transaction. */
export class InvalidTransactionState extends defineDatabaseError({
  code: 'INVALID_TRANSACTION_STATE',
  states: ['25000', '25001', '25P01', '3B001', '2D000', '0B000'],
  summary: 'the statement is not allowed in the current state of the transaction',
  advice: 'Use only transaction() to begin, commit and roll back.',
}) {}
