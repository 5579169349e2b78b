import type { DataSource } from 'typeorm';
import type { Seeder, SeederConstructor } from 'typeorm-extension';
import { assertSampleAllowedIn, type SamplePermission } from '../guard.js';
import { holdSeedLock, insertMissing, type SeedSummary } from '../insert-missing.js';
import { insertReference } from '../reference/reference.seeder.js';
import { loadReferenceIds } from './context.js';
import { sampleRows } from './rows.js';

export interface SampleOptions extends SamplePermission {
  /** Rows are dated back from here, the oldest 150 days. A later run with another `now` changes nothing. */
  readonly now: Date;
}

/**
 * Writes invented rows to every table, for development: 15 authors, some 150 posts, their decisions and replies in every
 * state, 30 days of KPIs, and whatever else the dashboards ask for. The reference rows come first, as `seedReference` writes
 * them. A row whose id or natural key exists is left as it is; a deleted one comes back.
 *
 * One transaction; a second process waits for the first. Needs faker, an optional peer.
 *
 * @returns the tables of both seedings, reference tables first.
 * @throws SampleInProductionError, UnconfirmedDatabaseError, ForeignRowsError: see `assertSampleAllowed`.
 */
export async function seedSample(dataSource: DataSource, options: SampleOptions): Promise<SeedSummary> {
  return dataSource.transaction(async (manager) => {
    await holdSeedLock(manager);
    await assertSampleAllowedIn(manager, options);
    const summary = new Map((await insertReference(manager)).map((table) => [table.table, table]));
    for (const { entity, rows } of sampleRows(options.now, await loadReferenceIds(manager))) {
      const { table, inserted, total } = await insertMissing(manager, entity, rows);
      // segmented_weights has rows of both seedings.
      summary.set(table, { table, inserted: inserted + (summary.get(table)?.inserted ?? 0), total });
    }
    return [...summary.values()];
  });
}

/**
 * For typeorm-extension's runner, which makes its seeders itself and gives them no options:
 *
 *     await runSeeders(dataSource, { seeds: [ReferenceSeeder, sampleSeeder({ now: new Date(), nodeEnv })] });
 */
export function sampleSeeder(options: SampleOptions): SeederConstructor {
  return class SampleSeeder implements Seeder {
    async run(dataSource: DataSource): Promise<SeedSummary> {
      return seedSample(dataSource, options);
    }
  };
}
