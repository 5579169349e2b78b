import { fieldsOf } from '../columns/fields.js';
import type { EntityClass, RowRule } from '../columns/registry.js';
import { GIVEN_AS_SQL, UNKNOWN } from './row.js';
import { rowViolation, type Violation } from './validation-error.js';

/**
 * The violation of a rule over several columns, if it does not hold. Where a value that it reads is not known, its CHECK decides
 * alone; a rule without CHECK is then a violation itself, since nothing else would enforce it.
 *
 * @param values of the properties known.
 * @param faulty properties that break a rule of their own: a rule over them would only repeat that, or stumble over it.
 */
export function judgeRow(
  rule: RowRule,
  values: ReadonlyMap<string, unknown>,
  faulty: ReadonlySet<string>,
): Violation | undefined {
  const { meaning, sentence, properties } = rule;
  const row = Object.fromEntries(properties.map((property) => [property, values.get(property)]));
  const given = Object.values(row);
  // Whatever the key of a parent will be, it will be one.
  if (given.includes(UNKNOWN) || properties.some((property) => faulty.has(property))) return undefined;
  if (given.includes(undefined) || given.includes(GIVEN_AS_SQL)) {
    return rule.sql === undefined ? rowViolation(meaning, uncheckable(rule, row), properties) : undefined;
  }
  return rule.holds(row) ? undefined : rowViolation(meaning, sentence, properties);
}

/** Why a rule without CHECK cannot be checked, and what to do. */
function uncheckable({ sentence, properties }: RowRule, row: Readonly<Record<string, unknown>>): string {
  const asSql = properties.filter((property) => row[property] === GIVEN_AS_SQL);
  if (asSql.length > 0) {
    return `"${sentence}" cannot be checked where ${asSql.join(', ')} is given as SQL: give the value itself`;
  }
  const missing = properties.filter((property) => row[property] === undefined);
  return (
    `"${sentence}" cannot be checked without ${missing.join(', ')}: ` +
    `load the row, change it and save it, or write all of ${properties.join(', ')}`
  );
}

/** A new row with what PostgreSQL fills in for the values left out; what only it knows (now()) stays undefined. */
export function completed(entity: EntityClass, given: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const values = new Map(given);
  for (const [property, { presence }] of fieldsOf(entity)) {
    if (values.get(property) === undefined)
      values.set(property, presence.fallback ?? (presence.nullable ? null : undefined));
  }
  return values;
}
