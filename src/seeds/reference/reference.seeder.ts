import type { DataSource, EntityManager } from 'typeorm';
import { takeSeedLock, insertMissing, type SeededTable, type SeedSummary } from '../insert-missing.js';
import { createReferenceRows } from './rows.js';

/**
 * Writes the reference rows that are missing: 8 archetypes, 3 power tiers, 4 competitor categories, 3 KPI types, 6
 * escalation reasons, 3 champion tiers, and the starting weights of GLOBAL and the three platforms. These rows are for production too: run
 * it at every deployment.
 *
 * A row whose id or natural key (name, or segment) exists is not changed, also when an operator edited or renamed it. A deleted row is
 * written again, because code refers to it by name: to retire it, set `is_active` to false instead.
 *
 * All of it is one transaction; a second process waits for it.
 *
 * @throws errors of the database; then nothing was written
 */
export async function seedReference(dataSource: DataSource): Promise<SeedSummary> {
  return dataSource.transaction(async (manager) => {
    await takeSeedLock(manager);
    return insertReference(manager);
  });
}

/** Does the same in the caller's transaction, which must hold the seed lock. */
export async function insertReference(manager: EntityManager): Promise<SeedSummary> {
  const summary: SeededTable[] = [];
  for (const { entity, rows } of createReferenceRows()) summary.push(await insertMissing(manager, entity, rows));
  return summary;
}

/**
 * For typeorm-extension's runner: `runSeeders(dataSource, { seeds: [ReferenceSeeder] })`. Does not import its type `Seeder`, because services
 * compile against this file without that package.
 */
export class ReferenceSeeder {
  async run(dataSource: DataSource): Promise<SeedSummary> {
    return seedReference(dataSource);
  }
}
