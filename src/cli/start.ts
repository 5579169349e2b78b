import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { type DatabaseAddress, describeAddress, parseDatabaseUrl } from '../connection/database-url.js';
import { describeNodeEnv, type Environment } from '../connection/environment.js';
import { DEFAULT_SCHEMA } from '../connection/session-settings.js';
import { createDataSource } from '../data-source.js';
import { ENTITIES } from '../entities/index.js';
import { createHealthCheck, createUnknownReport, type HealthReport } from '../health/check.js';
import { runMigrations } from '../operations/migrator/runner.js';
import { seedReference } from '../seeds/reference/reference.seeder.js';
import { ActionRefused } from '../operations/environment-guard/guard.js';
import { MissingPackageError, seedSample } from '../seeds/sample/sample.seeder.js';
import { createAction, formatCommand, formatTable, output, quoteForShell } from './command.js';
import {
  assumeEnvironment,
  type CommandDatabase,
  createMigratorDataSource,
  withDatabase,
  withDataSource,
} from './database.js';
import { Interruption, listenForStop } from './interruption.js';
import { serve, StartError, type WebServer } from './web-server.js';

/** What the command prints when the server is ready. It contains no password. */
interface Summary {
  readonly serverUrl: string;
  readonly address: DatabaseAddress;
  readonly schema: string;
  /** The file that contains the password of the embedded server; undefined for any other server. */
  readonly passwordFile: string | undefined;
  /** The version of PostgreSQL, e.g. `18.4`. */
  readonly version: string;
  /** All migrations of this build, and how many of them this start applied. */
  readonly migrations: { readonly applied: number; readonly justNow: number };
  /** Why sample data was not written; undefined if it was. */
  readonly sampleRefused: string | undefined;
  readonly tables: readonly (readonly [name: string, rows: number])[];
}

/** The width of the longest example. */
const EXAMPLE_WIDTH = 76;

const HELP = `
Listens on this machine only (127.0.0.1 and ::1). Ctrl-C or SIGTERM lets running requests finish and stops the server.

Examples:
  ${formatCommand('start').padEnd(EXAMPLE_WIDTH)}  on an embedded PostgreSQL in .data/
  ${formatCommand('PORT=4000 start').padEnd(EXAMPLE_WIDTH)}  on another port
  ${formatCommand('DATABASE_URL=postgres://me:hunter2@localhost:5432/antone start').padEnd(EXAMPLE_WIDTH)}  on your own server`;

const command = new Command('start')
  .description('run the development server: migrate and seed the database, serve GET /health on PORT (3000)')
  .addHelpText('after', HELP)
  .action(createAction(start));

export const commands = [command];

async function start(environment: Environment): Promise<void> {
  if (environment.production) await refuseProduction(environment);
  const stop = listenForStop();
  let check = (): Promise<HealthReport> =>
    Promise.resolve(createUnknownReport('Not ready yet: the database is being prepared.'));
  // Before the database, so that nothing is migrated if the port is taken.
  const server = await serve(environment.port, () => check());
  try {
    await withDatabase(environment, (database) => run(environment, database, server, stop, (ready) => (check = ready)));
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  } finally {
    await server.close();
  }
}

/** @throws ConnectionFailure, UnsafeConnection if the connection is refused; otherwise StartError */
async function refuseProduction(environment: Environment): Promise<never> {
  await withDatabase(environment, (database) => withDataSource(database, () => Promise.resolve(), { purpose: 'app' }));
  throw new StartError(
    `start is a development server and ${describeNodeEnv(environment.nodeEnv)}: deploy with ${formatCommand('migration:run')} and ${formatCommand('seed:reference')}, and mount healthHandler in your service.`,
  );
}

async function run(
  environment: Environment,
  database: CommandDatabase,
  server: WebServer,
  stop: AbortSignal,
  onReady: (check: () => Promise<HealthReport>) => void,
): Promise<void> {
  try {
    stop.throwIfAborted();
    const prepared = await prepareDatabase(environment, database, stop);
    onReady(createHealthCheck(createDataSource({ url: database.url, schema: database.schema })));
    for (const line of formatSummary({ serverUrl: server.url, ...prepared })) output.line(line);
    await once(stop, 'abort');
  } finally {
    // Before the database is released, because running requests may need it.
    await server.close();
  }
}

/**
 * Migrates the database, writes reference rows, and sample data if the guard allows it. Leaves no connection open, because one would
 * block DROP DATABASE and template copies.
 */
