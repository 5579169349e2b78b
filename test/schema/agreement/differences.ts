import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { MAX_DEPTH } from '../../../src/columns/json.js';
import { depthOf, hasKey, type Trifle } from './equality.js';
import type { Case } from './verdict.js';

/** A difference between the two guards that must be, and why. Each must occur in the run: a stale entry hides the next. */
export interface Difference {
  readonly name: string;
  readonly reason: string;
  /** Who refuses, or alters, what the other takes. */
  readonly stricter: 'validator' | 'database';
  readonly explains: (one: Case) => boolean;
}

/** All of them. Nothing else may differ. */
export const DIFFERENCES: readonly Difference[] = [
  stricterValidator(
    'before_save_only',
    'the rule itself says why PostgreSQL must not enforce it',
    (one) => isKept(one) && one.subject.rule?.beforeSaveOnly !== undefined,
  ),
  stricterValidator(
    'list_items_differ',
    'a CHECK can hold no subquery, so it cannot compare items',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['different']),
  ),
  stricterValidator(
    'json_content',
    'keys come and go: a CHECK over them would be migrated with each',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['content']),
  ),
  stricterValidator(
    'json_depth',
    'PostgreSQL holds any depth that its stack does',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['json', 'content']) && depthOf(one.values[0]) > MAX_DEPTH,
  ),
  stricterValidator(
    'json_keys',
    'to PostgreSQL __proto__ and toJSON are keys like others, to JavaScript they are not',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['json', 'content']) && hasKey(one.values[0], isSpecialKey),
  ),
  stricterValidator(
    'coercion',
    'driver and PostgreSQL turn other JavaScript types into the column’s: "5", 1 for true, a Date',
    (one) => isChanged(one) && !isOfOwnType(columnOf(one), one.values[0]),
  ),
  stricterValidator(
    'uuid_spelling',
    'PostgreSQL reads capitals, braces and missing dashes, and prints its own form',
    (one) => isChanged(one) && columnOf(one).type === 'uuid' && typeof one.values[0] === 'string',
  ),
  stricterValidator(
    'day_spelling',
    'PostgreSQL reads many notations of a day ("20260131", "today"), and prints one',
    (one) => isChanged(one) && columnOf(one).type === 'date' && typeof one.values[0] === 'string',
  ),
  stricterValidator(
    'broken_unicode',
    'node-postgres writes U+FFFD for half a surrogate pair before PostgreSQL sees it',
    (one) => isChanged(one) && columnOf(one).type === 'text' && [one.values[0]].flat().some(isBroken),
  ),
  stricterValidator(
    'json_rewritten',
    'JSON.stringify writes null for NaN, text for dates, nothing for functions, {} for a Map',
    (one) => isChanged(one) && columnOf(one).type === 'jsonb' && one.judgement.broken.includes('json'),
  ),
  ofDatabase('minus_zero', 'node-postgres and JSON write -0 as 0, which equals it (===)', (one) =>
    isKeptBut(one, 'minus_zero'),
  ),
  ofDatabase(
    'json_undefined',
    'JSON has no undefined: such a property is not written, as if it were not there',
    (one) => isKeptBut(one, 'json_undefined'),
  ),
];

/** The first difference of the list that explains why the guards disagree. */
export function differenceOf(one: Case, listed: readonly Difference[] = DIFFERENCES): Difference | undefined {
  const stricter = one.judgement.accepted ? 'database' : 'validator';
  return listed.find((difference) => difference.stricter === stricter && difference.explains(one));
}

function stricterValidator(name: string, reason: string, explains: (one: Case) => boolean): Difference {
  return { name, reason, stricter: 'validator', explains };
}

function ofDatabase(name: string, reason: string, explains: (one: Case) => boolean): Difference {
  return { name, reason, stricter: 'database', explains };
}

function isKeptBut({ outcome }: Case, trifle: Trifle): boolean {
  return outcome.kind === 'kept' && outcome.but === trifle;
}

function isKept({ outcome }: Case): boolean {
  return outcome.kind === 'kept';
}

function isChanged({ outcome, subject }: Case): boolean {
  return outcome.kind === 'changed' && subject.field !== undefined;
}

function isBrokenOnlyBy({ judgement: { broken } }: Case, kinds: readonly string[]): boolean {
  return broken.every((kind) => kinds.includes(kind));
}

function isSpecialKey(key: string): boolean {
  return key === '__proto__' || key === 'toJSON';
}

function isBroken(text: unknown): boolean {
  return typeof text === 'string' && !text.isWellFormed();
}

function columnOf({ subject }: Case): ColumnMetadata {
  const [column] = subject.columns;
  if (!column) throw new Error(`${subject.name} has no column.`);
  return column;
}

/** Is it the JavaScript type that TypeORM reads from the column? */
function isOfOwnType({ type, isArray }: ColumnMetadata, value: unknown): boolean {
  if (isArray) return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (type === 'timestamptz') return value instanceof Date;
  if (type === 'jsonb') return typeof value === 'object';
  if (type === 'boolean') return typeof value === 'boolean';
  return typeof value === (type === 'integer' || type === 'double precision' ? 'number' : 'string');
}
