import type { DataSource } from 'typeorm';
import { getAddress } from '../../connection/client.js';
import { toConnectionFailure } from '../../connection/connection-failure.js';
import { describeAddress, parseDatabaseUrl } from '../../connection/database-url.js';
import { SchemaMissing } from '../../connection/session-settings.js';
import { compareFingerprints } from '../backup/differences.js';
import { type Fingerprint, withoutTables } from '../backup/fingerprint.js';
import type { Engine } from '../backup/manifest.js';
import type { BackupContext } from '../backup/server.js';
import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import { adaptToSchema } from '../catalog/compare.js';
import { diff } from '../catalog/diff.js';
import { SCHEMA } from '../catalog/schema-placeholder.js';
import type { Snapshot } from '../catalog/snapshot.js';
import { readMigrationStatus } from '../migrator/status.js';
import type { LockMode } from '../migrator/lock-modes.js';
import { type Copy, withCopy } from './copy.js';
import type { MigrationClass } from './observe.js';
import { getMigrationName, type Problem, RehearsalDatabase } from './rehearsal-database.js';

/** A lock that a migration took on a table that existed before. */
export interface TableLock {
  readonly table: string;
  /** The strongest mode that it took. */
  readonly mode: LockMode;
}

/** A table whose rows a migration changed: their number before and after. */
export interface RowChange {
  readonly table: string;
  readonly before: number;
  readonly after: number;
  /** Columns that existed before and after and whose values differ. */
  readonly columns: readonly string[];
}

/** The effects of one migration on the copy. */
export interface MigrationReport {
  readonly name: string;
  /** Duration of `up` on the copy, in milliseconds. */
  readonly up: number;
  /** Duration of `down` in milliseconds; null: it was not reverted. */
  down: number | null;
  /** Duration of the second `up` in milliseconds; null: it was not applied again. */
  again: number | null;
  /** Null: it runs without a transaction, so its locks are released after each statement. */
  readonly locks: readonly TableLock[] | null;
  /** Tables that were rewritten completely, under an ACCESS EXCLUSIVE lock. */
  readonly rewritten: readonly string[];
  readonly rows: readonly RowChange[];
}

/** The result of a rehearsal. */
export interface Rehearsal {
  /** Host, port and name of the database, without the user. */
  readonly database: string;
  /** Absent: no migration was pending. */
  readonly copy?: { readonly database: string; readonly engine: Engine; readonly kept: boolean };
  /** Names of the migrations that were pending and were rehearsed. */
  readonly pending: readonly string[];
  readonly passed: boolean;
  /** Descriptions of what went wrong; empty if the rehearsal passed. */
  readonly problems: readonly string[];
  /** Why the migrations were not reverted; null: all of them can be reverted. */
  readonly notReverted: string | null;
  readonly migrations: readonly MigrationReport[];
}

/** Creates a DataSource that may migrate the schema of a database. */
export type DataSourceFactory = (options: {
  readonly url: string;
  readonly schema: string;
  readonly purpose: 'migrate';
  /** Milliseconds to retry while the server is unreachable. */
  readonly connectRetryMs: number;
  readonly poolSize: number;
  readonly applicationName: string;
}) => DataSource;

export interface RehearsalOptions {
  /** The database whose pending migrations are rehearsed; it is only read. */
  readonly source: BackupContext;
  /** URL of any database on another server for the copy. Absent: the copy is made on the server of the source. */
  readonly server?: string | undefined;
  /** Keep the copy. Default: it is dropped. */
  readonly keep?: boolean;
  /** Creates an unconnected DataSource with all migrations of this build. */
  readonly createDataSource: DataSourceFactory;
  /** The expected catalog after all migrations are applied. Absent: the catalog is not compared. */
  readonly expected?: Snapshot;
}

