import { Client, type ClientConfig } from 'pg';
import { connectionFailure } from './connection-failure.js';
import { parseDatabaseUrl, type DatabaseAddress } from './database-url.js';
import { readSafety } from './environment.js';
import { openSocket } from './open-socket.js';
import { passwordOf } from './password.js';
import { DEFAULT_SCHEMA } from './schema-name.js';
import { tlsOptionsOf } from './tls.js';
import { assertSafeAddress } from './url-policy.js';

export interface ClientOptions {
  /** Another database of the same server. Default: the one of the URL. */
  database?: string;
  /** The schema of every name that is written without one. Default `public`. */
  schema?: string;
  /** PostgreSQL refuses every write. Default false. */
  readOnly?: boolean;
  /** Aborted: what runs is cancelled, and fails with SQLSTATE 57014. */
  signal?: AbortSignal | undefined;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** No limits: a backup takes as long as it takes, and whoever waits can interrupt it. */
const UNLIMITED = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
].map((name) => `-c ${name}=0`);

/**
 * Runs `work` on one connection of its own and closes it afterwards.
 *
 * @throws ConnectionFailure when none can be made; UnsafeConnection when production refuses it.
 */
export async function withClient<T>(
  url: string,
  options: ClientOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const address = parseDatabaseUrl(url);
  const client = new Client(configOf(address, options));
  // Reported here when the server ends the session while nothing runs; the next statement says so too.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { host, port, database } = { ...address, ...databaseOf(options) };
    throw connectionFailure(error, { host, port, database });
  }
  const cancel = (): void => void cancelled(url, client).catch(() => undefined);
  options.signal?.addEventListener('abort', cancel);
  try {
    options.signal?.throwIfAborted();
    return await work(client);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    await client.end().catch(() => undefined);
  }
}

/** For functions that take a statement, and perhaps its parameters, and want rows. */
export function rowsOf(client: Client): <Row extends object>(sql: string, parameters?: unknown[]) => Promise<Row[]> {
  return async <Row extends object>(sql: string, parameters?: unknown[]) =>
    (await client.query<Row>(sql, parameters)).rows;
}

function configOf(address: DatabaseAddress, options: ClientOptions): ClientConfig {
  const { host, port, database, user, tls } = address;
  const safety = readSafety();
  assertSafeAddress(address, safety);
  const readOnly = options.readOnly ? ['-c default_transaction_read_only=on'] : [];
  return {
    ...{ host, port, database, ...databaseOf(options) },
    ...(user === undefined ? {} : { user }),
    password: passwordOf(address, undefined),
    ssl: tlsOptionsOf(tls),
    stream: () => openSocket(safety),
    application_name: options.applicationName,
    options: [...UNLIMITED, ...readOnly, `-c search_path=${options.schema ?? DEFAULT_SCHEMA}`].join(' '),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  };
}

function databaseOf({ database }: ClientOptions): { database?: string } {
  return database === undefined ? {} : { database };
}

async function cancelled(url: string, client: Client): Promise<void> {
  const { processID } = client as Client & { processID?: number };
  await withClient(url, { database: client.database ?? 'postgres', applicationName: 'shared-db cancel' }, (other) =>
    other.query('SELECT pg_cancel_backend($1)', [processID]),
  );
}
