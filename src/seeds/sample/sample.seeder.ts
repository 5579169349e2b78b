import type { DataSource } from 'typeorm';
import type { Seeder, SeederConstructor } from 'typeorm-extension';
import { readConfirmedDatabase, readNodeEnv } from '../../connection/environment.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { assertSampleAllowed, type SamplePermission } from '../guard.js';
import { takeSeedLock, insertMissing, type SeedSummary } from '../insert-missing.js';
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
 * state, 30 days of KPIs, and more. It first writes the reference rows, like the ReferenceSeeder. A row whose id or natural key exists is
 * not changed; a deleted row is written again.
 *
 * All of it is one transaction, which also checks `assertSampleAllowed`; a second process waits for it. Without options, permission
 * depends on NODE_ENV and SHARED_DB_CONFIRM_DATABASE.
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
   * @returns the number of rows by table, reference tables first
   * @throws ForbiddenInProduction, ConfirmationNeeded, ConfirmationWrong, ForeignRowsError (see `assertSampleAllowed`) and
   *   MissingPackageError; then nothing was written
   */
  async run(dataSource: DataSource): Promise<SeedSummary> {
    return dataSource.transaction(async (manager) => {
      await takeSeedLock(manager);
      await assertSampleAllowed(manager, this.options);
      // Imported after the check, so that a refusal is reported before a missing package.
      const { createSampleRows } = await importOptional(() => import('./rows.js'));
      const summary = new Map((await insertReference(manager)).map((table) => [table.table, table]));
      for (const { entity, rows } of createSampleRows(this.options.now, await loadReferenceIds(manager))) {
        const { table, inserted, total } = await insertMissing(manager, entity, rows);
        // Both seeders write to segmented_weights.
        summary.set(table, { table, inserted: inserted + (summary.get(table)?.inserted ?? 0), total });
      }
      return [...summary.values()];
    });
  }
}

/** Returns a SampleSeeder class with options, because typeorm-extension creates seeders without arguments. */
export function createSampleSeeder(options: SampleOptions): SeederConstructor {
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
  // Checked here, so that a refusal is reported before a missing package, and again by the seeder in its transaction.
  await dataSource.transaction((manager) => assertSampleAllowed(manager, options));
  const { runSeeders } = await importOptional(() => import('typeorm-extension'));
  const { SEEDER_FACTORIES: factories } = await importOptional(() => import('../factories/index.js'));
  const [seeder] = await runSeeders(dataSource, { seeds: [createSampleSeeder(options)], factories });
  return (seeder?.result ?? []) as SeedSummary;
}
