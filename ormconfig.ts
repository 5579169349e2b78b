/**
 * The door TypeORM's and typeorm-extension's command lines knock on: exactly one DataSource. On DATABASE_URL, or outside
 * production on the embedded server of the working folder where one runs.
 */
import { EMBEDDED_FOLDER, EnvironmentError, readEnvironment } from './src/connection/environment.js';
import { createDataSource } from './src/data-source.js';

export default createDataSource({
  url: readEnvironment().databaseUrl ?? (await embeddedUrl()),
  purpose: 'migrate',
  // Commands that migrate may take their time; what a service may take is its own affair.
  statementTimeoutMs: 0,
});

async function embeddedUrl(): Promise<string> {
  const { findEmbeddedServer } = await import('./src/embedded/embedded-server.js');
  const url = await findEmbeddedServer(EMBEDDED_FOLDER);
  if (url !== undefined) return url;
  throw new EnvironmentError(
    'There is no database: set DATABASE_URL, leave npm start running beside, or use npm run typeorm --, which starts one.',
  );
}
