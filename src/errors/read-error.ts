import { type Token, tokenize } from './sql-text.js';
import { KEY_READINGS, NAME_READINGS, PARAMETER_READINGS } from './readings/names.js';
import type { Reading } from './readings/reading.js';
import { SCHEMA_CHANGE_READINGS, SERVER_READINGS, TRANSACTION_READINGS } from './readings/server.js';
import { CLAUSE_READINGS, FEATURE_READINGS, SYNTAX_READINGS } from './readings/statements.js';
import { VALUE_READINGS } from './readings/values.js';

/**
 * Turns PostgreSQL's errors into our messages, and decides which names a message may repeat.
 *
 * PostgreSQL's messages mix names with data: `relation "…" does not exist` quotes a table that the statement names, but also any text
 * that was cast to regclass. So a name is taken only from the statement itself, where it stands as a name, or compared with the names
 * of our schema, and never when the error comes from a RAISE, a function, or SQL that a function put together.
 */

/** Returns whether a message may show this name. */
export type NameCheck = (name: string) => boolean;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/;

/** Longer statements are not tokenised, because that would take too long. */
const LONGEST_STATEMENT = 100_000;

export function isIdentifier(text: unknown): text is string {
  return typeof text === 'string' && IDENTIFIER.test(text);
}

/** Types as PostgreSQL's messages write them. None of these words can be data from a row. */
const TYPE =
  /^(?:smallint|integer|bigint|real|double precision|numeric|boolean|text|name|uuid|json|jsonb|jsonpath|xml|bytea|date|interval|oid|bit(?: varying)?|"char"|character(?: varying)?|inet|cidr|macaddr|money|point|tsvector|tsquery|record|unknown|void|any\w*|(?:int|num|ts|tstz|date)\w*range|time(?:stamp)?(?: with(?:out)? time zone)?)(?:\(\d+(?:,\d+)?\))?(?:\[\])?$/;

/** Returns whether the text is a built-in type, or the name of a type that messages may show. */
function isType(text: string, mayShow: NameCheck): boolean {
  return TYPE.test(text) || mayShow(text.replace(/\[\]$/, ''));
}

/** Returns all names in a statement, outside literals and comments. */
function findNames(sql: string): ReadonlySet<string> {
  if (sql.length > LONGEST_STATEMENT) return new Set();
  // PostgreSQL repeats words that are not quoted in lower case.
  return new Set(
    tokenize(sql)
      .flatMap((token) => getName(token) ?? [])
      .flatMap((name) => [name, name.toLowerCase()]),
  );
}

/**
 * Reads the words at PostgreSQL's error position: a name with its qualifiers (`p`, `foo`), a parameter (`$1`, `:id`) or a keyword.
 * Returns undefined for anything else, and directly after a literal, whose end may have been misread.
 *
 * @param position counts characters from 1
 */
function readWordsAt(sql: string, position: number): readonly string[] | undefined {
  if (sql.length > LONGEST_STATEMENT) return undefined;
  const offset = Array.from(sql)
    .slice(0, position - 1)
    .join('').length;
  const tokens = tokenize(sql);
  let start = 0;
  const index = tokens.findIndex(({ text }) => {
    start += text.length;
    return start > offset;
  });
  if (index < 0 || start - (tokens[index]?.text.length ?? 0) !== offset) return undefined;
  const before = tokens.slice(0, index).findLast(({ kind }) => kind !== 'space' && kind !== 'comment');
  if (before?.kind === 'string' || before?.kind === 'dollar' || tokens.some(isUnfinished)) return undefined;
  return readWordsFrom(tokens.slice(index));
}

function readWordsFrom([first, second, ...rest]: readonly Token[]): readonly string[] | undefined {
  if (first === undefined) return undefined;
  if (first.kind === 'parameter') return [first.text];
  // TypeORM leaves a named parameter in the statement when it has no value.
  if (first.text === ':' && second?.kind === 'word' && isIdentifier(second.text)) return [`:${second.text}`];
  const name = getName(first);
  if (name === undefined) return undefined;
  const qualified = second?.text === '.' ? readWordsFrom(rest) : undefined;
  return [name, ...(qualified ?? [])];
}

function getName({ kind, text }: Token): string | undefined {
  if (kind === 'word') return isIdentifier(text) ? text : undefined;
  if (kind !== 'name' || !text.startsWith('"')) return undefined;
  const name = text.slice(1, -1);
  return isIdentifier(name) ? name : undefined;
}

/** Returns whether a literal or quoted name is not closed. The rest of the statement may then be data. */
function isUnfinished({ kind, text }: Token): boolean {
  if (kind === 'string') return !/'[^]*'$/.test(text);
  if (kind === 'name') return !/"[^]*"$/.test(text);
  return kind === 'dollar' && !/^(\$[^$]*\$)[^]*\1$/.test(text);
}

/** The fields of node-postgres' DatabaseError that are read. Messages take only names from them. */
export interface PostgresFields {
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly position?: unknown;
  readonly routine?: unknown;
  readonly where?: unknown;
  readonly internalQuery?: unknown;
  readonly schema?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint?: unknown;
}

