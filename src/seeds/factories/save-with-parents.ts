import type { EntityManager } from 'typeorm';
import { rulesOf } from '../../columns/registry.js';
import { ENTITIES } from '../../entities/index.js';
import { insertMissing } from '../insert-missing.js';

/**
 * Saves a row that a factory made, after the parents it brings with it. A parent that exists already is left as it is; the row
 * itself must be new.
 *
 * @throws what `manager.save` throws.
 */
export async function saveWithParents<Row extends object>(manager: EntityManager, row: Row): Promise<Row> {
  const parents = parentsOf(row);
  for (const entity of ENTITIES) {
    const rows = [...parents].filter((parent) => parent instanceof entity);
    if (rows.length > 0) await insertMissing<object>(manager, entity, rows);
  }
  return manager.save(row);
}

/** Everything above the row, the row itself left out. */
function parentsOf(row: object): Set<object> {
  const found = new Set<object>();
  for (const relation of rulesOf(row.constructor).relations.keys()) {
    const parent = (row as Record<string, object | null | undefined>)[relation];
    if (!parent) continue;
    found.add(parent);
    for (const above of parentsOf(parent)) found.add(above);
  }
  return found;
}
