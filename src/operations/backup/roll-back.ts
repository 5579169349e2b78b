import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import { diff } from '../catalog/diff.js';
import { restoreBackup } from './backup.js';
import { compareFingerprints, compareRows } from './differences.js';
import { type Fingerprint, withoutTables, selectOtherSchemas, selectSchema } from './fingerprint.js';
import { type Backup, BackupError } from './manifest.js';
import { type BackupContext, readDatabaseFingerprint } from './server.js';

/** TypeORM's list of applied migrations. */
const HISTORY = 'migrations';

/** Where the runner writes what it tried: that it failed is no trace of the migration. */
const NO_TRACE = BOOKKEEPING_TABLES.filter((table) => table !== HISTORY);

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
 * the backup is in the database that was set aside. Where another schema changed since the backup nothing is restored, since the
 * backup would set that back, too.
 *
 * @throws BackupError, and whatever else prevents it: then the database is as the failure left it.
 */
export async function rollBack(context: BackupContext, backup: Backup, failure: Failure): Promise<Outcome> {
  const { schema } = context;
  const noTrace = NO_TRACE.map((table) => `${schema}.${table}`);
  const [before, after] = [backup.manifest.fingerprint, await readDatabaseFingerprint(context)] as const;
  const left = [before, after].map((fingerprint) => withoutTables(selectSchema(fingerprint), noTrace)) as [
    Fingerprint,
    Fingerprint,
  ];
  const written = listTablesWrittenSince(...left, failure);
  if (written !== undefined) return { state: 'unchanged', written };
  assertOthersUnchanged(before, after);
  const { keptAs } = await restoreBackup(context, backup.folder);
  return { state: 'restored', ...(keptAs === undefined ? {} : { keptAs }) };
}

/** @throws BackupError naming what a restored backup would take from other schemas */
function assertOthersUnchanged(before: Fingerprint, after: Fingerprint): void {
  const changes = compareFingerprints(selectOtherSchemas(before), selectOtherSchemas(after), { ignoreDatabase: true });
  if (changes.length === 0) return;
  throw new BackupError(
    `The backup is of the whole database, and other schemas changed since it was taken (${changes.slice(0, 3).join('; ')}): restoring it would take that back.`,
  );
}

/** Tables others wrote to; undefined when something of the migrations is left, or may be. */
function listTablesWrittenSince(
  before: Fingerprint,
  after: Fingerprint,
  { transactional }: Failure,
): string[] | undefined {
  const history = `${after.catalog.schema}.${HISTORY}`;
  const rows = compareRows(before, after).map(({ table }) => table);
  const changed =
    diff(before.catalog, after.catalog).length > 0 || before.tables[history]?.hash !== after.tables[history]?.hash;
  return changed || (rows.length > 0 && !transactional) ? undefined : rows;
}
