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
 * Runs TypeORM's schema builder. It asks several questions on one connection at once, which pg 8 warns of; the warning is about
 * TypeORM's code and would only puzzle whoever reads the report.
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

/** PostgreSQL refuses a statement that TypeORM writes from the entities. */
class EntitiesError extends SharedDbError {
  override readonly name = 'EntitiesError';
}

/** States of statements that cannot be run whatever the rows: names, types and syntax, or what PostgreSQL does not do. */
const REFUSED = /^(42|0A|22)/;

const UNDEFINED_COLUMN = '42703';

/**
 * Makes what the entities declare, in an empty database.
 *
 * @throws EntitiesError when they declare what PostgreSQL cannot make: a rule over a column that they no longer have
 */
async function synchronise(dataSource: DataSource): Promise<void> {
  try {
    await runWithoutWarnings(() => dataSource.synchronize());
  } catch (error) {
    const state = getSqlState(error);
    if (state === undefined || state === '42501' || !REFUSED.test(state)) throw error;
    throw new EntitiesError(formatMessage(error, state, dataSource));
  }
}

function formatMessage(error: unknown, state: string, dataSource: DataSource): string {
  const known = toDatabaseError(error);
  const reason = known === undefined ? 'it refuses a statement' : getSummary(known);
  const rules = state === UNDEFINED_COLUMN ? findRulesWithoutColumn(dataSource) : [];
  const where = rules.length === 0 ? '' : `, named in ${rules.join(', ')}`;
  return `The entities declare what PostgreSQL cannot make: ${reason} (${state})${where}. Correct the entity: a rule, an index or a default may name what is gone.`;
}

/** The rules and partial indexes whose SQL has a name in double quotes that is no column of their table. */
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

/** No scratch database can be made. */
class ScratchError extends SharedDbError {
  override readonly name = 'ScratchError';
}

/** Every scratch database begins with it; nothing else is ever dropped. */
const PREFIX = 'shared_db_check_';

/** What PostgreSQL says to a role without CREATEDB (insufficient_privilege, read_only_sql_transaction). */
const FORBIDDEN: readonly unknown[] = ['42501', '25006'];

/** How a scratch database gets its tables. */
export type Making = 'migrated' | 'synchronised';

export interface ScratchOptions {
  /**
   * Makes a DataSource that is not connected: of a database with the given name, in whose schema `public` the tables are made; without
   * a name, of a database that exists on the server, in which nothing is changed. Its role must be allowed to create databases.
   */
  readonly dataSourceFor: (database?: string) => DataSource;
  readonly note: (line: string) => void;
  /** Stops the work; the databases are dropped. */
  readonly signal?: AbortSignal | undefined;
  /** What to do where the role may not create databases. */
  readonly otherwise?: string;
}

/** The snapshots of new databases, one for each way to make one. As withScratchDatabases. */
export async function readScratchSnapshots<M extends Making>(
  options: ScratchOptions,
  makings: readonly M[],
): Promise<Record<M, Snapshot>> {
  return withScratchDatabases(options, makings, async (databases) => {
    const snapshots = makings.map(async (making) => [making, await readSchemaSnapshot(databases[making])] as const);
    return Object.fromEntries(await Promise.all(snapshots)) as Record<M, Snapshot>;
  });
}

/**
 * Does the work on new databases, one for each way to make one. They are dropped again, whatever happens; only a process that
 * is killed outright leaves them, and says so next time.
 *
 * @throws ScratchError, ConnectionFailure, the reason of the signal, and whatever the work throws
 */
export async function withScratchDatabases<M extends Making, T>(
  { dataSourceFor, note, signal, otherwise = 'Leave out --full, or use another role or server.' }: ScratchOptions,
  makings: readonly M[],
  work: (databases: Record<M, DataSource>) => Promise<T>,
): Promise<T> {
  const run = `${PREFIX}${process.pid}_${Date.now().toString(36)}`;
  const server = await connectDataSource(dataSourceFor());
  try {
    for (const name of await listLeftovers(server))
      note(`left over from a run that was killed, unless one is running: ${name}`);
    const created = new Set<string>();
    const opened: DataSource[] = [];
    const entries = makings.map((making) => [making, `${run}_${making}`] as const);
    const working = (async () => {
      for (const [, name] of entries) await create(server, name, created, otherwise);
      for (const [, name] of entries) opened.push(await connectDataSource(dataSourceFor(name)));
      await Promise.all(entries.map(([making], place) => fill(opened[place], making)));
      return work(Object.fromEntries(makings.map((making, place) => [making, opened[place]])) as Record<M, DataSource>);
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

/** The result of the work, or the reason of the signal, whichever comes first. */
async function waitUnlessAborted<T>(working: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // Dropping the databases makes it fail later, when nothing waits for it any more.
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

async function fill(dataSource: DataSource | undefined, making: Making): Promise<void> {
  if (making === 'migrated' && dataSource) await runMigrations(dataSource);
  else if (dataSource) await synchronise(dataSource);
}

// From template0: what operators put into template1 is not ours.
async function create(server: DataSource, name: string, created: Set<string>, otherwise: string): Promise<void> {
  // Before it is: whoever interrupts us now must drop it, when PostgreSQL is through with it.
  created.add(name);
  try {
    await server.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  } catch (error) {
    created.delete(name);
    if (!FORBIDDEN.includes(getSqlState(error))) throw error;
    throw new ScratchError(`Cannot create scratch databases: this role may not, or only reads. ${otherwise}`);
  }
}

async function listLeftovers(server: DataSource): Promise<string[]> {
  const rows = await server.query<{ name: string }[]>(
    `SELECT datname AS name FROM pg_database WHERE starts_with(datname, '${PREFIX}')`,
  );
  return rows.map(({ name }) => name);
}

async function connectDataSource(dataSource: DataSource): Promise<DataSource> {
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw toConnectionFailure(error, getAddress(dataSource));
  }
}
