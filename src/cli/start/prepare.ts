import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { parseDatabaseUrl } from '../../connection/database-url.js';
import type { Environment } from '../../connection/environment.js';
import { createDataSource } from '../../data-source.js';
import { ENTITIES } from '../../entities/index.js';
import { runMigrations } from '../../migrator/runner.js';
import { SampleRefusedError } from '../../seeds/guard-errors.js';
import { seedReference } from '../../seeds/reference/seed-reference.js';
import { connect, type CommandDatabase } from '../database.js';
import { assumedEnvironment } from '../migration-database.js';
import { output } from '../output.js';
import { NoFakerError, seedEverything } from '../sample.js';
import type { StopRequest } from './stop-request.js';
import type { Summary } from './summary.js';

/**
 * Brings the database to what this build expects: migrated, reference data, and sample data where the guard allows it. Says
 * what it found. Keeps no connection: a development server must not stand in the way of DROP DATABASE or a template clone.
 */
export async function prepareDatabase(
  environment: Environment,
  database: CommandDatabase,
  stop: StopRequest,
): Promise<Omit<Summary, 'serverUrl'>> {
  // Says what is wrong with the connection before anything begins; the schema need not be there yet.
  await (await connect(database, 'administer')).destroy();
  stop.throwIfRequested();
  output.note('Migrating …');
  const applied = await migrate(environment, database);
  const dataSource = await connect(database);
  try {
    stop.throwIfRequested();
    output.note('Seeding …');
    await seedReference(dataSource);
    stop.throwIfRequested();
    const sampleRefused = await seedSampleIfAllowed(dataSource, environment);
    return {
      address: parseDatabaseUrl(database.url),
      schema: database.schema,
      passwordFile: database.embedded ? join(await setting(dataSource, 'data_directory'), 'password') : undefined,
      version: (await setting(dataSource, 'server_version')).split(' ')[0] ?? '',
      migrations: { applied: dataSource.migrations.length, justNow: applied.length },
      sampleRefused,
      tables: await rowCounts(dataSource),
    };
  } finally {
    await dataSource.destroy();
  }
}

/** By MIGRATION_DATABASE_URL where that is set. */
function migrate({ migrationDatabaseUrl, schema }: Environment, database: CommandDatabase): Promise<string[]> {
  const { url } = migrationDatabaseUrl === undefined ? database : { url: migrationDatabaseUrl };
  return runMigrations(createDataSource({ url, schema, purpose: 'migrate' }), {
    ...(migrationDatabaseUrl === undefined ? assumedEnvironment(database) : {}),
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

async function setting(dataSource: DataSource, name: string): Promise<string> {
  const [row] = await dataSource.query<{ value: string }[]>('SELECT current_setting($1) AS value', [name]);
  return row?.value ?? '';
}

async function rowCounts(dataSource: DataSource): Promise<[string, number][]> {
  const counts: [string, number][] = [];
  for (const entity of ENTITIES) {
    const repository = dataSource.getRepository(entity);
    counts.push([repository.metadata.tableName, await repository.count()]);
  }
  return counts;
}
