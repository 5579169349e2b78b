import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { type DatabaseAddress, describeAddress, parseDatabaseUrl } from '../connection/database-url.js';
import { describeNodeEnv, type Environment } from '../connection/environment.js';
import { DEFAULT_SCHEMA } from '../connection/session-settings.js';
import { createDataSource } from '../data-source.js';
import { ENTITIES } from '../entities/index.js';
import { type HealthReport, createUnknownReport } from '../health/check.js';
import { runMigrations } from '../operations/migrator/runner.js';
import { SampleRefusedError } from '../seeds/guard-errors.js';
import { seedReference } from '../seeds/reference/reference.seeder.js';
import { createAction, output, formatTable } from './command.js';
import { acquireDatabase, assumeEnvironment, type CommandDatabase, connect, withDatabase } from './database.js';
import { Interruption, listenForStop } from './interruption.js';
import { NoFakerError, seedEverything } from './seed.js';
import { serve, StartError, type WebServer } from './web-server.js';

/** What someone who has just started the development server wants to know. Holds no password. */
export interface Summary {
  readonly serverUrl: string;
  readonly address: DatabaseAddress;
  readonly schema: string;
  /** The file with the embedded server's password; undefined for another server. */
  readonly passwordFile: string | undefined;
  /** The server's, e.g. `18.4`. */
  readonly version: string;
  /** Migrations of this build: all of them, and those applied by this start. */
  readonly migrations: { readonly applied: number; readonly justNow: number };
  /** Why there is no sample data; undefined when there is. */
  readonly sampleRefused: string | undefined;
  readonly tables: readonly (readonly [name: string, rows: number])[];
}

export function formatSummary(summary: Summary): string[] {
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
  return [
    '',
    ...formatTable(['table', 'rows'], summary.tables),
    '',
    ...facts.map(([name, fact]) => `${name.padEnd(12)} ${fact}`),
  ];
}

/** For a shell. The embedded server's password is read from its file, another's is asked for. */
export function formatPsqlCommand(address: DatabaseAddress, schema: string, passwordFile?: string): string {
  const { host, port, user, database } = address;
  const password = passwordFile === undefined ? [] : [`PGPASSWORD="$(cat ${quoteForShell(passwordFile)})"`];
  const path = schema === DEFAULT_SCHEMA ? [] : [`PGOPTIONS='-c search_path=${schema}'`];
  const login = user === undefined ? [] : ['-U', quoteForShell(user)];
  return [
    ...path,
    ...password,
    'psql',
    '-h',
    quoteForShell(host),
    '-p',
    String(port),
    ...login,
    '-d',
    quoteForShell(database),
  ].join(' ');
}

function quoteForShell(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Brings the database to what this build expects: migrated, reference data, and sample data where the guard allows it. Says
 * what it found. Keeps no connection: a development server must not stand in the way of DROP DATABASE or a template clone.
 */
export async function prepareDatabase(
  environment: Environment,
  database: CommandDatabase,
  stop: AbortSignal,
): Promise<Omit<Summary, 'serverUrl'>> {
  // Says what is wrong with the connection before anything begins; the schema need not be there yet.
  await (await connect(database, 'administer')).destroy();
  stop.throwIfAborted();
  output.note('Migrating …');
  const applied = await migrate(environment, database);
  const dataSource = await connect(database);
  try {
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
  } finally {
    await dataSource.destroy();
  }
}

/** By MIGRATION_DATABASE_URL where that is set. */
function migrate({ migrationDatabaseUrl, schema }: Environment, database: CommandDatabase): Promise<string[]> {
  const { url } = migrationDatabaseUrl === undefined ? database : { url: migrationDatabaseUrl };
  return runMigrations(createDataSource({ url, schema, purpose: 'migrate' }), {
    ...(migrationDatabaseUrl === undefined ? assumeEnvironment(database) : {}),
    onNotice: (line) => {
      output.note(line);
    },
  });
}

/** Undefined when the sample data is there now, otherwise why it is not. */
async function seedSampleIfAllowed(dataSource: DataSource, { nodeEnv }: Environment): Promise<string | undefined> {
  try {
    await seedEverything(dataSource, { nodeEnv });
    return undefined;
  } catch (error) {
    if (error instanceof SampleRefusedError || error instanceof NoFakerError) return error.message;
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

const HELP = `
Listens on this machine only (127.0.0.1 and ::1). Ctrl-C or SIGTERM stops it in good order.

Examples:
  npm start                                                          on an embedded PostgreSQL in .data/
  PORT=4000 npm start                                                on another port
  DATABASE_URL=postgres://me:hunter2@localhost:5432/antone npm start  on a server of your own`;

export const startCommand = new Command('start')
  .description('development server: the database up, migrated and seeded; GET /health on PORT (3000)')
  .addHelpText('after', HELP)
  .action(createAction(start));

async function start(environment: Environment): Promise<void> {
  if (environment.production) {
    // Whoever starts a service in production wants to hear first what is wrong with its connection.
    await withDatabase(environment, () => Promise.resolve(), 'app');
    throw new StartError(
      `start is a development server and ${describeNodeEnv(environment.nodeEnv)}: deploy with shared-db migration:run and seed:reference, and mount healthHandler in your service.`,
    );
  }
  const stop = listenForStop();
  let check = (): Promise<HealthReport> =>
    Promise.resolve(createUnknownReport('Not ready yet: the database is being prepared.'));
  // First of all: a port that is taken should not cost a migration.
  const server = await serve(environment.port, () => check());
  try {
    await run(environment, server, stop, (ready) => (check = ready));
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  } finally {
    await server.close();
  }
}

async function run(
  environment: Environment,
  server: WebServer,
  stop: AbortSignal,
  onReady: (check: () => Promise<HealthReport>) => void,
): Promise<void> {
  const database = await acquireDatabase(environment);
  try {
    const [{ createDataSource }, { createHealthCheck }, { prepareDatabase }] = await Promise.all([
      import('../data-source.js'),
      import('../health/check.js'),
      import('./start.js'),
    ]);
    stop.throwIfAborted();
    const prepared = await prepareDatabase(environment, database, stop);
    onReady(createHealthCheck(createDataSource({ url: database.url, schema: database.schema })));
    for (const line of formatSummary({ serverUrl: server.url, ...prepared })) output.line(line);
    await once(stop, 'abort');
  } finally {
    // Before the database goes: requests that are running may need it.
    await server.close();
    await database.release();
  }
}
