/**
 * The server behind the database tests: the one of TEST_DATABASE_URL, or an embedded one that lives as long as the run. Makes
 * the migrated template that each test file clones, says where it is on standard output, and waits for standard input to
 * close.
 *
 * Arguments: what this run is called; the folder of the compiled commands, and perhaps one for temporary files. Both are
 * removed at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, dropDatabases, withDatabaseName, type TestServer } from './databases.js';

const [run = '', program = '', memory = ''] = process.argv.slice(2);
const given = process.env.TEST_DATABASE_URL;
let stop: (() => Promise<void>) | undefined;

async function main(): Promise<void> {
  try {
    const { url, ...started } = given ? { url: given } : await startEmbedded();
    stop = 'stop' in started ? started.stop : undefined;
    const server: TestServer = {
      url,
      prefix: `test_${run}`,
      template: `test_${run}_template`,
      program,
      disposable: stop !== undefined,
    };
    await createDatabase(server, server.template);
    await migrate(withDatabaseName(url, server.template));
    process.stderr.write(`== server: ${await versionOf(url)}\n`);
    process.stdout.write(`${JSON.stringify(server)}\n`);
    await new Promise((resolve) => process.stdin.resume().once('close', resolve).once('end', resolve));
    await dropDatabases(server);
  } catch (error) {
    process.stderr.write(
      `The test database could not be prepared: ${error instanceof Error ? error.message : 'unknown'}\n`,
    );
    process.exitCode = 1;
  } finally {
    await stop?.();
    for (const folder of [program, memory]) if (folder !== '') await rm(folder, { recursive: true, force: true });
  }
  process.exit();
}

void main();

/** So that every run names the server it was on. */
async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ version: string }>('SELECT version()');
  await client.end();
  return rows[0]?.version ?? '';
}

async function startEmbedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  const { acquireEmbeddedServer } = await import('../../src/embedded/embedded-server.js');
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-test-'));
  // In advance: TypeORM takes as long to load as the server to start. `migrate` says what is wrong with it.
  import('../../src/data-source.js').catch(() => undefined);
  const embedded = await acquireEmbeddedServer({
    folder: join(folder, 'postgres'),
    // What a test run writes may be lost; each worker holds a few connections, some tests many.
    durable: false,
    settings: {
      ...{ max_connections: '200' },
      // Nobody replicates it, recovers it or keeps it until it needs a vacuum.
      ...{ wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off', max_wal_size: '4GB' },
    },
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
  const { createDataSource } = await import('../../src/data-source.js');
  const { runMigrations } = await import('../../src/operations/migrator/runner.js');
  await runMigrations(createDataSource({ url: templateUrl }));
}
