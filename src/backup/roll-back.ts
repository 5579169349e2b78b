import { BOOKKEEPING_TABLES } from '../schema/bookkeeping.js';
import { diff } from '../schema/diff.js';
import { restoreBackup } from './backup.js';
import { rowDifferences } from './differences.js';
import { leavingOut, type Fingerprint } from './fingerprint.js';
import type { Backup } from './manifest.js';
import { fingerprintOf, type BackupContext } from './server.js';

/** TypeORM's list of applied migrations. */
const HISTORY = 'public.migrations';

/** Where the runner writes what it tried: that it failed is no trace of the migration. */
const NO_TRACE = BOOKKEEPING_TABLES.map((table) => `public.${table}`).filter((table) => table !== HISTORY);

export interface Failure {
  /** Were all migrations that ran in transactions? Then what one that failed had written is gone already. */
  readonly transactional: boolean;
}

/** In what state a failed migration left the database, and what was done about it. */
export type Outcome =
  /** Nothing of it is left. Rows that others wrote meanwhile are there, in these tables. */
  | { readonly state: 'unchanged'; readonly written: readonly string[] }
  /** Something was left, so the backup was put in its place, proved equal. */
  | { readonly state: 'restored'; readonly keptAs?: string };

/**
 * After a migration failed: looks whether anything of it is left, and restores the backup only then. What others wrote since
 * the backup is in the database that was set aside.
 *
 * @throws whatever prevents it: then the database is as the failure left it.
 */
export async function rollBack(context: BackupContext, backup: Backup, failure: Failure): Promise<Outcome> {
  const left = [backup.manifest.fingerprint, await fingerprintOf(context)].map((fingerprint) =>
    leavingOut(fingerprint, NO_TRACE),
  ) as [Fingerprint, Fingerprint];
  const written = writtenMeanwhile(...left, failure);
  if (written !== undefined) return { state: 'unchanged', written };
  const { keptAs } = await restoreBackup(context, backup.folder);
  return { state: 'restored', ...(keptAs === undefined ? {} : { keptAs }) };
}

/** Tables others wrote to; undefined when something of the migrations is left, or may be. */
function writtenMeanwhile(before: Fingerprint, after: Fingerprint, { transactional }: Failure): string[] | undefined {
  const rows = rowDifferences(before.tables, after.tables).map(({ table }) => table);
  const changed =
    diff(before.catalog, after.catalog).length > 0 || before.tables[HISTORY]?.hash !== after.tables[HISTORY]?.hash;
  return changed || (rows.length > 0 && !transactional) ? undefined : rows;
}
