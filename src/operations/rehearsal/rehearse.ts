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
import { type Copy, withCopy } from './copy.js';
import type { MigrationClass } from './observe.js';
import { getMigrationName, type Problem, RehearsalDatabase } from './rehearsal-database.js';

/** A lock that a migration took on a table that was there before. */
export interface TableLock {
  readonly table: string;
  /** The strongest, as PostgreSQL's documentation writes it: `ACCESS EXCLUSIVE`. */
  readonly mode: string;
}

/** Rows of a table that a migration changed. */
export interface RowChange {
  readonly table: string;
  readonly before: number;
  readonly after: number;
  /** Columns, of those that were there before and after, whose values differ. */
  readonly columns: readonly string[];
}

/** What one migration did to the copy. */
export interface MigrationReport {
  readonly name: string;
  /** Milliseconds it took, on this copy. */
  readonly up: number;
  /** Milliseconds to take it back; null: it was not. */
  down: number | null;
  /** Milliseconds the second time; null: there was none. */
  again: number | null;
  /** Null: it runs without a transaction, so that each statement lets go of its own. */
  readonly locks: readonly TableLock[] | null;
  /** Tables that were written anew as a whole, while nobody could use them. */
  readonly rewritten: readonly string[];
  readonly rows: readonly RowChange[];
}

export interface Rehearsal {
  /** Host, port and name; no user. */
  readonly database: string;
  /** Absent when nothing was to be rehearsed. */
  readonly copy?: { readonly database: string; readonly engine: Engine; readonly kept: boolean };
  /** Migrations that were pending, and so rehearsed. */
  readonly pending: readonly string[];
  readonly passed: boolean;
  /** In words, what went wrong; none when it passed. */
  readonly problems: readonly string[];
  /** Why they were not taken back, when one of them cannot be; null otherwise. */
  readonly notReverted: string | null;
  readonly migrations: readonly MigrationReport[];
}

/** Makes a DataSource for the schema of a database that may migrate it. */
export type DataSourceFactory = (options: {
  readonly url: string;
  readonly schema: string;
  readonly purpose: 'migrate';
  /** Milliseconds to go on trying while there is no server. */
  readonly connectRetryMs: number;
  readonly poolSize: number;
  readonly applicationName: string;
}) => DataSource;

export interface RehearsalOptions {
  /** The database whose pending migrations are rehearsed. It is only read. */
  readonly source: BackupContext;
  /** Another server for the copy; its URL names any database there. Absent: the copy is next to the source. */
  readonly server?: string | undefined;
  /** Leave the copy. Default: it is dropped. */
  readonly keep?: boolean;
  /** Makes a DataSource, with all migrations of this build, that is not connected. */
  readonly createDataSource: DataSourceFactory;
  /** What the catalog must be when all are applied. Absent: nothing is known of it, and it is not compared. */
  readonly expected?: Snapshot;
}

/**
 * Applies the pending migrations to a copy, compares the catalog with what it must be, takes them back, compares catalog and rows
 * with those before, and applies them again.
 *
 * @throws BackupError, ConnectionFailure when it cannot be rehearsed; migrations that fail are in the report.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { source, server, keep = false } = options;
  const database = describeAddress(parseDatabaseUrl(source.url));
  const { pending, classes } = await readPending(options);
  const nothing = { database, pending, passed: true, problems: [], notReverted: null, migrations: [] };
  if (pending.length === 0) return nothing;
  const target = server === undefined ? source : { ...source, url: server };
  return withCopy(source, target, keep, async (copy) => {
    const stage = new RehearsalDatabase(target, copy, classes, options.createDataSource);
    const found = await runRehearsal(stage, copy, pending, options);
    const { name, engine } = copy;
    return {
      ...nothing,
      ...found,
      passed: found.problems.length === 0,
      copy: { database: name, engine, kept: keep },
      migrations: stage.reports,
    };
  });
}

interface Found {
  readonly problems: readonly string[];
  readonly notReverted: string | null;
}

async function runRehearsal(
  stage: RehearsalDatabase,
  copy: Copy,
  pending: readonly string[],
  options: RehearsalOptions,
): Promise<Found> {
  const { note } = options.source;
  note(`applying ${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'}, one by one`);
  const failed = await stage.applyEach(pending);
  if (failed !== undefined) return { problems: [failed], notReverted: null };
  const after = stage.state;
  const now = await stage.readSnapshot();
  const expected = options.expected === undefined ? now : adaptToSchema(options.expected, now);
  const problems = diff(expected, now).map(({ message }) => `after applying: ${message}`);
  const notReverted = stage.findIrreversible(pending);
  if (notReverted !== null) return { problems, notReverted };

  note('taking them back');
  if (addProblem(problems, await stage.revertAll(pending))) return { problems, notReverted };
  problems.push(...compareState('after taking back', copy.fingerprint, await stage.readFingerprint()));

  note('applying them again');
  if (addProblem(problems, await stage.applyAll(pending))) return { problems, notReverted };
  const second = (await stage.readFingerprint()).catalog;
  problems.push(...diff(after.catalog, second).map(({ message }) => `after applying again: ${message}`));
  return { problems, notReverted };
}

function addProblem(problems: string[], problem: Problem): boolean {
  if (problem !== undefined) problems.push(problem);
  return problem !== undefined;
}

function compareState(when: string, was: Fingerprint, is: Fingerprint): string[] {
  // Written by the runner, not by migrations: it remembers what was tried, and so is not what it was.
  const bookkeeping = BOOKKEEPING_TABLES.map((table) => `${was.catalog.schema}.${table}`);
  const [before, after] = [withoutTables(was, bookkeeping), withoutTables(ignoreNewSchema(is, was), bookkeeping)];
  // A sequence does not go back when what it numbered does.
  return compareFingerprints(before, after, { ignoreSequences: true }).map((message) => `${when}: ${message}`);
}

/** Where the runner made the schema, it leaves it when every migration is taken back. */
function ignoreNewSchema(fingerprint: Fingerprint, before: Fingerprint): Fingerprint {
  const key = `schema ${SCHEMA}`;
  if (before.catalog.objects[key] !== undefined) return fingerprint;
  const objects = Object.entries(fingerprint.catalog.objects).filter(([name]) => name !== key);
  return { ...fingerprint, catalog: { ...fingerprint.catalog, objects: Object.fromEntries(objects) } };
}

/** Where there is no schema yet, all of them. */
async function readPending({
  source: { url, schema },
  createDataSource,
}: RehearsalOptions): Promise<{ pending: readonly string[]; classes: readonly MigrationClass[] }> {
  const dataSource = createDataSource({
    ...{ url, schema, purpose: 'migrate' as const, connectRetryMs: 0 },
    ...{ poolSize: 1, applicationName: 'shared-db rehearsal' },
  });
  // Ours are always a list of classes.
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
