import { isDeepStrictEqual } from 'node:util';
import {
  type EntityClass,
  type EntityRules,
  type ForeignKey,
  getEntityRules,
  getFields,
  hasRules,
  type RowRule,
} from '../columns/registry.js';
import { listFinalProperties } from '../columns/table.js';
import { isObject, isPlainObject, listUnknownKeys, validatePresent } from '../columns/validators.js';
import {
  createNoRulesViolation,
  createPropertyViolation,
  createRowViolation,
  EntityValidationError,
  type Violation,
} from './validation-error.js';

/** The kind of a write: a new row, or the columns that an update sets. */
export type Write =
  | { readonly write: 'insert' }
  | {
      readonly write: 'update';
      /** The stored row, if known. With it, rules over several columns can be checked when only one column changes. */
      readonly stored?: object;
      /** The properties that change, if known; the others are not checked again. Default: all properties with a value. */
      readonly changed?: readonly string[];
    };

/**
 * Validates a row, an instance or a plain object, against the rules of its entity: the rules of each column, the rules over
 * several columns, and that every property is known, because TypeORM silently drops unknown ones. Does not change the row.
 *
 * - Insert: every required column must have a value; a foreign key may be given as `author: { id }` or as `authorId`.
 * - Update: only the given values are checked. A rule over several columns is checked when all their values are known, otherwise
 *   its CHECK decides. If such a rule has no CHECK, the update is refused.
 * - A value given as SQL (`() => 'now()'`) is checked by PostgreSQL only; a rule without CHECK that reads it refuses the write.
 * - Final values of the stored row, if that is known, must not change.
 *
 * @throws EntityValidationError with every violation
 */
export function validateEntity(entity: EntityClass, row: unknown, write: Write): void {
  const violations = listViolations(entity, row, write);
  if (violations.length > 0) throw new EntityValidationError(entity.name, violations);
}

/** Returns the violations that `validateEntity` would throw; none for a valid row. */
export function listViolations(entity: EntityClass, row: unknown, write: Write): Violation[] {
  if (!hasRules(entity)) return [createNoRulesViolation(entity.name)];
  if (!isObject(row)) return [createPropertyViolation('', { path: '', kind: 'shape', message: 'must be an object' })];
  const rules = getEntityRules(entity);
  const stored = write.write === 'update' ? (write.stored as Record<string, unknown> | undefined) : undefined;
  const { values, violations } = readRow(entity, row, stored);
  const unknown = listUnknownKeys(entity.name, row, (key) => isProperty(rules, key));
  const columns = validateColumns(entity, values, write);
  const faulty = new Set(columns.flatMap(({ properties }) => properties));
  return [
    ...unknown.map((issue) => createPropertyViolation('', issue)),
    ...violations,
    ...columns,
    ...validateRowRules(entity, values, write, faulty),
    ...(write.write === 'update' ? validateFinalValues(entity, values, write) : []),
  ];
}

function isProperty({ columns, relations, children }: EntityRules, key: string): boolean {
  return columns.has(key) || relations.has(key) || children.has(key) || isPrivateName(key);
}

/** Returns true for names that begin with `_`, which callers may use for themselves, except JavaScript's own (`__proto__`). */
function isPrivateName(key: string): boolean {
  return key.startsWith('_') && !(key in Object.prototype);
}

function validateColumns(entity: EntityClass, values: ReadonlyMap<string, unknown>, write: Write): Violation[] {
  return [...getFields(entity)].flatMap(([property, { rules, presence }]) => {
    const value = values.get(property);
    if (isUnknown(value) || !isWritten(property, value, write)) return [];
    return validatePresent(rules, presence, value).map((issue) => createPropertyViolation(property, issue));
  });
}

function isWritten(property: string, value: unknown, write: Write): boolean {
  if (write.write === 'insert') return true;
  return value !== undefined && (write.changed?.includes(property) ?? true);
}

function validateRowRules(
  entity: EntityClass,
  given: ReadonlyMap<string, unknown>,
  write: Write,
  faulty: ReadonlySet<string>,
): Violation[] {
  const { rows } = getEntityRules(entity);
  const values =
    write.write === 'insert' ? withDefaults(entity, given) : mergeStoredValues(entity, given, write.stored);
  return rows
    .filter((rule) => write.write === 'insert' || !rule.onInsertOnly)
    .filter((rule) => rule.properties.some((property) => isWritten(property, given.get(property), write)))
    .map((rule) => validateRow(rule, values, faulty))
    .filter((violation) => violation !== undefined);
}

function mergeStoredValues(
  entity: EntityClass,
  given: ReadonlyMap<string, unknown>,
  stored: object | undefined,
): ReadonlyMap<string, unknown> {
  if (stored === undefined) return given;
  const values = new Map(readRow(entity, stored as Record<string, unknown>).values);
  for (const [property, value] of given) if (value !== undefined) values.set(property, value);
  return values;
}

interface Update {
  readonly stored?: object;
  readonly changed?: readonly string[];
}

/**
 * Returns a violation for each change of values that are final in the stored row, for example when an entity is saved that was
 * loaded before another user approved it. Without the stored row, only the triggers of the tables check this.
 *
 * @param given the values of the update; `undefined` leaves a property unchanged
 */