/**
 * Rehearses the pending migrations on a copy: applies them and compares the catalog with the expected one, reverts them and compares
 * catalog and rows with those before, and applies them again.
 *
 * @throws BackupError, ConnectionFailure when no rehearsal is possible; failures of migrations are in the result
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { source, server, keep = false } = options;
  const database = describeAddress(parseDatabaseUrl(source.url));
  const { pending, classes } = await readPending(options);
  const base = { database, pending, passed: true, problems: [], notReverted: null, migrations: [] };
  if (pending.length === 0) return base;
  const target = server === undefined ? source : { ...source, url: server };
  return withCopy(source, target, keep, async (copy) => {
    const rehearsalDatabase = new RehearsalDatabase(target, copy, classes, options.createDataSource);
    const outcome = await runRehearsal(rehearsalDatabase, copy, pending, options);
    const { name, engine } = copy;
    return {
      ...base,
      ...outcome,
      passed: outcome.problems.length === 0,
      copy: { database: name, engine, kept: keep },
      migrations: rehearsalDatabase.reports,
    };
  });
}

interface Outcome {
  readonly problems: readonly string[];
  readonly notReverted: string | null;
}

async function runRehearsal(
  database: RehearsalDatabase,
  copy: Copy,
  pending: readonly string[],
  options: RehearsalOptions,
): Promise<Outcome> {
  const { note } = options.source;
  note(`applying ${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'}, one by one`);
  const failed = await database.applyEach(pending);
  if (failed !== undefined) return { problems: [failed], notReverted: null };
  const after = database.state;
  const actual = await database.readSnapshot();
  const expected = options.expected === undefined ? actual : adaptToSchema(options.expected, actual);
  const problems = diff(expected, actual).map(({ message }) => `after applying: ${message}`);
  const notReverted = database.findIrreversible(pending);
  if (notReverted !== null) return { problems, notReverted };

  note('reverting them');
  if (addProblem(problems, await database.revertAll(pending))) return { problems, notReverted };
  problems.push(...compareState('after reverting', copy.fingerprint, await database.readFingerprint()));

  note('applying them again');
  if (addProblem(problems, await database.applyAll(pending))) return { problems, notReverted };
  const second = (await database.readFingerprint()).catalog;
  problems.push(...diff(after.catalog, second).map(({ message }) => `after applying again: ${message}`));
  return { problems, notReverted };
}

function addProblem(problems: string[], problem: Problem): boolean {
  if (problem !== undefined) problems.push(problem);
  return problem !== undefined;
}

function compareState(when: string, before: Fingerprint, after: Fingerprint): string[] {
  // The runner writes these tables, not the migrations: they record every attempt.
  const bookkeeping = BOOKKEEPING_TABLES.map((table) => `${before.catalog.schema}.${table}`);
  const expected = withoutTables(before, bookkeeping);
  const actual = withoutTables(ignoreNewSchema(after, before), bookkeeping);
  // Reverting a migration does not reset sequences.
  return compareFingerprints(expected, actual, { ignoreSequences: true }).map((message) => `${when}: ${message}`);
}

/** Removes the schema from the fingerprint if the runner created it: reverting all migrations does not drop it. */
function ignoreNewSchema(fingerprint: Fingerprint, before: Fingerprint): Fingerprint {
  const key = `schema ${SCHEMA}`;
  if (before.catalog.objects[key] !== undefined) return fingerprint;
  const objects = Object.entries(fingerprint.catalog.objects).filter(([name]) => name !== key);
  return { ...fingerprint, catalog: { ...fingerprint.catalog, objects: Object.fromEntries(objects) } };
}

/** Reads which migrations are pending. Without the schema all of them are. */
async function readPending({
  source: { url, schema },
  createDataSource,
}: RehearsalOptions): Promise<{ pending: readonly string[]; classes: readonly MigrationClass[] }> {
  const dataSource = createDataSource({
    ...{ url, schema, purpose: 'migrate' as const, connectRetryMs: 0 },
    ...{ poolSize: 1, applicationName: 'shared-db rehearsal' },
  });
  // The factory passes a list of classes.
  const classes = dataSource.options.migrations as MigrationClass[];
  try {
    await dataSource.initialize();
  } catch (error) {
    if (error instanceof SchemaMissing) return { pending: classes.map(getMigrationName), classes };
    throw toConnectionFailure(error, getAddress(dataSource));
  }
  try {
    return { pending: (await readMigrationStatus(dataSource)).pending, classes };
  } finally {
    await dataSource.destroy();
  }
}
