import { fieldsOf } from '../columns/fields.js';
import type { EntityClass, RowRule } from '../columns/registry.js';
import { UNKNOWN } from './row.js';
import { rowViolation, type Violation } from './validation-error.js';

/**
 * The violation of a rule over several columns, if it can be judged and does not hold. It cannot where a value it reads is
 * missing or UNKNOWN: then the CHECK decides alone.
 *
 * @param values of the properties known.
 * @param faulty properties that break a rule of their own: a rule over them would only repeat that, or stumble over it.
 */
export function judgeRow(
  rule: RowRule,
  values: ReadonlyMap<string, unknown>,
  faulty: ReadonlySet<string>,
): Violation | undefined {
  const row: Record<string, unknown> = {};
  for (const property of rule.properties) {
    const value = values.get(property);
    if (value === undefined || value === UNKNOWN || faulty.has(property)) return undefined;
    row[property] = value;
  }
  return rule.holds(row) ? undefined : rowViolation(rule.meaning, rule.sentence, rule.properties);
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
