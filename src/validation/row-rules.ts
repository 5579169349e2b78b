import { type EntityClass, getFields, type ForeignKey, type RowRule, getEntityRules } from '../columns/registry.js';
import { isObject, isPlainObject } from '../columns/validators.js';
import { createPropertyViolation, createRowViolation, type Violation } from './validation-error.js';

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
  const { columns, relations } = getEntityRules(entity);
  const values = new Map<string, unknown>();
  for (const property of columns.keys()) values.set(property, isKnown(row[property]));
  const violations: Violation[] = [];
  for (const [relation, key] of relations) {
    if (row[relation] === undefined) continue;
    const given = values.get(key.property);
    const isStored = stored !== undefined && stored[key.property] === given;
    const read = readRelation(row[relation], isStored ? undefined : given, key);
    if (read.message === undefined) values.set(key.property, isKnown(read.id));
    else violations.push(createPropertyViolation(relation, { path: '', kind: 'relation', message: read.message }));
  }
  return { values, violations };
}

// Functions are SQL in TypeORM: update({ errorCount: () => 'error_count + 1' }).
function isKnown(value: unknown): unknown {
  return typeof value === 'function' ? GIVEN_AS_SQL : value;
}

type ReadRelation = { id: unknown; message?: undefined } | { message: string };

function readRelation(parent: unknown, key: unknown, { property }: ForeignKey): ReadRelation {
  // A bare id is silently dropped by TypeORM.
  if (parent !== null && !isObject(parent)) {
    return { message: `must be null or an object with an id; a bare id belongs in ${property}` };
  }
  const id = parent === null ? null : (parent.id ?? UNKNOWN);
  // An entity without an id may be stored by the same save(), before this row. A plain object cannot.
  if (id === UNKNOWN && isPlainObject(parent as object)) return { message: 'must have an id' };
  const message = findContradiction(id, key, property);
  return message === undefined ? { id } : { message };
}

/**
 * What is wrong with a relation and its key that are both given but name different rows: TypeORM would write one of them and
 * ignore the other.
 *
 * @param id of the row that the relation names; null for none.
 */
export function findContradiction(id: unknown, key: unknown, property: string): string | undefined {
  if (key === undefined || id === key) return undefined;
  return id === null
    ? `is null while ${property} names a row: set both to null`
    : `and ${property} name different rows: set one of them, or both to the same row`;
}

/** Will only the database know the value? */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || value === GIVEN_AS_SQL;
}

/**
 * The violation of a rule over several columns, if it does not hold. Where a value that it reads is not known, its CHECK decides
 * alone; a rule without CHECK is then a violation itself, since nothing else would enforce it.
 *
 * @param values of the properties known.
 * @param faulty properties that break a rule of their own: a rule over them would only repeat that, or stumble over it.
 */
export function validateRow(
  rule: RowRule,
  values: ReadonlyMap<string, unknown>,
  faulty: ReadonlySet<string>,
): Violation | undefined {
  const { meaning, message, properties } = rule;
  const row = Object.fromEntries(properties.map((property) => [property, values.get(property)]));
  const given = Object.values(row);
  // Whatever the key of a parent will be, it will be one.
  if (given.includes(UNKNOWN) || properties.some((property) => faulty.has(property))) return undefined;
  if (given.includes(undefined) || given.includes(GIVEN_AS_SQL)) {
    return rule.sql === undefined ? createRowViolation(meaning, isUncheckable(rule, row), properties) : undefined;
  }
  return rule.isValid(row) ? undefined : createRowViolation(meaning, message, properties);
}

/** Why a rule without CHECK cannot be checked, and what to do. */
function isUncheckable({ message, properties }: RowRule, row: Readonly<Record<string, unknown>>): string {
  const asSql = properties.filter((property) => row[property] === GIVEN_AS_SQL);
  if (asSql.length > 0) {
    return `"${message}" cannot be checked where ${asSql.join(', ')} is given as SQL: give the value itself`;
  }
  const missing = properties.filter((property) => row[property] === undefined);
  return (
    `"${message}" cannot be checked without ${missing.join(', ')}: ` +
    `load the row, change it and save it, or write all of ${properties.join(', ')}`
  );
}

/** A new row with what PostgreSQL fills in for the values left out; what only it knows (now()) stays undefined. */
export function withDefaults(entity: EntityClass, given: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const values = new Map(given);
  for (const [property, { presence }] of getFields(entity)) {
    if (values.get(property) === undefined)
      values.set(property, presence.fallback ?? (presence.nullable ? null : undefined));
  }
  return values;
}
