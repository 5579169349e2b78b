import { type DatabaseError, type DatabaseErrorFacts, defineDatabaseError } from './database-error.js';

/** What PostgreSQL refuses because of what it is told to do. Doing it again would be refused again. */

/** A value that must be unique is there already. */
export class UniqueViolation extends defineDatabaseError({
  code: 'UNIQUE_VIOLATION',
  states: ['23505'],
  summary: 'a row with these values exists already',
  advice: 'Read the existing row, or write with upsert().',
}) {}

/** The row referred to does not exist, or the row to delete is still referred to. */
export class ForeignKeyViolation extends defineDatabaseError({
  code: 'FOREIGN_KEY_VIOLATION',
  // 23001 is what PostgreSQL 18 says for ON DELETE RESTRICT; older ones say 23503.
  states: ['23503', '23001'],
  summary: 'the row referred to does not exist, or the row to delete is still referred to',
  advice: 'Store the parent first; retire what is still referred to (is_active) instead of deleting it.',
}) {}

/** A CHECK does not hold. */
export class CheckViolation extends defineDatabaseError({
  code: 'CHECK_VIOLATION',
  states: ['23514'],
  summary: 'a rule of the table does not hold',
  advice: 'Correct the row.',
}) {}

/** A required column is empty. */
export class NotNullViolation extends defineDatabaseError({
  code: 'NOT_NULL_VIOLATION',
  states: ['23502'],
  summary: 'a required value is missing',
  advice: 'Give the column a value.',
}) {}

/** Two rows overlap that must not. */
export class ExclusionViolation extends defineDatabaseError({
  code: 'EXCLUSION_VIOLATION',
  states: ['23P01'],
  summary: 'the row overlaps one that exists already',
  advice: 'Read the rows it overlaps.',
}) {}

/** Somebody tried to change or delete an entry of the audit log. */
export class AppendOnlyViolation extends defineDatabaseError({
  code: 'APPEND_ONLY_VIOLATION',
  // No SQLSTATE of its own: 42501 raised by a trigger named tg_audit_logs__…
  states: [],
  summary: 'the audit log is append-only',
  advice: 'Write a new entry; old ones leave by the retention purge only.',
}) {}

/** An update would change what is final: an approval, a decision, a measurement. */
export class FinalValueViolation extends defineDatabaseError({
  code: 'FINAL_VALUE_VIOLATION',
  states: ['23000'],
  summary: 'the value is final',
  advice: 'The sentence is the rule: load the row again and leave what is final as it is, or write a new row.',
}) {}

/** Text that the column's type cannot hold or read: NUL, broken Unicode, a word that is no uuid or not in the enum. */
export class InvalidText extends defineDatabaseError({
  code: 'INVALID_TEXT',
  states: ['22021', '22P05', '22P02'],
  summary: 'a text cannot be stored or read as the type of its column',
  advice: 'Validate before you write: the entity rules refuse such text by name.',
}) {}

/** A number or date outside what the column's type can hold. */
export class InvalidValue extends defineDatabaseError({
  code: 'INVALID_VALUE',
  states: ['22000', '22001', '22003', '22007', '22008', '22012', '22023', '22030', '22032', '22P03', '2202E'],
  summary: 'a value is outside what the type of its column can hold',
  advice: 'Validate before you write: the entity rules refuse such values by name.',
}) {}

/** The role may not do this. */
export class PermissionDenied extends defineDatabaseError({
  code: 'PERMISSION_DENIED',
  states: ['42501'],
  summary: 'the database role may not do this',
  advice: 'Use the role meant for this work, or repair the grants (db:roles).',
}) {}

/** A write in a read-only transaction or on a standby. */
export class ReadOnly extends defineDatabaseError({
  code: 'READ_ONLY',
  states: ['25006'],
  summary:
    'nothing can be written: the database is a standby or default_transaction_read_only is on, or the transaction is READ ONLY',
  advice: 'Write through the primary, in a transaction that may write; `health` says which it is.',
}) {}

/** The statement names a table, column or function that this database does not have. */
export class SchemaMismatch extends defineDatabaseError({
  code: 'SCHEMA_MISMATCH',
  states: ['42P01', '42703', '42883', '42704', '3F000', '3D000'],
  summary: 'the database does not have what the statement names',
  advice: 'Run the migrations (migration:run); check DATABASE_URL.',
}) {}

/** The statement has more parameters than the protocol can count. It was not sent, and the transaction can go on. */
export class TooManyParameters extends defineDatabaseError({
  code: 'TOO_MANY_PARAMETERS',
  // No SQLSTATE: PostgreSQL never sees it.
  states: [],
  summary: 'the statement has more parameters than PostgreSQL takes',
  advice:
    'Write fewer rows at once (the sentence says how many); pass a long list as one parameter: Any(list), = ANY($1).',
}) {}

/** What goes wrong around a statement: other transactions, time limits, the connection, the server. */

/** Concurrent transactions got in each other's way. */
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
  advice: 'Run the whole transaction again; lock rows in the same order everywhere.',
  retryable: true,
}) {}

/** A lock was not to be had in time, or not at once (NOWAIT). */
export class LockTimeout extends defineDatabaseError({
  code: 'LOCK_TIMEOUT',
  states: ['55P03'],
  summary: 'a lock was not to be had in time',
  advice: 'Run the transaction again; find out who holds the lock so long (pg_locks).',
  retryable: true,
}) {}