function validateFinalValues(
  entity: EntityClass,
  given: ReadonlyMap<string, unknown>,
  { stored, changed }: Update,
): Violation[] {
  if (stored === undefined) return [];
  const rules = getEntityRules(entity);
  const before = readRow(entity, stored as Record<string, unknown>).values;
  const isChanged = (property: string): boolean => {
    const value = given.get(property);
    if (value === undefined) return false;
    return changed?.includes(property) ?? !isDeepStrictEqual(value, before.get(property));
  };
  const after = new Map([...before, ...[...given].filter(([property]) => isChanged(property))]);
  return rules.finals
    .map((final) => ({ final, broken: listFinalProperties(rules, final).filter(isChanged) }))
    .filter(({ final: { since, allows }, broken }) => {
      const isFinal = since?.(Object.fromEntries(before)) ?? true;
      return broken.length > 0 && isFinal && !(allows?.(Object.fromEntries(after)) ?? false);
    })
    .map(({ final: { meaning, message }, broken }) => createRowViolation(meaning, message, broken));
}

/** Stands for the key of a new parent, which the database generates when the same save() stores the parent. */
export const UNKNOWN = Symbol('unknown until written');

/** Stands for a value given as SQL: `() => 'now()'`. */
export const GIVEN_AS_SQL = Symbol('given as SQL');

export interface GivenRow {
  /** The value of each column: `undefined` when absent, UNKNOWN or GIVEN_AS_SQL. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Relations that TypeORM would silently misread. */
  readonly violations: readonly Violation[];
}

/**
 * Reads the values of a row as TypeORM reads them: relations become foreign keys. Properties are read by name, so inherited ones
 * count.
 *
 * @param stored the stored row, if known: a foreign key that still has the stored value does not contradict a new relation
 */
export function readRow(
  entity: EntityClass,
  row: Readonly<Record<string, unknown>>,
  stored?: Readonly<Record<string, unknown>>,
): GivenRow {
  const { columns, relations } = getEntityRules(entity);
  const values = new Map<string, unknown>();
  for (const property of columns.keys()) values.set(property, markSql(row[property]));
  const violations: Violation[] = [];
  for (const [relation, key] of relations) {
    if (row[relation] === undefined) continue;
    const given = values.get(key.property);
    const isStored = stored !== undefined && stored[key.property] === given;
    const read = readRelation(row[relation], isStored ? undefined : given, key);
    if (read.message === undefined) values.set(key.property, markSql(read.id));
    else violations.push(createPropertyViolation(relation, { path: '', kind: 'relation', message: read.message }));
  }
  return { values, violations };
}

// TypeORM takes functions as SQL: update({ errorCount: () => 'error_count + 1' }).
function markSql(value: unknown): unknown {
  return typeof value === 'function' ? GIVEN_AS_SQL : value;
}

type ReadRelation = { id: unknown; message?: undefined } | { message: string };

function readRelation(parent: unknown, key: unknown, { property }: ForeignKey): ReadRelation {
  // TypeORM silently drops a bare id.
  if (parent !== null && !isObject(parent)) {
    return { message: `must be null or an object with an id; a bare id belongs in ${property}` };
  }
  const id = parent === null ? null : (parent.id ?? UNKNOWN);
  // The same save() may store an entity without an id before this row, but not a plain object.
  if (id === UNKNOWN && isPlainObject(parent as object)) return { message: 'must have an id' };
  const message = findContradiction(id, key, property);
  return message === undefined ? { id } : { message };
}

/**
 * Returns a message when a relation and its foreign key name different rows, of which TypeORM would write one and ignore the other.
 *
 * @param id id of the row that the relation names, null for none
 */
export function findContradiction(id: unknown, key: unknown, property: string): string | undefined {
  if (key === undefined || id === key) return undefined;
  return id === null
    ? `is null while ${property} names a row: set both to null`
    : `and ${property} name different rows: set one of them, or both to the same row`;
}

/** Returns true when only the database will know the value. */
function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || value === GIVEN_AS_SQL;
}

/**
 * Returns the violation of a rule over several columns, if there is one. When a value that the rule reads is not known, the CHECK
 * decides; a rule without CHECK is then a violation itself, because nothing else would enforce it.
 *
 * @param values the known values
 * @param faulty properties that break a rule of their own column; rules that read them are skipped
 */
export function validateRow(
  rule: RowRule,
  values: ReadonlyMap<string, unknown>,
  faulty: ReadonlySet<string>,
): Violation | undefined {
  const { meaning, message, properties } = rule;
  const row = Object.fromEntries(properties.map((property) => [property, values.get(property)]));
  const given = Object.values(row);
  // UNKNOWN is never null: the parent will have a key.
  if (given.includes(UNKNOWN) || properties.some((property) => faulty.has(property))) return undefined;
  if (given.includes(undefined) || given.includes(GIVEN_AS_SQL)) {
    return rule.sql === undefined ? createRowViolation(meaning, describeUncheckable(rule, row), properties) : undefined;
  }
  return rule.isValid(row) ? undefined : createRowViolation(meaning, message, properties);
}

/** Describes why a rule without CHECK cannot be checked, and what to do. */
function describeUncheckable({ message, properties }: RowRule, row: Readonly<Record<string, unknown>>): string {
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

/** Returns the values of a new row with constant defaults and nulls filled in. Defaults like now() stay undefined. */
export function withDefaults(entity: EntityClass, given: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const values = new Map(given);
  for (const [property, { presence }] of getFields(entity)) {
    if (values.get(property) === undefined)
      values.set(property, presence.fallback ?? (presence.nullable ? null : undefined));
  }
  return values;
}
