import { isObject, isPlainObject } from '../columns/judge.js';
import { rulesOf, type EntityClass, type ForeignKey } from '../columns/registry.js';
import { propertyViolation, type Violation } from './validation-error.js';

/** What the database will say, not we: the key of a parent that the same save() stores first. */
export const UNKNOWN = Symbol('unknown until written');

/** A value given as SQL: `() => 'now()'`. */
export const GIVEN_AS_SQL = Symbol('given as SQL');

export interface GivenRow {
  /** Each column's value, `undefined` when left out, UNKNOWN or GIVEN_AS_SQL. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Relations that TypeORM would misread without a word. */
  readonly violations: readonly Violation[];
}

/**
 * The values of a row as TypeORM will read them: relations become foreign keys. Properties are read by name, as TypeORM
 * does, so one that is inherited counts; keys that an object merely lists (`__proto__` out of JSON.parse) do not.
 *
 * @param stored row, where known: a foreign key that is still the stored one does not contradict a relation that changes.
 */
export function readRow(
  entity: EntityClass,
  row: Readonly<Record<string, unknown>>,
  stored?: Readonly<Record<string, unknown>>,
): GivenRow {
  const { columns, relations } = rulesOf(entity);
  const values = new Map<string, unknown>();
  for (const property of columns.keys()) values.set(property, known(row[property]));
  const violations: Violation[] = [];
  for (const [relation, key] of relations) {
    if (row[relation] === undefined) continue;
    const given = values.get(key.property);
    const isStored = stored !== undefined && stored[key.property] === given;
    const read = readRelation(row[relation], isStored ? undefined : given, key);
    if (read.sentence === undefined) values.set(key.property, known(read.id));
    else violations.push(propertyViolation(relation, { path: '', kind: 'relation', sentence: read.sentence }));
  }
  return { values, violations };
}

// Functions are SQL in TypeORM: update({ errorCount: () => 'error_count + 1' }).
function known(value: unknown): unknown {
  return typeof value === 'function' ? GIVEN_AS_SQL : value;
}

type ReadRelation = { id: unknown; sentence?: undefined } | { sentence: string };

function readRelation(parent: unknown, key: unknown, { property }: ForeignKey): ReadRelation {
  // A bare id is silently dropped by TypeORM.
  if (parent !== null && !isObject(parent)) {
    return { sentence: `must be null or an object with an id; a bare id belongs in ${property}` };
  }
  const id = parent === null ? null : (parent.id ?? UNKNOWN);
  // An entity without an id may be stored by the same save(), before this row. A plain object cannot.
  if (id === UNKNOWN && isPlainObject(parent as object)) return { sentence: 'must have an id' };
  const sentence = contradictionOf(id, key, property);
  return sentence === undefined ? { id } : { sentence };
}

/**
 * What is wrong with a relation and its key that are both given but name different rows: TypeORM would write one of them and
 * ignore the other.
 *
 * @param id of the row that the relation names; null for none.
 */
export function contradictionOf(id: unknown, key: unknown, property: string): string | undefined {
  if (key === undefined || id === key) return undefined;
  return id === null
    ? `is null while ${property} names a row: set both to null`
    : `and ${property} name different rows: set one of them, or both to the same row`;
}

/** Will only the database know the value? */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || value === GIVEN_AS_SQL;
}
