import { Option } from 'commander';
import type { DataSource } from 'typeorm';
import { toConnectionFailure } from '../connection/connection-failure.js';
import type { Purpose } from '../connection/database-access.js';
import { describeAddress, parseDatabaseUrl } from '../connection/database-url.js';
import { type DatabaseTarget, EMBEDDED_FOLDER, type Environment } from '../connection/environment.js';
import { DEFAULT_SCHEMA } from '../connection/session-settings.js';
import type { SessionClientConfig } from '../connection/session.js';
import { assertSafeAddress } from '../connection/url-policy.js';
import { output } from './command.js';

/** The database a command works on, for as long as it works. */
export interface CommandDatabase extends DatabaseTarget {
  /** Whether it is the embedded server of the working folder. */
  readonly embedded: boolean;
  /** Lets go of the embedded server; nothing to do for another. */
  release(): Promise<void>;
}

/** `--schema` of every command that works in a database. */
export function createSchemaOption(): Option {
  return new Option('--schema <name>', 'the schema that holds the tables (SHARED_DB_SCHEMA, else public)');
}

/** Where a command worked, for people: host, port and name, and a schema other than `public`; no user. */
export function describeTarget({ url, schema }: DatabaseTarget): string {
  const address = describeAddress(parseDatabaseUrl(url));
  return schema === DEFAULT_SCHEMA ? address : `${address}, schema ${schema}`;
}

/** DATABASE_URL, or outside production the embedded server of the working folder, started if need be. */
export async function acquireDatabase(environment: Environment): Promise<CommandDatabase> {
  const { databaseUrl, schema, nodeEnv, createPostgresUser, safety } = environment;
  if (databaseUrl !== undefined) {
    // Says what is wrong with it before anything else is tried.
    assertSafeAddress(parseDatabaseUrl(databaseUrl), safety);
    return { url: databaseUrl, schema, embedded: false, release: () => Promise.resolve() };
  }
  // Loaded only here: production has no such package.
  const { acquireEmbeddedServer } = await import('../embedded/embedded-server.js');
  const server = await acquireEmbeddedServer({
    folder: EMBEDDED_FOLDER,
    createUser: createPostgresUser,
    nodeEnv,
    onNotice: (line) => {
      output.note(line);
    },
  });
  return { url: server.url(), schema, embedded: true, release: () => server.release() };
}

/**
 * A connected DataSource; the caller destroys it. Commands are for operators, whose role may own tables (`migrate`).
 *
 * @throws ConnectionFailure, UnsafeConnection in one readable line.
 */
export async function connect({ url, schema }: DatabaseTarget, purpose: Purpose = 'migrate'): Promise<DataSource> {
  const { createDataSource } = await import('../data-source.js');
  // Whoever waits at a terminal wants to know at once.
  const dataSource = createDataSource({ url, schema, purpose, applicationName: 'shared-db cli', connectRetryMs: 0 });
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw toConnectionFailure(error, parseDatabaseUrl(url));
  }
}

/**
 * Runs `work` on a connected DataSource on whose connections PostgreSQL refuses every write, and closes it afterwards.
 *
 * @throws ConnectionFailure, and whatever the work throws.
 */
export async function withReadOnly<T>(
  { url, schema }: DatabaseTarget,
  applicationName: string,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const { createDataSource } = await import('../data-source.js');
  const dataSource = createDataSource({
    url,
    schema,
    purpose: 'migrate',
    poolSize: 2,
    applicationName,
    connectRetryMs: 0,
  });
  // Said when connections are made, not by SET: behind a pooler the next one to use the connection would inherit that.
  const extra = dataSource.options.extra as SessionClientConfig | undefined;
  dataSource.setOptions({ extra: { ...extra, settings: { ...extra?.settings, default_transaction_read_only: 'on' } } });
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

/** Runs `work` on a connected DataSource and closes everything afterwards, whatever happens. */
export async function withDatabase<T>(
  environment: Environment,
  work: (dataSource: DataSource, database: CommandDatabase) => Promise<T>,
  purpose?: Purpose,
): Promise<T> {
  const database = await acquireDatabase(environment);
  try {
    const dataSource = await connect(database, purpose);
    try {
      return await work(dataSource, database);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await database.release();
  }
}

/** The database as those commands reach it that change its schema: MIGRATION_DATABASE_URL where it is set, else as every other. */
export function acquireMigrationDatabase(environment: Environment): Promise<CommandDatabase> {
  const { migrationDatabaseUrl: databaseUrl = environment.databaseUrl } = environment;
  return acquireDatabase({ ...environment, databaseUrl });
}

/** Works on that. The DataSource is not connected: the migrator brings its own connection. */
export async function withMigrationDatabase<T>(
  environment: Environment,
  work: (dataSource: DataSource, database: CommandDatabase) => Promise<T>,
): Promise<T> {
  const database = await acquireMigrationDatabase(environment);
  try {
    const { createDataSource } = await import('../data-source.js');
    return await work(createDataSource({ url: database.url, schema: database.schema, purpose: 'migrate' }), database);
  } finally {
    await database.release();
  }
}

/** What the migrator is told of a database that does not say of which environment it is: that of a working folder is for development. */
export function assumeEnvironment({ embedded }: CommandDatabase): { environment?: string } {
  return embedded ? { environment: 'development' } : {};
}
