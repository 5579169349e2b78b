/** What PostgreSQL refuses because of what it is told to do. Doing it again would be refused again. */
import { errorOf } from './database-error.js';

/** A value that must be unique is there already. */
export class UniqueViolation extends errorOf({
  code: 'UNIQUE_VIOLATION',
  states: ['23505'],
  sentence: 'a row with these values exists already',
  advice: 'Read the existing row, or write with upsert().',
}) {}

/** The row referred to does not exist, or the row to delete is still referred to. */
export class ForeignKeyViolation extends errorOf({
  code: 'FOREIGN_KEY_VIOLATION',
  // 23001 is what PostgreSQL 18 says for ON DELETE RESTRICT; older ones say 23503.
  states: ['23503', '23001'],
  sentence: 'the row referred to does not exist, or the row to delete is still referred to',
  advice: 'Store the parent first; retire what is still referred to (is_active) instead of deleting it.',
}) {}

/** A CHECK does not hold. */
export class CheckViolation extends errorOf({
  code: 'CHECK_VIOLATION',
  states: ['23514'],
  sentence: 'a rule of the table does not hold',
  advice: 'Correct the row.',
}) {}

/** A required column is empty. */
export class NotNullViolation extends errorOf({
  code: 'NOT_NULL_VIOLATION',
  states: ['23502'],
  sentence: 'a required value is missing',
  advice: 'Give the column a value.',
}) {}

/** Two rows overlap that must not. */
export class ExclusionViolation extends errorOf({
  code: 'EXCLUSION_VIOLATION',
  states: ['23P01'],
  sentence: 'the row overlaps one that exists already',
  advice: 'Read the rows it overlaps.',
}) {}

/** Somebody tried to change or delete an entry of the audit log. */
export class AppendOnlyViolation extends errorOf({
  code: 'APPEND_ONLY_VIOLATION',
  // No SQLSTATE of its own: 42501 raised by a trigger named tg_audit_logs__…
  states: [],
  sentence: 'the audit log is append-only',
  advice: 'Write a new entry; old ones leave by the retention purge only.',
}) {}

/** Text that the column's type cannot hold or read: NUL, broken Unicode, a word that is no uuid or not in the enum. */
export class InvalidText extends errorOf({
  code: 'INVALID_TEXT',
  states: ['22021', '22P05', '22P02'],
  sentence: 'a text cannot be stored or read as the type of its column',
  advice: 'Validate before you write: the entity rules refuse such text by name.',
}) {}

/** A number or date outside what the column's type can hold. */
export class InvalidValue extends errorOf({
  code: 'INVALID_VALUE',
  states: ['22000', '22001', '22003', '22007', '22008', '22012', '22023', '22030', '22032', '22P03', '2202E'],
  sentence: 'a value is outside what the type of its column can hold',
  advice: 'Validate before you write: the entity rules refuse such values by name.',
}) {}

/** The role may not do this. */
export class PermissionDenied extends errorOf({
  code: 'PERMISSION_DENIED',
  states: ['42501'],
  sentence: 'the database role may not do this',
  advice: 'Use the role meant for this work, or repair the grants (db:roles).',
}) {}

/** A write in a read-only transaction or on a standby. */
export class ReadOnly extends errorOf({
  code: 'READ_ONLY',
  states: ['25006'],
  sentence: 'the database or the transaction only reads',
  advice: 'Write through the primary, in a transaction that may write.',
}) {}

/** The statement names a table, column or function that this database does not have. */
export class SchemaMismatch extends errorOf({
  code: 'SCHEMA_MISMATCH',
  states: ['42P01', '42703', '42883', '42704', '3F000', '3D000'],
  sentence: 'the database does not have what the statement names',
  advice: 'Run the migrations (migration:run); check DATABASE_URL.',
}) {}

/** The statement has more parameters than the protocol can count. It was not sent, and the transaction can go on. */
export class TooManyParameters extends errorOf({
  code: 'TOO_MANY_PARAMETERS',
  // No SQLSTATE: PostgreSQL never sees it.
  states: [],
  sentence: 'the statement has more parameters than PostgreSQL takes',
  advice:
    'Write fewer rows at once (the sentence says how many); pass a long list as one parameter: Any(list), = ANY($1).',
}) {}
