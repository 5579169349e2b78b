/**
 * The DataSource for the command lines of TypeORM and typeorm-extension. It connects to DATABASE_URL, or outside production to
 * the embedded server of the working folder while that runs.
 */
import { EMBEDDED_FOLDER, EnvironmentError, readEnvironment } from './src/connection/environment.js';
import { createDataSource } from './src/data-source.js';
import { ReferenceSeeder } from './src/seeds/reference/reference.seeder.js';
import { SampleSeeder } from './src/seeds/sample/sample.seeder.js';

const dataSource = createDataSource({
  url: readEnvironment().databaseUrl ?? (await embeddedUrl()),
  purpose: 'migrate',
  // No statement timeout: a migration may take long.
  statementTimeoutMs: 0,
});

// For `typeorm-extension seed:run`. The seeders import their factories themselves.
Object.assign(dataSource.options, { seeds: [ReferenceSeeder, SampleSeeder] });

export default dataSource;

async function embeddedUrl(): Promise<string> {
  const { findEmbeddedServer } = await import('./src/embedded/embedded-server.js');
  const url = await findEmbeddedServer(EMBEDDED_FOLDER);
  if (url !== undefined) return url;
  throw new EnvironmentError(
    'There is no database: set DATABASE_URL, leave npm start running beside, or use npm run typeorm --, which starts one.',
  );
}
