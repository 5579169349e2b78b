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
 */
export function readRow(entity: EntityClass, row: Readonly<Record<string, unknown>>): GivenRow {
  const { columns, relations } = rulesOf(entity);
  const values = new Map<string, unknown>();
  for (const property of columns.keys()) values.set(property, known(row[property]));
  const violations: Violation[] = [];
  for (const [relation, key] of relations) {
    if (row[relation] === undefined) continue;
    const read = readRelation(row[relation], values.get(key.property), key);
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
  if (parent === null) {
    // TypeORM would write the key and forget the null.
    const contradicted = key !== undefined && key !== null;
    return contradicted ? { sentence: `is null while ${property} names a row: set both to null` } : { id: null };
  }
  // A bare id is silently dropped by TypeORM.
  if (!isObject(parent)) return { sentence: `must be null or an object with an id; a bare id belongs in ${property}` };
  const { id } = parent;
  if (id !== undefined && id !== null) return { id };
  // An entity without an id may be stored by the same save(), before this row. A plain object cannot.
  return isPlainObject(parent) ? { sentence: 'must have an id' } : { id: UNKNOWN };
}

/** Will only the database know the value? */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || value === GIVEN_AS_SQL;
}
