import { splitStatements, type Token } from '../../errors/sql-text.js';
import type { MigrationLimits } from './options.js';

/**
 * The kind of a statement decides its timeouts and whether the runner allows it:
 * - `ddl`: takes a lock that blocks other sessions, so its wait and its duration are limited; also every unknown statement
 * - `data`: writes rows, or runs code that does
 * - `validation`: reads a whole table under a lock that blocks neither reads nor writes (VALIDATE CONSTRAINT, ANALYZE)
 * - `read`: reads rows only
 * - `concurrent`: cannot run inside a transaction (CREATE INDEX CONCURRENTLY, VACUUM and similar)
 * - `local`: a setting for the rest of the transaction (SET LOCAL, SET CONSTRAINTS)
 * - `session`: a setting of the session, which would outlive the migration
 * - `savepoint`, `transaction`: begins or ends a savepoint, or a transaction
 */
export type StatementKind =
  'concurrent' | 'data' | 'ddl' | 'local' | 'read' | 'savepoint' | 'session' | 'transaction' | 'validation';

/** A statement that a migration sends. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly kind: StatementKind;
}

/** Strictest kind first. A text with several statements has the strictest of their kinds. */
const STRICTEST: readonly StatementKind[] = [
  ...(['transaction', 'session', 'concurrent', 'savepoint', 'ddl', 'data', 'validation', 'local', 'read'] as const),
];

/** Returns the kind of the SQL text of one call, which may contain several statements. Empty text is `read`. */
export function classifySql(sql: string): StatementKind {
  const kinds = new Set(splitStatements(sql).map(classifyStatement));
  return STRICTEST.find((kind) => kinds.has(kind)) ?? 'read';
}

/** Returns the command in capitals, such as `ALTER TABLE`. */
export function readCommand(sql: string): string {
  const [statement = []] = splitStatements(sql);
  return readWords(statement)
    .slice(0, TWO_WORDS.test(readWords(statement)[0] ?? '') ? 2 : 1)
    .join(' ');
}

const TWO_WORDS = /^(ALTER|CREATE|DROP|COMMENT|VALIDATE)$/;

/** Kinds of the statements that are recognised by their first word. */
const BY_FIRST_WORD: Readonly<Record<string, StatementKind>> = {
  ...listKinds('transaction', ['BEGIN', 'START', 'COMMIT', 'END', 'ABORT']),
  ...listKinds('savepoint', ['SAVEPOINT', 'RELEASE']),
  ...listKinds('session', ['RESET', 'DISCARD', 'LISTEN', 'UNLISTEN', 'DEALLOCATE', 'LOAD', 'DECLARE', 'CLOSE']),
  ...listKinds('read', ['VALUES', 'TABLE', 'SHOW', 'FETCH', 'MOVE', 'SELECT']),
  ...listKinds('data', ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'CALL', 'NOTIFY', 'EXECUTE']),
  ...listKinds('validation', ['ANALYZE', 'ANALYSE']),
  ...listKinds('concurrent', ['VACUUM']),
};

function listKinds(kind: StatementKind, words: readonly string[]): Record<string, StatementKind> {
  return Object.fromEntries(words.map((word) => [word, kind]));
}

function classifyStatement(statement: readonly Token[]): StatementKind {
  const words = readWords(statement);
  const [first = '', second = ''] = words;
  if (first === 'ROLLBACK') return words.includes('TO') ? 'savepoint' : 'transaction';
  if (first === 'PREPARE') return second === 'TRANSACTION' ? 'transaction' : 'session';
  if (first === 'SET') return ['LOCAL', 'CONSTRAINTS', 'TRANSACTION'].includes(second) ? 'local' : 'session';
  if (first === 'WITH' || first === 'EXPLAIN') return isWriting(words) ? 'data' : 'read';
  if (first === 'DO') return classifyCode(statement);
  if (first === 'SELECT' && words.includes('INTO')) return 'ddl';
  if (
    first === 'ALTER' &&
    words.includes('VALIDATE') &&
    !/\b(ADD|DROP|ALTER COLUMN|SET)\b/.test(words.slice(2).join(' '))
  )
    return 'validation';
  if (isConcurrent(words)) return 'concurrent';
  return BY_FIRST_WORD[first] ?? 'ddl';
}

function isConcurrent(words: readonly string[]): boolean {
  // REFRESH MATERIALIZED VIEW CONCURRENTLY is missing here because it can run inside a transaction.
  return words.includes('CONCURRENTLY') && ['CREATE', 'DROP', 'REINDEX', 'ALTER'].includes(words[0] ?? '');
}

/** Returns `ddl` for a DO block whose code contains the keyword of a schema change, else `data`. */
function classifyCode(statement: readonly Token[]): StatementKind {
  const code = statement.filter(({ kind }) => kind === 'dollar' || kind === 'string').map(({ text }) => text);
  return /\b(ALTER|CREATE|DROP|TRUNCATE|LOCK|REINDEX|GRANT|REVOKE|COMMENT)\b/i.test(code.join(' ')) ? 'ddl' : 'data';
}

function isWriting(words: readonly string[]): boolean {
  return ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].some((word) => words.includes(word));
}

function readWords(statement: readonly Token[]): string[] {
  return statement.filter(({ kind }) => kind === 'word').map(({ text }) => text.toUpperCase());
}

/** The lock_timeout and statement_timeout of one statement, in milliseconds. */
export interface Timeouts {
  readonly lock: number;
  readonly statement: number;
}

/**
 * Returns the timeouts of a statement.
 *
 * @param afterDdl the transaction has already changed the schema, so it holds locks that block other sessions
 */
export function getTimeouts(kind: StatementKind, afterDdl: boolean, limits: MigrationLimits): Timeouts {
  if (afterDdl || kind === 'ddl') return { lock: limits.lockMs, statement: limits.ddlMs };
  const statement = kind === 'validation' ? limits.validationMs : limits.dataMs;
  return { lock: limits.patientLockMs, statement };
}

/**
 * Returns the SQL that sets the timeouts for the rest of the transaction.
 *
 * @param own names of the timeouts that the migration sets itself, which are not overwritten
 */
export function setLocal({ lock, statement }: Timeouts, own: ReadonlySet<string> = new Set()): string {
  const settings = { lock_timeout: lock, statement_timeout: statement };
  return Object.entries(settings)
    .filter(([name]) => !own.has(name))
    .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
    .join('; ');
}
