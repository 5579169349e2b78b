import type { DataSource } from 'typeorm';
import { getAddress } from '../../connection/client.js';
import { toConnectionFailure } from '../../connection/connection-failure.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { tokenize } from '../../errors/sql-text.js';
import { getSqlState, getSummary, toDatabaseError } from '../../errors/translate.js';
import { runMigrations } from '../migrator/runner.js';
import { readSchemaSnapshot } from './compare.js';
import type { Snapshot } from './snapshot.js';

/**
 * Runs work without deprecation warnings. TypeORM's schema builder sends several queries on one connection at once, which pg 8 reports
 * as deprecated; the user cannot change that.
 */
export async function runWithoutWarnings<T>(work: () => Promise<T>): Promise<T> {
  const before = process.noDeprecation ?? false;
  process.noDeprecation = true;
  try {
    return await work();
  } finally {
    process.noDeprecation = before;
  }
}

/** PostgreSQL refuses a statement that TypeORM generates from the entities. */
class EntitiesError extends SharedDbError {
  override readonly name = 'EntitiesError';
}

/** SQLSTATE classes of statements that fail whatever the rows: syntax or names, unsupported features, invalid values. */
const STATEMENT_ERRORS = /^(42|0A|22)/;

const UNDEFINED_COLUMN = '42703';

/**
 * Creates in an empty database what the entities declare.
 *
 * @throws EntitiesError when PostgreSQL cannot create it: a rule names a column that the entity no longer has
 */
async function synchronise(dataSource: DataSource): Promise<void> {
  try {
    await runWithoutWarnings(() => dataSource.synchronize());
  } catch (error) {
    const state = getSqlState(error);
    if (state === undefined || state === '42501' || !STATEMENT_ERRORS.test(state)) throw error;
    throw new EntitiesError(formatMessage(error, state, dataSource));
  }
}

function formatMessage(error: unknown, state: string, dataSource: DataSource): string {
  const known = toDatabaseError(error);
  const reason = known === undefined ? 'it refuses a statement' : getSummary(known);
  const rules = state === UNDEFINED_COLUMN ? findRulesWithoutColumn(dataSource) : [];
  const where = rules.length === 0 ? '' : `, named in ${rules.join(', ')}`;
  return `PostgreSQL cannot create what the entities declare: ${reason} (${state})${where}. Correct the entity: a rule, an index or a default may name a column that no longer exists.`;
}

/** Returns the rules and partial indexes whose SQL quotes a name that is not a column of their table. */
function findRulesWithoutColumn({ entityMetadatas }: DataSource): string[] {
  return entityMetadatas.flatMap(({ tableName, columns, checks, indices }) => {
    const known = columns.map(({ databaseName }) => `"${databaseName}"`);
    const texts = [
      ...checks.map(({ name, expression }) => ({ name, sql: expression })),
      ...indices.map(({ name, where = '' }) => ({ name, sql: where })),
    ];
    return texts
      .filter(({ sql }) => tokenize(sql).some(({ kind, text }) => kind === 'name' && !known.includes(text)))
      .map(({ name }) => `${name} of ${tableName}`);
  });
}

/** The role cannot create scratch databases. */
class ScratchError extends SharedDbError {
  override readonly name = 'ScratchError';
}

/** Age in milliseconds up to which a scratch database without a session may belong to a run that has yet to connect. */
const NEW_MS = 60_000;

/** The beginning of the name of each scratch database. Only databases of this run are dropped. */
const PREFIX = 'shared_db_check_';

/** SQLSTATEs for a role without CREATEDB: insufficient_privilege, read_only_sql_transaction. */
const FORBIDDEN: readonly unknown[] = ['42501', '25006'];

/** How a scratch database gets its tables. */
export type TableSource = 'migrated' | 'synchronised';

export interface ScratchOptions {
  /**
   * Creates a DataSource that is not connected. With a name: for that database, whose schema `public` gets the tables. Without a name:
   * for an existing database of the server, in which nothing is changed. Its role needs CREATEDB.
   */
  readonly dataSourceFor: (database?: string) => DataSource;
  readonly note: (line: string) => void;
  /** Stops the work. The databases are dropped. */
  readonly signal?: AbortSignal | undefined;
  /** The advice for a role that cannot create databases, as the end of the error message. */
  readonly otherwise?: string;
}

