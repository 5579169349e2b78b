import { rulesOf, type ColumnRule, type EntityClass, type Presence, type RowRule } from './registry.js';

export interface FieldRules {
  readonly rules: readonly ColumnRule[];
  readonly presence: Presence;
}

const fields = new WeakMap<EntityClass, ReadonlyMap<string, FieldRules>>();

/** The fields of a class and of those it extends. Kept: all decorators of a class have run before it judges anything. */
export function fieldsOf(shape: EntityClass): ReadonlyMap<string, FieldRules> {
  let known = fields.get(shape);
  if (!known) {
    known = new Map(lineOf(shape).flatMap(ownFields));
    fields.set(shape, known);
  }
  return known;
}

/** The rules over several fields, of a class and of those it extends. */
export function rowRulesOf(shape: EntityClass): RowRule[] {
  return lineOf(shape).flatMap((one) => rulesOf(one).rows);
}

/** May the class hold keys that it does not declare? */
export function isOpen(shape: EntityClass): boolean {
  return lineOf(shape).some((one) => rulesOf(one).open);
}

function ownFields(shape: EntityClass): [string, FieldRules][] {
  const { columns, presences } = rulesOf(shape);
  return [...presences].map(([name, presence]) => [name, { rules: columns.get(name) ?? [], presence }]);
}

/** A class after those it extends. */
function lineOf(shape: EntityClass): EntityClass[] {
  const parent = Object.getPrototypeOf(shape) as EntityClass;
  return parent === Function.prototype ? [shape] : [...lineOf(parent), shape];
}