async function prepareDatabase(
  environment: Environment,
  database: CommandDatabase,
  stop: AbortSignal,
): Promise<Omit<Summary, 'serverUrl'>> {
  // Reports a bad connection before anything else; the schema need not exist yet.
  await withDataSource(database, () => Promise.resolve(), { purpose: 'administer' });
  stop.throwIfAborted();
  output.note('Migrating …');
  const applied = await migrate(environment, database);
  return withDataSource(database, async (dataSource) => {
    stop.throwIfAborted();
    output.note('Seeding …');
    await seedReference(dataSource);
    stop.throwIfAborted();
    const sampleRefused = await seedSampleIfAllowed(dataSource, environment);
    return {
      address: parseDatabaseUrl(database.url),
      schema: database.schema,
      passwordFile: database.embedded ? join(await readSetting(dataSource, 'data_directory'), 'password') : undefined,
      version: (await readSetting(dataSource, 'server_version')).split(' ')[0] ?? '',
      migrations: { applied: dataSource.migrations.length, justNow: applied.length },
      sampleRefused,
      tables: await countRows(dataSource),
    };
  });
}

/** Migrates with MIGRATION_DATABASE_URL if it is set. */
function migrate({ migrationDatabaseUrl, schema }: Environment, database: CommandDatabase): Promise<string[]> {
  const target = migrationDatabaseUrl === undefined ? database : { url: migrationDatabaseUrl, schema };
  const assumed = migrationDatabaseUrl === undefined ? assumeEnvironment(database) : {};
  return runMigrations(createMigratorDataSource(target), { ...assumed, onNotice: output.note });
}

/** Returns undefined if the sample data is there now, otherwise why it is not. */
async function seedSampleIfAllowed(dataSource: DataSource, { nodeEnv }: Environment): Promise<string | undefined> {
  try {
    await seedSample(dataSource, { nodeEnv, now: new Date() });
    return undefined;
  } catch (error) {
    if (error instanceof ActionRefused || error instanceof MissingPackageError) return error.message;
    throw error;
  }
}

async function readSetting(dataSource: DataSource, name: string): Promise<string> {
  const [row] = await dataSource.query<{ value: string }[]>('SELECT current_setting($1) AS value', [name]);
  return row?.value ?? '';
}

async function countRows(dataSource: DataSource): Promise<[string, number][]> {
  const counts: [string, number][] = [];
  for (const entity of ENTITIES) {
    const repository = dataSource.getRepository(entity);
    counts.push([repository.metadata.tableName, await repository.count()]);
  }
  return counts;
}

function formatSummary(summary: Summary): string[] {
  const { address, schema, migrations, passwordFile } = summary;
  const user = address.user === undefined ? '' : `, user ${address.user}`;
  const embedded = passwordFile === undefined ? '' : ' (embedded)';
  const facts: readonly (readonly [string, string])[] = [
    ['server', summary.serverUrl],
    ['health', `${summary.serverUrl}/health`],
    ['database', `${describeAddress(address)}${user}${embedded}`],
    ...(schema === DEFAULT_SCHEMA ? [] : [['schema', schema] as const]),
    ['PostgreSQL', summary.version],
    ['migrations', `${migrations.applied} applied, ${migrations.justNow} of them just now`],
    ['sample data', summary.sampleRefused === undefined ? 'present' : `not written. ${summary.sampleRefused}`],
    ['psql', formatPsqlCommand(address, schema, passwordFile)],
    ['stop', 'Ctrl-C'],
  ];
  const tables = summary.tables.map(([name, rows]) => [name, rows.toLocaleString('en')]);
  return [
    '',
    ...formatTable([['table', 'rows'], ...tables], [1]),
    '',
    ...facts.map(([name, fact]) => `${name.padEnd(12)} ${fact}`),
  ];
}

/** Returns a psql command for a shell. It reads the password of the embedded server from its file; for another server psql asks. */
function formatPsqlCommand(address: DatabaseAddress, schema: string, passwordFile?: string): string {
  const { host, port, user, database } = address;
  return [
    ...(schema === DEFAULT_SCHEMA ? [] : [`PGOPTIONS='-c search_path=${schema}'`]),
    ...(passwordFile === undefined ? [] : [`PGPASSWORD="$(cat ${quoteForShell(passwordFile)})"`]),
    ...['psql', '-h', quoteForShell(host), '-p', String(port)],
    ...(user === undefined ? [] : ['-U', quoteForShell(user)]),
    ...['-d', quoteForShell(database)],
  ].join(' ');
}
