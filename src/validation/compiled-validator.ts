import {
  type EntityClass,
  getEntityRules,
  getFields,
  hasRules,
  type ColumnRule,
  type RowRule,
} from '../columns/registry.js';
import { listViolations } from './validate-entity.js';
import type { Violation } from './validation-error.js';

type Row = Readonly<Record<string, unknown>>;

interface CompiledColumn {
  readonly property: string;
  readonly nullable: boolean;
  readonly optional: boolean;
  readonly rules: readonly ColumnRule[];
}

/**
 * Returns a function that lists the violations of new rows of an entity, an empty list for a valid row. It gives the same answers as
 * `validateEntity`, several times as fast, for writing many rows at once.
 *
 * It decides only the common case itself: a row of plain values that breaks no rule. Every other row is left to `validateEntity`, so that
 * refusals and their messages cannot differ.
 *
 * @param supplied properties that the caller will set from the database, such as a foreign key; the row lacks them
 */
export function compileValidator<Entity extends object>(
  entity: new () => Entity,
  supplied: readonly (keyof Entity & string)[] = [],
): (row: object) => readonly Violation[] {
  if (!hasRules(entity)) return (row) => listViolations(entity, row, { write: 'insert' });
  const missing = new Set<string>(supplied);
  const isSurelyValid = compileAcceptance(entity, missing);
  return (row) =>
    isSurelyValid(row as Row)
      ? []
      : listViolations(entity, row, { write: 'insert' }).filter(
          ({ constraint, properties }) => constraint !== 'required' || !properties.some((name) => missing.has(name)),
        );
}

/** Returns a function that is true for rows that break no rule. It may be false for valid rows that are unusual. */
function compileAcceptance(entity: EntityClass, supplied: ReadonlySet<string>): (row: Row) => boolean {
  const columns: CompiledColumn[] = [...getFields(entity)]
    .filter(([property]) => !supplied.has(property))
    .map(([property, { rules, presence }]) => ({ property, rules, ...presence }));
  const names = new Set(columns.map(({ property }) => property));
  const defaults = [...getFields(entity)].map(
    ([property, { presence }]) => [property, presence.fallback ?? (presence.nullable ? null : undefined)] as const,
  );
  const { rows } = getEntityRules(entity);
  return (row) => {
    // Unknown properties, relations, and values given as SQL.
    for (const name in row) if (!names.has(name) || typeof row[name] === 'function') return false;
    return columns.every((column) => isValidValue(column, row[column.property])) && satisfiesRows(rows, defaults, row);
  };
}

function isValidValue({ nullable, optional, rules }: CompiledColumn, value: unknown): boolean {
  if (value === undefined) return optional;
  if (value === null) return nullable;
  for (const rule of rules) {
    if (rule.issues ? rule.issues(value).length > 0 : !rule.isValid(value)) return false;
  }
  return true;
}

function satisfiesRows(
  rules: readonly RowRule[],
  defaults: readonly (readonly [property: string, value: unknown])[],
  row: Row,
): boolean {
  if (rules.length === 0) return true;
  const whole: Record<string, unknown> = {};
  for (const [property, fallback] of defaults) whole[property] = row[property] ?? fallback;
  // A value that only the database knows: the CHECK decides, and without a CHECK validateEntity explains.
  return rules.every(({ properties, sql, isValid }) =>
    properties.some((property) => whole[property] === undefined) ? sql !== undefined : isValid(whole),
  );
}
