import type { DataSource } from 'typeorm';
import type { Environment } from '../connection/environment.js';
import { acquireDatabase, type CommandDatabase } from './database.js';

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
export function assumedEnvironment({ embedded }: CommandDatabase): { environment?: string } {
  return embedded ? { environment: 'development' } : {};
}
