/** For the tests of services: `@shared/db/testing`. Uses no test framework, so it works in Jest, Vitest and node:test. */
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { isProduction, readNodeEnv, readTestDatabaseUrl } from '../connection/environment.js';
import { createDataSource } from '../data-source.js';
import { acquireEmbeddedServer } from '../embedded/embedded-server.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { CHECKSUMS } from '../migrations/checksums.js';
import { runMigrations } from '../operations/migrator/runner.js';
import { seedReference } from '../seeds/reference/reference.seeder.js';

export { make } from './make.js';

/** Tests cannot get a database. The message is one line: why, and what to do. */
export class TestDatabaseError extends SharedDbError {
  override readonly name = 'TestDatabaseError';
}

/** A running server. */
export interface TestServer {
  /** Connection string of a database on it, for CREATE DATABASE. */
  readonly url: string;
  /** Releases the server; the last process that releases the embedded one stops it. */
  stop(): Promise<void>;
}

/** A database of its own for a test file. */
export interface TestDatabase {
  /** Connected. */
  readonly dataSource: DataSource;
  readonly url: string;
  /** Closes the DataSource and drops the database. */
  drop(): Promise<void>;
}

/** Prefixes of databases. Only databases whose names begin with them are ever dropped. */
const PREFIX = 'shared_db_test_';
const TEMPLATE_PREFIX = 'shared_db_template_';

/**
 * Starts the server of the tests: that of TEST_DATABASE_URL, else an embedded PostgreSQL in the temporary folder, which all processes
 * share. `createTestDatabase` does so itself; call this in the global set-up of the test framework, so that the embedded server runs for
 * the whole run instead of starting for each file.
 *
 * @throws TestDatabaseError when NODE_ENV counts as production; EmbeddedPostgresError
 */
export async function startTestServer(): Promise<TestServer> {
  const nodeEnv = readNodeEnv();
  if (isProduction(nodeEnv)) {
    throw new TestDatabaseError('Tests create and drop databases, so NODE_ENV must be test, development or unset.');
  }
  const given = readTestDatabaseUrl();
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  const server = await acquireEmbeddedServer({
    folder: join(tmpdir(), `shared-db-testing-${process.getuid?.() ?? 0}`),
    durable: false,
    settings: { max_connections: '200' },
    nodeEnv,
  });
  return { url: server.url('postgres'), stop: () => server.release() };
}

/**
 * Creates a migrated database with the reference rows, as a copy of a template that is made once for each version of the migrations. The
 * copy takes some ten milliseconds.
 *
 *     let database: TestDatabase;
 *     beforeAll(async () => { database = await createTestDatabase(); });
 *     afterAll(() => database.drop());
 *
 * The role of TEST_DATABASE_URL must be allowed to create databases. The templates stay on that server, under names that begin with
 * `shared_db_template_`.
 *
 * @throws TestDatabaseError; EmbeddedPostgresError
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await startTestServer();
  const name = `${PREFIX}${process.pid}_${randomBytes(4).toString('hex')}`;
  const url = withDatabase(server.url, name);
  const drop = async (): Promise<void> => {
    await withServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    await server.stop();
  };
  try {
    await withServer(server, async (client) => {
      const template = await ensureTemplate(client, server);
      // Faster than the default where nothing waits for the disk.
      const strategy = readTestDatabaseUrl() === undefined ? ' STRATEGY file_copy' : '';
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}${strategy}`);
    });
    const dataSource = await createDataSource({ url, poolSize: 5 }).initialize();
    return {
      dataSource,
      url,
      drop: async () => {
        if (dataSource.isInitialized) await dataSource.destroy();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

/**
 * Runs work in a transaction that is always rolled back, so that a test leaves nothing behind. The work gets the manager of the
 * transaction: pass it to `PostRepository.of(manager)`.
 *
 * @returns the result of the work
 */
export async function withRollback<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    return await work(runner.manager);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

/** A clock that stands still until it is moved, for code that takes its clock as a parameter. */
export interface TestClock {
  now(): Date;
  /** Moves the clock. @param ms may be negative */
  advance(ms: number): void;
}

/** Creates a clock that stands still. @param start default 2026-01-01T12:00:00Z */
export function createClock(start = new Date('2026-01-01T12:00:00Z')): TestClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance: (ms) => {
      time += ms;
    },
  };
}

/** Returns the name of the template, after creating it unless another process has. */
async function ensureTemplate(client: Client, server: TestServer): Promise<string> {
  const version = createHash('sha256').update(JSON.stringify(CHECKSUMS)).digest('hex').slice(0, 16);
  const template = TEMPLATE_PREFIX + version;
  await client.query(`SELECT pg_advisory_lock(hashtext('${TEMPLATE_PREFIX}'), 0)`);
  try {
    const { rows } = await client.query<{ datistemplate: boolean }>(
      'SELECT datistemplate FROM pg_database WHERE datname = $1',
      [template],
    );
    if (rows[0]?.datistemplate === true) return template;
    // A template that is not marked is the half-made one of a killed process.
    await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${template} ENCODING 'UTF8' TEMPLATE template0`);
    await fillTemplate(withDatabase(server.url, template));
    await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
    return template;
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtext('${TEMPLATE_PREFIX}'), 0)`);
  }
}

async function fillTemplate(url: string): Promise<void> {
  await runMigrations(createDataSource({ url, purpose: 'migrate' }), { environment: 'test' });
  const dataSource = await createDataSource({ url }).initialize();
  try {
    await seedReference(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function withServer<T>(server: TestServer, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server.url, application_name: 'shared-db testing' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42501') throw error;
    throw new TestDatabaseError('The role of TEST_DATABASE_URL may not create databases: ALTER ROLE … CREATEDB.');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}
