import type { DataSource } from 'typeorm';
import type { Seeder, SeederConstructor } from 'typeorm-extension';
import { readConfirmedDatabase, readNodeEnv } from '../../connection/environment.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { assertSampleAllowed, type SamplePermission } from '../guard.js';
import { holdSeedLock, insertMissing, type SeedSummary } from '../insert-missing.js';
import { insertReference } from '../reference/reference.seeder.js';
import { loadReferenceIds } from './context.js';

export interface SampleOptions extends SamplePermission {
  /** Dates of the rows lie before this moment, up to 150 days. A later run with another `now` changes nothing. */
  readonly now: Date;
}

/** Sample data needs optional packages that are not installed. */
export class MissingPackageError extends SharedDbError {
  override readonly name = 'MissingPackageError';
}

/** Imports a module that needs the optional packages. @throws MissingPackageError */
async function importOptional<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MissingPackageError(
      'Sample data needs two packages: npm install --save-dev @faker-js/faker typeorm-extension.',
    );
  }
}

/**
 * Writes invented rows to every table, for development: 15 authors, about 150 posts, their decisions and replies in every
 * state, 30 days of KPIs, and more. The reference rows come first, as the ReferenceSeeder writes them. A row whose id or natural
 * key exists stays as it is; a deleted one is written again.
 *
 * One transaction; a second process waits for the first. The guard is asked in it, whichever program runs the seeder. Without
 * options NODE_ENV and SHARED_DB_CONFIRM_DATABASE say what is permitted.
 */
export class SampleSeeder implements Seeder {
  constructor(
    private readonly options: SampleOptions = {
      nodeEnv: readNodeEnv(),
      confirmedName: readConfirmedDatabase(),
      confirmBy: 'SHARED_DB_CONFIRM_DATABASE',
      now: new Date(),
    },
  ) {}

  /**
   * @returns what was written, reference tables first.
   * @throws ForbiddenInProduction, ConfirmationNeeded, ConfirmationWrong, ForeignRowsError: see `assertSampleAllowed`;
   *   MissingPackageError. Nothing was written then.
   */
  async run(dataSource: DataSource): Promise<SeedSummary> {
    return dataSource.transaction(async (manager) => {
      await holdSeedLock(manager);
      await assertSampleAllowed(manager, this.options);
      // Loaded after the guard, so that a refusal comes before a missing package.
      const { sampleRows } = await importOptional(() => import('./rows.js'));
      const summary = new Map((await insertReference(manager)).map((table) => [table.table, table]));
      for (const { entity, rows } of sampleRows(this.options.now, await loadReferenceIds(manager))) {
        const { table, inserted, total } = await insertMissing(manager, entity, rows);
        // Both seeders write to segmented_weights.
        summary.set(table, { table, inserted: inserted + (summary.get(table)?.inserted ?? 0), total });
      }
      return [...summary.values()];
    });
  }
}

/** Returns the SampleSeeder with options: typeorm-extension makes its seeders itself and gives them none. */
export function sampleSeederWith(options: SampleOptions): SeederConstructor {
  return class ConfiguredSampleSeeder extends SampleSeeder {
    constructor() {
      super(options);
    }
  };
}

/**
 * Runs the SampleSeeder with typeorm-extension.
 *
 * @throws as the SampleSeeder does
 */
export async function seedSample(dataSource: DataSource, options: SampleOptions): Promise<SeedSummary> {
  // The guard is asked before packages are missed, and again by the seeder, in its transaction.
  await dataSource.transaction((manager) => assertSampleAllowed(manager, options));
  const { runSeeders } = await importOptional(() => import('typeorm-extension'));
  const { SEEDER_FACTORIES: factories } = await importOptional(() => import('../factories/index.js'));
  const [seeder] = await runSeeders(dataSource, { seeds: [sampleSeederWith(options)], factories });
  return (seeder?.result ?? []) as SeedSummary;
}
