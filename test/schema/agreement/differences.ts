import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { MAX_DEPTH } from '../../../src/columns/json.js';
import { depthOf, hasKey, type Trifle } from './equality.js';
import type { Case } from './verdict.js';

/** An accepted difference between the validator and PostgreSQL, with its reason. Each must occur in the run, or a stale entry could excuse another one. */
export interface Difference {
  readonly name: string;
  readonly reason: string;
  /** The one that refuses or changes values which the other accepts. */
  readonly stricter: 'validator' | 'database';
  readonly explains: (one: Case) => boolean;
}

/** All accepted differences. */
export const DIFFERENCES: readonly Difference[] = [
  stricterValidator(
    'before_save_only',
    'the rule declares why PostgreSQL does not enforce it',
    (one) => isKept(one) && one.subject.rule?.beforeSaveOnly !== undefined,
  ),
  stricterValidator(
    'list_items_differ',
    'a CHECK cannot have a subquery, and so cannot compare the items of a list',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['different']),
  ),
  stricterValidator(
    'json_content',
    'a CHECK on the keys would need a migration for each new key',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['content']),
  ),
  stricterValidator(
    'json_depth',
    'PostgreSQL accepts any depth that fits its stack',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['json', 'content']) && depthOf(one.values[0]) > MAX_DEPTH,
  ),
  stricterValidator(
    'json_keys',
    '__proto__ and toJSON are ordinary keys in PostgreSQL and special ones in JavaScript',
    (one) => isKept(one) && isBrokenOnlyBy(one, ['json', 'content']) && hasKey(one.values[0], isSpecialKey),
  ),
  stricterValidator(
    'coercion',
    'node-postgres and PostgreSQL convert other JavaScript types to that of the column: "5", 1 for true, a Date',
    (one) => isChanged(one) && !isOfOwnType(columnOf(one), one.values[0]),
  ),
  stricterValidator(
    'uuid_spelling',
    'PostgreSQL accepts capitals, braces and missing dashes, and returns its own format',
    (one) => isChanged(one) && columnOf(one).type === 'uuid' && typeof one.values[0] === 'string',
  ),
  stricterValidator(
    'day_spelling',
    'PostgreSQL accepts many formats of a date ("20260131", "today"), and returns one',
    (one) => isChanged(one) && columnOf(one).type === 'date' && typeof one.values[0] === 'string',
  ),
  stricterValidator(
    'broken_unicode',
    'node-postgres replaces an unpaired surrogate with U+FFFD',
    (one) => isChanged(one) && columnOf(one).type === 'text' && [one.values[0]].flat().some(isBroken),
  ),
  stricterValidator(
    'json_rewritten',
    'JSON.stringify writes null for NaN, text for dates, nothing for functions, {} for a Map',
    (one) => isChanged(one) && columnOf(one).type === 'jsonb' && one.verdict.broken.includes('json'),
  ),
  stricterDatabase('minus_zero', 'node-postgres and JSON write -0 as 0, which equals it (===)', (one) =>
    isKeptBut(one, 'minus_zero'),
  ),
  stricterDatabase('json_undefined', 'JSON leaves out a property that is undefined', (one) =>
    isKeptBut(one, 'json_undefined'),
  ),
];

/** Returns the first listed difference that explains the disagreement. */
export function differenceOf(one: Case, listed: readonly Difference[] = DIFFERENCES): Difference | undefined {
  const stricter = one.verdict.accepted ? 'database' : 'validator';
  return listed.find((difference) => difference.stricter === stricter && difference.explains(one));
}

function stricterValidator(name: string, reason: string, explains: (one: Case) => boolean): Difference {
  return { name, reason, stricter: 'validator', explains };
}

function stricterDatabase(name: string, reason: string, explains: (one: Case) => boolean): Difference {
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

function isBrokenOnlyBy({ verdict: { broken } }: Case, kinds: readonly string[]): boolean {
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

/** Whether the value has the JavaScript type that TypeORM reads from the column. */
function isOfOwnType({ type, isArray }: ColumnMetadata, value: unknown): boolean {
  if (isArray) return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (type === 'timestamptz') return value instanceof Date;
  if (type === 'jsonb') return typeof value === 'object';
  if (type === 'boolean') return typeof value === 'boolean';
  return typeof value === (type === 'integer' || type === 'double precision' ? 'number' : 'string');
}
