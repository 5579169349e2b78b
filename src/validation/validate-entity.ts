import { isDeepStrictEqual } from 'node:util';
import { type EntityClass, type EntityRules, getFields, hasRules, getEntityRules } from '../columns/registry.js';
import { listFinalProperties } from '../columns/table.js';
import { isObject, validatePresent, listUnknownKeys } from '../columns/validators.js';
import { withDefaults, isUnknown, validateRow, readRow } from './row-rules.js';
import {
  EntityValidationError,
  createPropertyViolation,
  createRowViolation,
  type Violation,
  removeRules,
} from './validation-error.js';

/** A new row, or the columns that an update sets. */
export type Write =
  | { readonly write: 'insert' }
  | {
      readonly write: 'update';
      /** The row as it is stored, where known: rules over several columns can then be judged though only one changes. */
      readonly stored?: object;
      /** The properties that will be written, where known: what stays as it is, is not judged again. Default: all given. */
      readonly changed?: readonly string[];
    };

/**
 * Holds a row against the rules of its entity: each column's own, those over several columns, and that no property is
 * unknown (TypeORM drops those without a word). An instance or a plain object; it is not changed.
 *
 * On insert every required column must be there, a foreign key as `author: { id }` or as `authorId`. On update only what is
 * given is judged; a rule over several columns when all of them are known, and else by its CHECK. A rule without CHECK is
 * never left to chance: an update that touches it without saying enough is refused. A value given as SQL (`() => 'now()'`)
 * is left to PostgreSQL, but for such rules. What is final in the stored row, where that is known, may not change.
 *
 * @throws EntityValidationError naming every violation.
 */
export function validateEntity(entity: EntityClass, row: unknown, write: Write): void {
  const violations = listViolations(entity, row, write);
  if (violations.length > 0) throw new EntityValidationError(entity.name, violations);
}

function listViolations(entity: EntityClass, row: unknown, write: Write): Violation[] {
  if (!hasRules(entity)) return [removeRules(entity.name)];
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
  return columns.has(key) || relations.has(key) || children.has(key) || isAttached(key);
}

/** Names that begin with `_` are the caller's own, and so are symbols; but `__proto__` and the like belong to JavaScript. */
function isAttached(key: string): boolean {
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
  const values = write.write === 'insert' ? withDefaults(entity, given) : isUpdated(entity, given, write.stored);
  return rows
    .filter((rule) => write.write === 'insert' || !rule.onInsertOnly)
    .filter((rule) => rule.properties.some((property) => isWritten(property, given.get(property), write)))
    .map((rule) => validateRow(rule, values, faulty))
    .filter((violation) => violation !== undefined);
}

function isUpdated(
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
 * The changes of values that are final in the stored row: a save() of an entity that was loaded before somebody else approved it,
 * say. Where the stored row is not known, the triggers of the tables decide alone.
 *
 * @param given the values of the update, `undefined` where it leaves a property as it is.
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
