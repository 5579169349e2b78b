import type { Client } from 'pg';
import { connectionFailure } from './connection-failure.js';
import { parseDatabaseUrl, type DatabaseAddress } from './database-url.js';
import { readSafety } from './environment.js';
import { openSocket } from './open-socket.js';
import { passwordOf } from './password.js';
import { SessionClient, type SessionClientConfig } from './session-client.js';
import { sessionSettings } from './session-settings.js';
import { tlsOptionsOf } from './tls.js';
import { assertSafeAddress } from './url-policy.js';

export interface ClientOptions {
  /** Another database of the same server. Default: the one of the URL. */
  database?: string;
  /** search_path of the connection. Default `public`. */
  schema?: string | undefined;
  /** PostgreSQL refuses every write. Default: as the database and the role have it. */
  readOnly?: boolean;
  /** Aborted: what runs is cancelled, and fails with SQLSTATE 57014. */
  signal?: AbortSignal | undefined;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/**
 * Runs `work` on one connection of its own, without time limits, and closes it afterwards: a backup takes as long as it takes, and
 * can be interrupted.
 *
 * @throws ConnectionFailure when none can be made; UnsafeConnection when production refuses it; UnsupportedDatabase.
 */
export async function withClient<T>(
  url: string,
  options: ClientOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const address = parseDatabaseUrl(url);
  const client = new SessionClient(configOf(address, options));
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

function configOf(address: DatabaseAddress, options: ClientOptions): SessionClientConfig {
  const { host, port, database, user, tls } = address;
  const safety = readSafety();
  assertSafeAddress(address, safety);
  return {
    ...{ host, port, database, ...databaseOf(options) },
    ...(user === undefined ? {} : { user }),
    password: passwordOf(address, undefined),
    ssl: tlsOptionsOf(tls),
    stream: () => openSocket(safety),
    application_name: options.applicationName,
    settings: sessionSettings({ schema: options.schema, readOnly: options.readOnly }),
    // Databases are created and dropped from `postgres` or `template1`, whose encoding does not matter.
    anyEncoding: true,
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
