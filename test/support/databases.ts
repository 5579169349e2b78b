import pg from 'pg';

/** What test files need to know of the server that `server.ts` prepared. */
export interface TestServer {
  /** A database to connect to for CREATE and DROP DATABASE; nothing else is done in it. */
  url: string;
  /** Every database of this run begins with it; only such databases are ever dropped. */
  prefix: string;
  template: string;
  /** Folder with the compiled commands: `src/cli/main.js`. */
  program: string;
  /** It was started for this run and goes with it: what its files hold may be lost. */
  disposable: boolean;
}

/**
 * What `server.ts` prepared for this run.
 *
 * @throws Error outside Jest's db project
 */
export function preparedServer(): TestServer {
  const prepared = process.env.SHARED_DB_TEST_SERVER;
  if (prepared === undefined) throw new Error('Run this test through Jest’s db project: npm run test:db');
  return JSON.parse(prepared) as TestServer;
}

export async function createDatabase(server: TestServer, name: string, template?: string): Promise<void> {
  await onServer(server, async (client) => {
    const from = template === undefined ? '' : ` TEMPLATE ${client.escapeIdentifier(template)}`;
    // Three times faster where nothing waits for the disk, and much slower elsewhere.
    const how = server.disposable ? ' STRATEGY file_copy' : '';
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}${from}${how}`);
  });
}

export async function dropDatabase(server: TestServer, name: string): Promise<void> {
  await onServer(server, (client) => drop(client, name));
}

/** Drops whatever test files of this run left behind. */
export async function dropDatabases(server: TestServer): Promise<void> {
  await onServer(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [server.prefix],
    );
    for (const { datname } of rows) await drop(client, datname);
  });
}

export function withDatabaseName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function drop(client: pg.Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
}

async function onServer(server: TestServer, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
