import { isObject } from '../columns/judge.js';
import { rulesOf, type EntityClass } from '../columns/registry.js';
import { EntityValidationError } from './entity-validation-error.js';
import { relationViolation } from './given-relations.js';

/**
 * insert(), update(), upsert() and query builders write one table. TypeORM would drop new parents and children that are given
 * with a row, and store it without them.
 *
 * @throws EntityValidationError
 */
export function assertOwnRowOnly(entity: EntityClass, row: unknown): void {
  if (!isObject(row)) return;
  const { relations, children } = rulesOf(entity);
  const parents = [...relations.keys()]
    .filter((relation) => isNew(row[relation]))
    .map((relation) => relationViolation(relation, `is new: save it first, then this ${entity.name}`));
  const others = [...children]
    .filter((relation) => hasRows(row[relation]))
    .map((relation) => relationViolation(relation, `is not written with this ${entity.name}: leave it out`));
  const violations = [...parents, ...others];
  if (violations.length > 0) throw new EntityValidationError(entity.name, violations);
}

function isNew(parent: unknown): boolean {
  return isObject(parent) && (parent.id ?? undefined) === undefined;
}

function hasRows(given: unknown): boolean {
  return Array.isArray(given) ? given.length > 0 : given !== undefined && given !== null;
}
