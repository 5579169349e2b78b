/** Says in our words what an error of PostgreSQL says, without repeating any of its data. */
import { READINGS } from './readings/index.js';
import type { Reading } from './readings/reading.js';
import { isIdentifier, isType, namesIn, wordsAt, type NameCheck } from './shown-names.js';

/** The fields of node-postgres' DatabaseError that are looked at. Only names are ever taken out of them. */
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

/** A RAISE says whatever its author wrote, in each of its fields. */
export function isRaised({ routine }: PostgresFields): boolean {
  return routine === 'exec_stmt_raise';
}

/** @returns undefined where there is no more to say than the class of the error does. */
export function readError(
  fields: PostgresFields,
  context: ErrorContext,
): { readonly sentence: string; readonly advice?: string | undefined } | undefined {
  const mayShow = nameCheckFor(fields, context);
  const at = wordsOfStatement(fields, context);
  for (const reading of READINGS) {
    if (reading.state !== fields.code) continue;
    const names = matchReading(reading, fields, at);
    if (names === undefined || (isRaised(fields) && reading.sentence.includes('{'))) continue;
    const sentence = fillIn(reading.sentence, names, mayShow);
    if (sentence !== undefined) return { sentence, advice: reading.advice };
  }
  return undefined;
}

function nameCheckFor(fields: PostgresFields, { sql, isKnownName, showStatementNames }: ErrorContext): NameCheck {
  // A statement that a function put together may be made of data.
  if (isRaised(fields) || fields.internalQuery !== undefined) return () => false;
  if (!showStatementNames || fields.where !== undefined) return isKnownName;
  const inFields = [fields.schema, fields.table, fields.column, fields.constraint];
  let inStatement: ReadonlySet<string> | undefined;
  return (name) => isKnownName(name) || inFields.includes(name) || (inStatement ??= namesIn(sql ?? '')).has(name);
}

function wordsOfStatement({ position }: PostgresFields, { sql }: ErrorContext): readonly string[] | undefined {
  return sql === undefined || !/^\d+$/.test(String(position)) ? undefined : wordsAt(sql, Number(position));
}

/** The names for the placeholders of a reading; undefined where the reading is of another error. */
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

/** Undefined where a name is missing or may not be shown. */
function fillIn(sentence: string, names: Readonly<Record<string, string>>, mayShow: NameCheck): string | undefined {
  const placeholders = sentence.match(/\{\w+\}/g) ?? [];
  let filled = sentence;
  for (const placeholder of placeholders) {
    const name = placeholder.slice(1, -1);
    const shown = shownAs(name, names[name] ?? '', mayShow);
    if (shown === undefined) return undefined;
    filled = filled.replace(placeholder, () => shown);
  }
  return filled;
}

function shownAs(placeholder: string, text: string, mayShow: NameCheck): string | undefined {
  if (placeholder === 'operator') return text;
  if (/^[nm]$/.test(placeholder)) return /^\d{1,9}$/.test(text) ? text : undefined;
  if (placeholder === 'types')
    return text === '' || text.split(', ').every((type) => isType(type, mayShow)) ? text : undefined;
  if (placeholder.startsWith('type')) return isType(text, mayShow) ? text : undefined;
  if (/^\$\d+$/.test(text)) return text;
  const name = shownName(text, mayShow);
  return name === undefined || placeholder === 'function' || /[.:]/.test(name) ? name : `"${name}"`;
}

/** `p.foo`, or `foo` where only that may be shown. */
function shownName(text: string, mayShow: NameCheck): string | undefined {
  const prefix = text.startsWith(':') ? ':' : '';
  const parts = text.slice(prefix.length).replaceAll('"', '').split('.');
  if (!parts.every(isIdentifier)) return undefined;
  const last = parts.at(-1) ?? '';
  if (!mayShow(last)) return undefined;
  return prefix + (parts.every(mayShow) ? parts.join('.') : last);
}