/** The statement ran longer than allowed, or somebody cancelled it: PostgreSQL has one state for both. */
export class QueryTimeout extends defineDatabaseError({
  code: 'QUERY_TIMEOUT',
  states: ['57014', '25P04'],
  summary: 'the statement ran too long, or was cancelled',
  advice: 'Explain the query; bound it by date; only then raise the timeout. Unchanged it would time out again.',
}) {}

/** The connection could not be made, or broke. Whether a COMMIT under way arrived is unknown. */
export class ConnectionLost extends defineDatabaseError({
  code: 'CONNECTION_LOST',
  // Class 08 as a whole; shutdown, crash and start-up of the server; idle sessions that were closed; the network.
  states: [
    ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01', '57P01', '57P02', '57P03', '57P05', '25P03'],
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
    ...['ECONNABORTED', 'ENETDOWN', 'ENETRESET', 'EHOSTDOWN', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
  ],
  summary: 'the connection to the database could not be made or broke',
  advice: 'Try again in a moment. A write whose COMMIT was under way may have arrived: make it repeatable.',
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

/** The server has no connection left. */
export class TooManyConnections extends defineDatabaseError({
  code: 'TOO_MANY_CONNECTIONS',
  states: ['53300'],
  summary: 'the server has no connection left',
  advice: 'Try again in a moment; lower the pools, or raise max_connections.',
  retryable: true,
}) {}

/** Every connection of the pool was in use, and none came free in time (`connectTimeoutMs`). */
export class PoolSaturated extends defineDatabaseError({
  code: 'POOL_SATURATED',
  // No code: node-postgres says it in words.
  states: [],
  summary: 'no connection of the pool came free in time',
  advice: 'Try again in a moment; look for transactions left open and slow queries; only then raise poolSize.',
  retryable: true,
}) {}

/** The server could not prove that it is the one meant, so nothing was sent to it. */
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
  summary: 'the certificate of the server is not to be trusted',
  advice: 'Check host and sslrootcert in DATABASE_URL, and the certificate on the server.',
}) {}

/**
 * User or password are wrong, or may not come from here. Retryable, because between the change of a password on the server and that of
 * its file new connections are refused.
 */
export class AuthenticationFailed extends defineDatabaseError({
  code: 'AUTHENTICATION_FAILED',
  states: ['28000', '28P01'],
  summary: 'the database does not accept user or password',
  advice: 'Check DATABASE_URL and pg_hba.conf. It passes by itself only while a password is being changed.',
  retryable: true,
}) {}

/** The server has no room left. */
export class DiskFull extends defineDatabaseError({
  code: 'DISK_FULL',
  states: ['53100'],
  summary: 'the database server has no disk space left',
  advice: 'Make room; until then nothing can be written.',
}) {}

/** The server has no memory left, or another limit of its configuration is reached. */
export class OutOfResources extends defineDatabaseError({
  code: 'OUT_OF_RESOURCES',
  states: ['53000', '53200', '53400', '54000', '54001'],
  summary: 'the database server is out of memory or at another of its limits',
  advice: 'Ask for less at once: smaller batches, shorter lists.',
}) {}

/** Any other refusal; its SQLSTATE says more. */
export class UnexpectedDatabaseError extends defineDatabaseError({
  code: 'DATABASE_ERROR',
  states: [],
  summary: 'the database refused the statement',
  advice: 'Look the SQLSTATE up in appendix A of the PostgreSQL documentation; the server log has the statement.',
}) {}

/** What PostgreSQL finds wrong with a statement, before or while it runs it. */

/** The statement is not one that PostgreSQL can run: syntax, names, types, parameters. */
export class InvalidStatement extends defineDatabaseError({
  code: 'INVALID_STATEMENT',
  states: [
    ...['42601', '42P02', '42P10', '42702', '42803', '42804', '42846', '42725', '42P08', '42P18', '42701', '42712'],
    ...['42809', '42P09', '42P19', '42P20', '42P21', '42P22', '42602', '42622', '428C9', '42P07', '42710', '42P06'],
    ...['42P04', '42723', '42P16', '42P17', '42830', '26000', '34000'],
  ],
  summary: 'PostgreSQL cannot run the statement as it is written',
  advice: 'Correct the statement: it fails again as it is. The log of the server has it.',
}) {}

/** One row where there are several, or one row twice. */
export class CardinalityViolation extends defineDatabaseError({
  code: 'CARDINALITY_VIOLATION',
  states: ['21000'],
  summary: 'the statement finds several rows where there must be one',
  advice: 'Make the condition unique, or limit it to one row.',
}) {}

/** PostgreSQL has no such feature. */
export class FeatureNotSupported extends defineDatabaseError({
  code: 'FEATURE_NOT_SUPPORTED',
  states: ['0A000'],
  summary: 'PostgreSQL does not support what the statement asks for',
  advice: 'Write the statement in another way. The log of the server has it, with the reason.',
}) {}

/** The statement does not fit the state of its transaction. */
export class InvalidTransactionState extends defineDatabaseError({
  code: 'INVALID_TRANSACTION_STATE',
  states: ['25000', '25001', '25P01', '3B001', '2D000', '0B000'],
  summary: 'the statement does not fit the state of its transaction',
  advice: 'Begin, commit and roll back with transaction() only.',
}) {}
