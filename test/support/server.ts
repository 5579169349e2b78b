/**
 * The server behind the database tests: the one of TEST_DATABASE_URL, or an embedded one that lives as long as the run. Makes
 * the migrated template that each test file clones, says where it is on standard output, and waits for standard input to
 * close.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { acquireEmbeddedServer } from '../../src/connection/embedded.js';
import { createDataSource } from '../../src/data-source.js';
import { createDatabase, dropDatabases, withDatabaseName, type TestServer } from './databases.js';
import { buildProgram } from './program.js';

const given = process.env.TEST_DATABASE_URL;
const { url, stop } = given === undefined || given === '' ? await startEmbedded() : { url: given, stop: undefined };
const run = `${Date.now().toString(36)}_${process.pid}`;
const server: TestServer = {
  url,
  prefix: `shared_db_test_${run}`,
  template: `shared_db_test_${run}_template`,
  program: resolve(`node_modules/.cache/shared-db-test/${run}`),
};

try {
  await buildProgram('.', server.program);
  await createDatabase(server, server.template);
  await migrate(withDatabaseName(url, server.template));
  process.stdout.write(`${JSON.stringify(server)}\n`);
  await new Promise((resolve) => process.stdin.resume().once('close', resolve).once('end', resolve));
  await dropDatabases(server);
} catch (error) {
  process.stderr.write(
    `The test database could not be prepared: ${error instanceof Error ? error.message : 'unknown'}\n`,
  );
  process.exitCode = 1;
} finally {
  await rm(server.program, { recursive: true, force: true });
  await stop?.();
}
process.exit();

async function startEmbedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-test-'));
  const embedded = await acquireEmbeddedServer({
    folder: join(folder, 'postgres'),
    // What a test run writes may be lost; each worker holds a few connections, some tests many.
    durable: false,
    settings: { max_connections: '200' },
  });
  return {
    url: embedded.url('postgres'),
    stop: async () => {
      await embedded.release();
      await rm(embedded.folder, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function migrate(templateUrl: string): Promise<void> {
  const dataSource = createDataSource({ url: templateUrl });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}