/** Reads the snapshots of new databases, one for each way to create the tables. See withScratchDatabases. */
export async function readScratchSnapshots<M extends TableSource>(
  options: ScratchOptions,
  sources: readonly M[],
): Promise<Record<M, Snapshot>> {
  return withScratchDatabases(options, sources, async (databases) => {
    const snapshots = sources.map(async (source) => [source, await readSchemaSnapshot(databases[source])] as const);
    return Object.fromEntries(await Promise.all(snapshots)) as Record<M, Snapshot>;
  });
}

/**
 * Runs work on new databases, one for each way to create the tables, and drops them afterwards. Only a killed process leaves them
 * behind; the next run notes their names.
 *
 * @throws ScratchError, ConnectionFailure, the reason of the signal, and errors of the work
 */
export async function withScratchDatabases<M extends TableSource, T>(
  { dataSourceFor, note, signal, otherwise = 'Leave out --full, or use another role or server.' }: ScratchOptions,
  sources: readonly M[],
  work: (databases: Record<M, DataSource>) => Promise<T>,
): Promise<T> {
  const run = `${PREFIX}${process.pid}_${Date.now().toString(36)}`;
  const server = await connectDataSource(dataSourceFor());
  try {
    for (const name of await listLeftovers(server)) note(`a killed run left the database ${name}: drop it`);
    const created = new Set<string>();
    const opened: DataSource[] = [];
    const entries = sources.map((source) => [source, `${run}_${source}`] as const);
    const working = (async () => {
      for (const [, name] of entries) await create(server, name, created, otherwise);
      for (const [, name] of entries) opened.push(await connectDataSource(dataSourceFor(name)));
      await Promise.all(entries.map(([source], place) => fill(opened[place], source)));
      return work(Object.fromEntries(sources.map((source, place) => [source, opened[place]])) as Record<M, DataSource>);
    })();
    try {
      return await waitUnlessAborted(working, signal);
    } finally {
      for (const dataSource of opened) await dataSource.destroy().catch(() => undefined);
      for (const name of created) await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  } finally {
    await server.destroy();
  }
}

/** Returns the result of the work, unless the signal aborts first: then throws its reason. */
async function waitUnlessAborted<T>(working: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // After an abort, the work fails when its databases are dropped, and that rejection must not be unhandled.
  working.catch(() => undefined);
  if (signal === undefined) return working;
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([working, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function fill(dataSource: DataSource | undefined, source: TableSource): Promise<void> {
  if (source === 'migrated' && dataSource) await runMigrations(dataSource);
  else if (dataSource) await synchronise(dataSource);
}

// Uses template0, because template1 can contain objects of the operator.
async function create(server: DataSource, name: string, created: Set<string>, otherwise: string): Promise<void> {
  // Added first, so that an abort during CREATE DATABASE drops it as well.
  created.add(name);
  try {
    await server.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  } catch (error) {
    created.delete(name);
    if (!FORBIDDEN.includes(getSqlState(error))) throw error;
    throw new ScratchError(
      `Cannot create scratch databases: the role has no CREATEDB, or the session is read-only. ${otherwise}`,
    );
  }
}

/** Returns the scratch databases of killed runs: those without a session, unless they are so new that theirs has yet to connect. */
async function listLeftovers(server: DataSource): Promise<string[]> {
  const rows = await server.query<{ name: string }[]>(
    `SELECT datname AS name FROM pg_database d
     WHERE starts_with(datname, '${PREFIX}') AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`,
  );
  const now = Date.now();
  return rows
    .map(({ name }) => name)
    .filter((name) => now - Number.parseInt(name.split('_').at(-2) ?? '', 36) > NEW_MS);
}

async function connectDataSource(dataSource: DataSource): Promise<DataSource> {
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw toConnectionFailure(error, getAddress(dataSource));
  }
}
