import type { DataSource } from 'typeorm';
import { connectionFailure } from '../../connection/connection-failure.js';
import { sqlStateOf } from '../../connection/errors.js';
import { addressOf } from '../../connection/client-options.js';
import { DEFAULT_SCHEMA } from '../../connection/schema-name.js';
import { SharedDbError } from '../../connection/shared-db-error.js';
import { createDataSource } from '../../data-source.js';
import { runMigrations } from '../../migrator/runner.js';
import { snapshotOf } from '../../schema/live.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { untilInterrupted } from './interruption.js';
import { synchronise } from './synchronise.js';

/** No scratch database can be made. */
export class ScratchError extends SharedDbError {
  override readonly name = 'ScratchError';
}

/** Every scratch database begins with it; nothing else is ever dropped. */
const PREFIX = 'shared_db_check_';

/** What PostgreSQL says to a role without CREATEDB (insufficient_privilege, read_only_sql_transaction). */
const FORBIDDEN: readonly unknown[] = ['42501', '25006'];

/** How a scratch database gets its tables. */
export type Making = 'migrated' | 'synchronised';

export interface ScratchOptions {
  /** A database on the server; nothing is done in it. Its role must be allowed to create databases. */
  readonly url: string;
  /** A schema of that database; the scratch databases have `public`. */
  readonly schema: string;
  readonly note: (line: string) => void;
  /** What to do where the role may not create databases. */
  readonly otherwise?: string;
}

/** The snapshots of new databases, one for each way to make one. As withScratchDatabases. */
export async function scratchSnapshots<M extends Making>(
  options: ScratchOptions,
  makings: readonly M[],
): Promise<Record<M, Snapshot>> {
  return withScratchDatabases(options, makings, async (databases) => {
    const snapshots = makings.map(async (making) => [making, await snapshotOf(databases[making])] as const);
    return Object.fromEntries(await Promise.all(snapshots)) as Record<M, Snapshot>;
  });
}

/**
 * Does the work on new databases, one for each way to make one. They are dropped again, whatever happens; only a process that
 * is killed outright leaves them, and says so next time.
 *
 * @throws ScratchError, ConnectionFailure, Interruption, and whatever the work throws
 */
export async function withScratchDatabases<M extends Making, T>(
  { url, schema, note, otherwise = 'Leave out --full, or use another role or server.' }: ScratchOptions,
  makings: readonly M[],
  work: (databases: Record<M, DataSource>) => Promise<T>,
): Promise<T> {
  const run = `${PREFIX}${process.pid}_${Date.now().toString(36)}`;
  const server = await connected(
    createDataSource({ url, schema, purpose: 'migrate', poolSize: 1, statementTimeoutMs: 60_000 }),
  );
  try {
    for (const name of await leftOver(server))
      note(`left over from a run that was killed, unless one is running: ${name}`);
    const created = new Set<string>();
    const opened: DataSource[] = [];
    const entries = makings.map((making) => [making, `${run}_${making}`] as const);
    return await untilInterrupted(
      async () => {
        for (const [, name] of entries) await create(server, name, created, otherwise);
        for (const [, name] of entries) opened.push(await connected(scratchDataSource(url, name)));
        await Promise.all(entries.map(([making], place) => fill(opened[place], making)));
        return await work(
          Object.fromEntries(makings.map((making, place) => [making, opened[place]])) as Record<M, DataSource>,
        );
      },
      async () => {
        for (const dataSource of opened) await dataSource.destroy().catch(() => undefined);
        for (const name of created) await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      },
    );
  } finally {
    await server.destroy();
  }
}

/** Not connected. */
export function scratchDataSource(url: string, name: string): DataSource {
  return createDataSource({ url, schema: DEFAULT_SCHEMA, purpose: 'migrate', poolSize: 2 }).setOptions({
    database: name,
  });
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
    if (!FORBIDDEN.includes(sqlStateOf(error))) throw error;
    throw new ScratchError(`Cannot create scratch databases: this role may not, or only reads. ${otherwise}`);
  }
}

async function leftOver(server: DataSource): Promise<string[]> {
  const rows = await server.query<{ name: string }[]>(
    `SELECT datname AS name FROM pg_database WHERE starts_with(datname, '${PREFIX}')`,
  );
  return rows.map(({ name }) => name);
}

async function connected(dataSource: DataSource): Promise<DataSource> {
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw connectionFailure(error, addressOf(dataSource));
  }
}
