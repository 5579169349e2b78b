import { Socket } from 'node:net';
import { types } from 'node:util';
import { type Client, type QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { redactWhenPrinted } from '../errors/redaction.js';
import { isError } from '../errors/shared-db-error.js';
import { splitStatements } from '../errors/sql-text.js';
import { toConnectionFailure } from './connection-failure.js';
import { type DatabaseAddress, isThisMachine, parseDatabaseUrl, type DisplayAddress } from './database-url.js';
import { readSafety } from './environment.js';
import { DEFAULT_SCHEMA } from './session-settings.js';
import { createPasswordProvider } from './secrets.js';
import { type SessionLimits, createSessionSettings, withLimits } from './session-settings.js';
import { SessionClient, type SessionClientConfig } from './session.js';
import { createTlsOptions } from './tls.js';
import { assertNoReason, assertSafeAddress, createRefusal, type Safety } from './url-policy.js';

/**
 * Creates a socket for node-postgres. In production it closes itself when it connects to this machine and that is not permitted, because a
 * host name can resolve to any address. It checks the open connection before anything is sent, so no second look-up can differ.
 */
export function openSocket(safety: Safety): Socket {
  const socket = new Socket();
  if (!safety.production) return socket;
  return socket.once('connect', () => {
    if (!isLocalConnection(socket)) return;
    try {
      assertNoReason([createRefusal('the host leads to this machine', 'SHARED_DB_ALLOW_LOCALHOST', safety)], safety);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}

/** Returns whether an open connection leads to this machine. */
function isLocalConnection({ remoteAddress, localAddress }: Pick<Socket, 'localAddress' | 'remoteAddress'>): boolean {
  // Its own address in the network is this machine as well. A Unix socket has no address at all.
  return remoteAddress === undefined || remoteAddress === localAddress || isThisMachine(remoteAddress);
}

/**
 * Throws when a COMMIT was answered by ROLLBACK. COMMIT (END, COMMIT AND CHAIN, PREPARE TRANSACTION) of a transaction in which a statement failed
 * is answered without an error, by the command tag ROLLBACK. The error is the one that PostgreSQL has for any other statement of such a
 * transaction.
 */
function assertNotRolledBack(sql: unknown, answer: QueryResult | QueryResult[]): void {
  const results = Array.isArray(answer) ? answer : [answer];
  const rolledBack = results.filter((result) => (result as QueryResult | undefined)?.command === 'ROLLBACK').length;
  if (rolledBack === 0 || rolledBack <= countRollbacks(sql)) return;
  throw Object.assign(new Error('the transaction was rolled back, because a statement of it had failed'), {
    code: '25P02',
    severity: 'ERROR',
  });
}

/** Counts the ROLLBACK statements, including those to a savepoint. */
function countRollbacks(sql: unknown): number {
  const text = typeof sql === 'string' ? sql : (sql as { text?: unknown } | null)?.text;
  if (typeof text !== 'string') return 0;
  return splitStatements(text).filter(([first]) => /^(?:rollback|abort)$/i.test(first?.text ?? '')).length;
}

/** The message of node-postgres when an answer takes longer than `query_timeout`. */
const READ_TIMEOUT = 'Query read timeout';

/**
 * A client that closes itself when the server owes it an answer for longer than `query_timeout`. node-postgres alone would
 * report the error and put the connection back into the pool, where the next query would wait behind the first.
 *
 * A COMMIT that PostgreSQL answers by rolling back fails (SQLSTATE 25P02). node-postgres alone would report success.
 *
 * It does not show its password, however it is printed.
 */
export class BoundedClient extends SessionClient {
  constructor(config?: SessionClientConfig) {
    super(config);
    const { host, port, database } = this;
    redactWhenPrinted(this, { host, port, database });
    hidePassword(this);
    const query = this.query as (...all: unknown[]) => unknown;
    // Covers all overloads of `query` that return a promise; TypeORM uses no others.
    this.query = ((...all: unknown[]) => {
      const result = query.apply(this, all);
      if (!types.isPromise(result)) return result;
      return (result as Promise<QueryResult | QueryResult[]>).then(
        (answer) => {
          assertNotRolledBack(all[0], answer);
          return answer;
        },
        (error: unknown) => {
          if (isError(error) && error.message === READ_TIMEOUT) this.connection.stream.destroy();
          throw error;
        },
      );
    }) as Client['query'];
  }
}

/** node-postgres stores the function that returns the password and, after calling it, the password itself. */
interface WithPassword {
  password?: unknown;
}

/**
 * Makes both password properties of the client return the function instead of the password. node-postgres would replace the function
 * by the password and keep it while the connection lives, where `console.dir` shows it. The password is readable only in the turn of
 * the event loop in which node-postgres uses it, and is dropped after login.
 */
function hidePassword(client: Client): void {
  const { connectionParameters } = client as Client & { connectionParameters: WithPassword };
  const given: unknown = (client as WithPassword).password;
  const provider = typeof given === 'string' ? () => given : given;
  let password: unknown = provider;
  let isInUse = false;
  const use = (): void => {
    isInUse = true;
    queueMicrotask(() => (isInUse = false));
  };
  Object.defineProperty(client, 'password', {
    get: () => (isInUse ? password : provider),
    // node-postgres sets the password when the function returns, and sends it in the same turn, except with SCRAM.
    set: (answer: unknown) => {
      password = answer;
      use();
    },
  });
  Object.defineProperty(connectionParameters, 'password', { get: () => provider, set: () => undefined });
  // node-postgres adds its own listeners in connect(), behind these.
  const connection = client.connection as unknown as NodeJS.EventEmitter;
  connection.on('authenticationSASLContinue', use);
  for (const event of ['authenticationSASLFinal', 'readyForQuery', 'end']) {
    connection.once(event, () => (password = provider));
  }
}

type PostgresOptions = Extract<DataSource['options'], { type: 'postgres' }>;

/**
 * Returns the options for a separate connection to the database of a DataSource, outside its pool: host, login, TLS, session and driver
 * settings of `createDataSource`. The DataSource need not be initialised.
 *
 * @param limits time limits, which replace those of the pool. Default: none
 */
export function getClientOptions(dataSource: DataSource, limits: SessionLimits = {}): SessionClientConfig {
  const options = dataSource.options as PostgresOptions;
  const { host, port, username, password, database, ssl, connectTimeoutMS: connectionTimeoutMillis } = options;
  const extra = options.extra as SessionClientConfig | undefined;
  // node-postgres treats undefined properties as absent.
  return {
    ...extra,
    settings: withLimits(extra?.settings ?? createSessionSettings(), limits),
    query_timeout: 0,
    ...{ host, port, user: username, password, database, ssl, connectionTimeoutMillis },
  } as SessionClientConfig;
}

/** Returns the schema of a DataSource: the search_path of its connections. */
export function getSchema(dataSource: DataSource): string {
  const extra = (dataSource.options as PostgresOptions).extra as SessionClientConfig | undefined;
  return extra?.settings?.search_path ?? DEFAULT_SCHEMA;
}

/** Returns host, port and database of a DataSource, for messages: no user, no password. */
export function getAddress(dataSource: DataSource): DisplayAddress {
  const { host = 'localhost', port = 5432, database = '' } = dataSource.options as PostgresOptions;
  return { host, port, database };
}

export interface ClientOptions {
  /** Another database of the same server. Default: the one of the URL. */
  database?: string;
  /** search_path of the connection. Default `public`. */
  schema?: string | undefined;
  /** True makes PostgreSQL refuse every write. Default: the setting of the database or role. */
  readOnly?: boolean;
  /** When aborted, the running statement is cancelled and fails with SQLSTATE 57014. */
  signal?: AbortSignal | undefined;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/**
 * Runs `work` on a separate connection without time limits, for example a backup, and closes the connection afterwards.
 *
 * @throws ConnectionFailure when the connection fails; UnsafeConnection when production does not allow it; UnsupportedDatabase
 */
export async function withClient<T>(
  url: string,
  options: ClientOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const address = parseDatabaseUrl(url);
  const client = new SessionClient(createClientConfig(address, options));
  // A session that ends while no statement runs emits an error. The next statement fails with it too.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { host, port, database } = { ...address, ...getDatabase(options) };
    throw toConnectionFailure(error, { host, port, database });
  }
  const cancel = (): void => void cancelOnAbort(url, client).catch(() => undefined);
  options.signal?.addEventListener('abort', cancel);
  try {
    options.signal?.throwIfAborted();
    return await work(client);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    await client.end().catch(() => undefined);
  }
}

/** Returns a function that runs a statement on this client and returns its rows. */
export function createRowReader(
  client: Client,
): <Row extends object>(sql: string, parameters?: unknown[]) => Promise<Row[]> {
  return async <Row extends object>(sql: string, parameters?: unknown[]) =>
    (await client.query<Row>(sql, parameters)).rows;
}

function createClientConfig(address: DatabaseAddress, options: ClientOptions): SessionClientConfig {
  const { host, port, database, user, tls } = address;
  const safety = readSafety();
  assertSafeAddress(address, safety);
  return {
    ...{ host, port, database, ...getDatabase(options) },
    ...(user === undefined ? {} : { user }),
    password: createPasswordProvider(address, undefined),
    ssl: createTlsOptions(tls),
    stream: () => openSocket(safety),
    application_name: options.applicationName,
    settings: createSessionSettings({ schema: options.schema, readOnly: options.readOnly }),
    // Databases are created and dropped from `postgres` or `template1`, whose encoding does not matter.
    anyEncoding: true,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  };
}

function getDatabase({ database }: ClientOptions): { database?: string } {
  return database === undefined ? {} : { database };
}

async function cancelOnAbort(url: string, client: Client): Promise<void> {
  const { processID } = client as Client & { processID?: number };
  await withClient(url, { database: client.database ?? 'postgres', applicationName: 'shared-db cancel' }, (other) =>
    other.query('SELECT pg_cancel_backend($1)', [processID]),
  );
}
