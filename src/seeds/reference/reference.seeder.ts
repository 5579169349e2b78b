import type { DataSource, EntityManager } from 'typeorm';
import { holdSeedLock, insertMissing, type SeededTable, type SeedSummary } from '../insert-missing.js';
import { referenceRows } from './rows.js';

/**
 * Writes the reference rows that are missing: 8 archetypes, 3 power tiers, 4 competitor categories, 3 KPI types, 6
 * escalation reasons, 3 champion tiers, and the starting weights of GLOBAL and the three platforms. Production data:
 * allowed everywhere, run at every deployment.
 *
 * A row is known by its id and by its natural key (name, or segment). What operators edited stays as it is, renamed rows
 * included. A deleted row comes back, because code refers to it by name: retire it with `is_active` instead.
 *
 * One transaction; a second process waits for the first. Throws what the database throws, having written nothing.
 */
export async function seedReference(dataSource: DataSource): Promise<SeedSummary> {
  return dataSource.transaction(async (manager) => {
    await holdSeedLock(manager);
    return insertReference(manager);
  });
}

/** The same within the caller's transaction, which holds the seed lock. */
export async function insertReference(manager: EntityManager): Promise<SeedSummary> {
  const summary: SeededTable[] = [];
  for (const { entity, rows } of referenceRows()) summary.push(await insertMissing(manager, entity, rows));
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
