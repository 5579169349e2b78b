import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import { diff } from '../catalog/diff.js';
import { restoreBackup } from './backup.js';
import { compareFingerprints, compareRows } from './differences.js';
import { type Fingerprint, withoutTables, selectOtherSchemas, selectSchema } from './fingerprint.js';
import { type Backup, BackupError } from './manifest.js';
import { type BackupContext, readDatabaseFingerprint } from './server.js';

/** TypeORM's list of applied migrations. */
const HISTORY = 'migrations';

/** Tables in which the runner logs its attempts. Their rows are not changes made by a migration. */
const LOG_TABLES = BOOKKEEPING_TABLES.filter((table) => table !== HISTORY);

export interface RollBackOptions {
  /** All migrations of the run were transactional, so PostgreSQL has rolled back the one that failed. */
  readonly transactional: boolean;
}

/** The state of the database after a failed migration. */
export type RollBackResult =
  /** No change of the migration remains. `written` lists the tables in which other sessions wrote rows meanwhile. */
  | { readonly state: 'unchanged'; readonly written: readonly string[] }
  /** Changes remained, so the database was replaced by its backup. */
  | { readonly state: 'restored'; readonly keptAs?: string };

/**
 * Restores the backup after a failed migration, but only if changes of the migration remain. Rows written after the backup are then
 * absent from the restored database; they are in the replaced one, which is kept. Refuses to restore when another schema
 * has changed since the backup, because the restore would undo those changes.
 *
 * @throws BackupError and other errors; then the database is as the migration left it
 */
export async function rollBack(
  context: BackupContext,
  backup: Backup,
  options: RollBackOptions,
): Promise<RollBackResult> {
  const { schema } = context;
  const logTables = LOG_TABLES.map((table) => `${schema}.${table}`);
  const [before, after] = [backup.manifest.fingerprint, await readDatabaseFingerprint(context)] as const;
  const left = [before, after].map((fingerprint) => withoutTables(selectSchema(fingerprint), logTables)) as [
    Fingerprint,
    Fingerprint,
  ];
  const written = listTablesWrittenSince(...left, options);
  if (written !== undefined) return { state: 'unchanged', written };
  assertOthersUnchanged(before, after);
  const { keptAs } = await restoreBackup(context, backup.folder);
  return { state: 'restored', ...(keptAs === undefined ? {} : { keptAs }) };
}

/** @throws BackupError naming changes in other schemas that a restore would undo */
function assertOthersUnchanged(before: Fingerprint, after: Fingerprint): void {
  const changes = compareFingerprints(selectOtherSchemas(before), selectOtherSchemas(after), { ignoreDatabase: true });
  if (changes.length === 0) return;
  throw new BackupError(
    `The backup contains the whole database, so a restore would also undo later changes in other schemas (${changes.slice(0, 3).join('; ')}).`,
  );
}

/** Lists the tables to which other sessions wrote. Returns undefined when changes of the migrations remain or may remain. */
function listTablesWrittenSince(
  before: Fingerprint,
  after: Fingerprint,
  { transactional }: RollBackOptions,
): string[] | undefined {
  const history = `${after.catalog.schema}.${HISTORY}`;
  const rows = compareRows(before, after).map(({ table }) => table);
  const changed =
    diff(before.catalog, after.catalog).length > 0 || before.tables[history]?.hash !== after.tables[history]?.hash;
  return changed || (rows.length > 0 && !transactional) ? undefined : rows;
}
