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
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const database = await acquireMigrationDatabase(environment);
  try {
    const { createDataSource } = await import('../data-source.js');
    return await work(createDataSource({ url: database.url, purpose: 'migrate' }));
  } finally {
    await database.release();
  }
}
