import { diff } from '../../schema/diff.js';
import { staleEntries, unexcused } from '../../schema/migration-only.js';
import { found, type Finding } from './report.js';
import { scratchSnapshots, type ScratchOptions } from './scratch.js';

/** The migrations against the entities, and the shipped snapshot against the migrations: what must hold before a release. */
export async function compareSources(options: ScratchOptions): Promise<Finding[]> {
  const { SHIPPED_SNAPSHOT } = await import('../../schema/shipped-snapshot.js');
  options.note('making two scratch databases: one migrated, one synchronised from the entities');
  const { migrated, synchronised } = await scratchSnapshots(options, ['migrated', 'synchronised']);
  return [
    ...found('migrations', [...unexcused(diff(synchronised, migrated)), ...staleEntries(synchronised, migrated)]),
    ...found('package', diff(migrated, SHIPPED_SNAPSHOT)),
  ];
}
