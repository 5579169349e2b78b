import { isDeepStrictEqual } from 'node:util';
import { rulesOf, type EntityClass } from '../columns/registry.js';
import { finalProperties } from '../columns/table.js';
import { readRow } from './row.js';
import { rowViolation, type Violation } from './validation-error.js';

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
export function finalViolations(
  entity: EntityClass,
  given: ReadonlyMap<string, unknown>,
  { stored, changed }: Update,
): Violation[] {
  if (stored === undefined) return [];
  const rules = rulesOf(entity);
  const before = readRow(entity, stored as Record<string, unknown>).values;
  const isChanged = (property: string): boolean => {
    const value = given.get(property);
    if (value === undefined) return false;
    return changed?.includes(property) ?? !isDeepStrictEqual(value, before.get(property));
  };
  const after = new Map([...before, ...[...given].filter(([property]) => isChanged(property))]);
  return rules.finals
    .map((final) => ({ final, broken: finalProperties(rules, final).filter(isChanged) }))
    .filter(({ final: { since, allows }, broken }) => {
      const isFinal = since?.(Object.fromEntries(before)) ?? true;
      return broken.length > 0 && isFinal && !(allows?.(Object.fromEntries(after)) ?? false);
    })
    .map(({ final: { meaning, sentence }, broken }) => rowViolation(meaning, sentence, broken));
}
