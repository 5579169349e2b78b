import type { DataSource } from 'typeorm';
import { SharedDbError } from '../connection/shared-db-error.js';
import { assertSampleAllowed, type SamplePermission } from '../seeds/guard.js';
import type * as sample from '../seeds/sample/seed-sample.js';
import type { SeedSummary } from '../seeds/summary.js';

/** Sample data needs a package that production does not have. */
export class NoFakerError extends SharedDbError {
  override readonly name = 'NoFakerError';
}

/**
 * Reference rows and sample data, where the guard allows the latter; otherwise nothing.
 *
 * @throws SampleRefusedError when the guard does not; NoFakerError.
 */
export async function seedEverything(dataSource: DataSource, permission: SamplePermission): Promise<SeedSummary> {
  // Asked first, lest somebody install a package only to be refused.
  await assertSampleAllowed(permission, dataSource);
  const { seedSample } = await load();
  return seedSample(dataSource, { ...permission, now: new Date() });
}

async function load(): Promise<typeof sample> {
  try {
    // Loaded only here: it stands on an optional package.
    return await import('../seeds/sample/seed-sample.js');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new NoFakerError('Sample data needs the package @faker-js/faker: npm install --save-dev @faker-js/faker.');
  }
}
