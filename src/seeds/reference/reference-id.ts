import type { EntityClass } from '../../columns/registry.js';
import { customUuid } from '../custom-uuid.js';
import { tableNumber } from '../table-numbers.js';

/**
 * The id of a seeded reference row ("4ef" reads "ref"). Given instead of left to the database, so that a row an operator
 * renamed is still known and does not come back under its old name.
 *
 * @param row its number in its list, from 1.
 */
export function referenceId(entity: EntityClass, row: number): string {
  return customUuid('4ef00000', tableNumber(entity), row);
}