/** Where an error comes from, and what may be shown of it. */
export interface ErrorContext {
  /** The statement that was sent. */
  readonly sql?: string | undefined;
  /** Is this the name of a table, column or constraint of our schema? Such names are shown in production, too. */
  readonly isKnownName: NameCheck;
  /** Other names are shown where they stand in the statement as names. */
  readonly showStatementNames: boolean;
}

/** Returns whether a RAISE statement made the error. Its fields may then contain any data. */
export function isRaised({ routine }: PostgresFields): boolean {
  return routine === 'exec_stmt_raise';
}

/** Returns summary and advice for an error; undefined when the error class already says everything. */
export function readError(
  fields: PostgresFields,
  context: ErrorContext,
): { readonly summary: string; readonly advice?: string | undefined } | undefined {
  const mayShow = createNameCheck(fields, context);
  const at = readStatementWords(fields, context);
  for (const reading of READINGS) {
    if (reading.state !== fields.code) continue;
    const names = matchReading(reading, fields, at);
    if (names === undefined || (isRaised(fields) && reading.summary.includes('{'))) continue;
    const summary = fillIn(reading.summary, names, mayShow);
    if (summary !== undefined) return { summary, advice: reading.advice };
  }
  return undefined;
}

function createNameCheck(fields: PostgresFields, { sql, isKnownName, showStatementNames }: ErrorContext): NameCheck {
  // A statement that a function builds at run time may contain data.
  if (isRaised(fields) || fields.internalQuery !== undefined) return () => false;
  if (!showStatementNames || fields.where !== undefined) return isKnownName;
  const inFields = [fields.schema, fields.table, fields.column, fields.constraint];
  let inStatement: ReadonlySet<string> | undefined;
  return (name) => isKnownName(name) || inFields.includes(name) || (inStatement ??= findNames(sql ?? '')).has(name);
}

function readStatementWords({ position }: PostgresFields, { sql }: ErrorContext): readonly string[] | undefined {
  return sql === undefined || !/^\d+$/.test(String(position)) ? undefined : readWordsAt(sql, Number(position));
}

/** Returns the names for the placeholders of a reading; undefined when the reading does not match the error. */
function matchReading(
  { routines, message, detail, namedParameter }: Reading,
  fields: PostgresFields,
  at: readonly string[] | undefined,
): Readonly<Record<string, string>> | undefined {
  if (routines !== undefined && !routines.some((routine) => routine === fields.routine)) return undefined;
  if (namedParameter && !at?.[0]?.startsWith(':')) return undefined;
  const names: Record<string, string> = at === undefined ? {} : { at: at.join('.'), qualifier: at[0] ?? '' };
  for (const [pattern, text] of [
    [message, fields.message],
    [detail, fields.detail],
  ] as const) {
    if (pattern === undefined) continue;
    const match = typeof text === 'string' ? pattern.exec(text) : null;
    if (match === null) return undefined;
    Object.assign(names, match.groups);
  }
  return names;
}

/** Fills in the placeholders. Returns undefined when a name is missing or may not be shown. */
function fillIn(summary: string, names: Readonly<Record<string, string>>, mayShow: NameCheck): string | undefined {
  const placeholders = summary.match(/\{\w+\}/g) ?? [];
  let filled = summary;
  for (const placeholder of placeholders) {
    const name = placeholder.slice(1, -1);
    const shown = getShownName(name, names[name] ?? '', mayShow);
    if (shown === undefined) return undefined;
    filled = filled.replace(placeholder, () => shown);
  }
  return filled;
}

function getShownName(placeholder: string, text: string, mayShow: NameCheck): string | undefined {
  if (placeholder === 'operator') return text;
  if (/^[nm]$/.test(placeholder)) return /^\d{1,9}$/.test(text) ? text : undefined;
  if (placeholder === 'types')
    return text === '' || text.split(', ').every((type) => isType(type, mayShow)) ? text : undefined;
  if (placeholder.startsWith('type')) return isType(text, mayShow) ? text : undefined;
  if (/^\$\d+$/.test(text)) return text;
  const name = findShownName(text, mayShow);
  return name === undefined || placeholder === 'function' || /[.:]/.test(name) ? name : `"${name}"`;
}

/** Returns `p.foo`, or only `foo` when the qualifier may not be shown. */
function findShownName(text: string, mayShow: NameCheck): string | undefined {
  const prefix = text.startsWith(':') ? ':' : '';
  const parts = text.slice(prefix.length).replaceAll('"', '').split('.');
  if (!parts.every(isIdentifier)) return undefined;
  const last = parts.at(-1) ?? '';
  if (!mayShow(last)) return undefined;
  return prefix + (parts.every(mayShow) ? parts.join('.') : last);
}

/** All readings, in the order in which they are tried. */
export const READINGS: readonly Reading[] = [
  ...NAME_READINGS,
  ...PARAMETER_READINGS,
  ...SYNTAX_READINGS,
  ...CLAUSE_READINGS,
  ...FEATURE_READINGS,
  ...KEY_READINGS,
  ...VALUE_READINGS,
  ...TRANSACTION_READINGS,
  ...SERVER_READINGS,
  ...SCHEMA_CHANGE_READINGS,
];
