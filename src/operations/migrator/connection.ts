import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Client, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { getAddress, getClientOptions } from '../../connection/client.js';
import { isThisMachine } from '../../connection/database-url.js';
import { toConnectionFailure } from '../../connection/connection-failure.js';
import { type Access, ACCESS_COLUMNS, assertSafeRole, explainReadOnly } from '../../connection/database-access.js';
import { describeAddress } from '../../connection/database-url.js';
import { readSafety } from '../../connection/environment.js';
import { SchemaMissing } from '../../connection/session-settings.js';
import {
  createSessionSettings,
  type SessionSettings,
  createSetLocalSql,
  withLimits,
} from '../../connection/session-settings.js';
import { SessionClient } from '../../connection/session.js';
import { isError } from '../../errors/shared-db-error.js';
import { ReadOnly } from '../../errors/translate.js';
import { MigrationNeedsDirectConnection, MigrationSchemaMissing } from './errors.js';
import type { Context } from './lock.js';
import type { MigrationLimits } from './options.js';

/** Declares the socket, which the types of pg omit. */
interface WithSocket {
  readonly connection: { readonly stream: Socket };
}

/** Milliseconds that the server may take to answer while the runner connects: the default, and the minimum. */
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const MIN_CONNECT_TIMEOUT_MS = 2_500;

/**
 * The runner's own connection, outside the pool of the DataSource. Its `application_name` in `pg_stat_activity` contains the host name
 * and the process id of the runner.
 */
export class MigratorConnection {
  #lost = false;

  private constructor(
    private readonly client: Client,
    private readonly settings: SessionSettings,
    /** Process id of the server process; behind a pooler it can change with each transaction. */
    readonly backendPid: number,
    /**
     * True: the connection goes through a pooler, which may give each transaction another server process, so that session state cannot
     * be relied on. Detected by the process id: PostgreSQL sends the real one when a client connects, a pooler sends an invented one.
     */
    readonly pooled: boolean,
    /** True: the server, or the pooler, runs on this machine. */
    readonly local: boolean,
  ) {
    client.on('error', () => (this.#lost = true));
    client.on('end', () => (this.#lost = true));
  }

  /**
   * Opens the connection.
   *
   * @param maxWaitMs the longest time to wait for a server that accepts the connection but does not answer
   * @throws ConnectionFailure, UnsafeConnection, UnsupportedDatabase, MigrationNeedsDirectConnection
   */
  static async open(dataSource: DataSource, maxWaitMs: number, purpose = ''): Promise<MigratorConnection> {
    // Timeouts of statements are set in each transaction.
    const options = getClientOptions(dataSource);
    const { connectionTimeoutMillis = DEFAULT_CONNECT_TIMEOUT_MS } = options;
    const client = new SessionClient({
      ...options,
      // Half of the limit, because the client waits twice: for the connection and for the first answer.
      connectionTimeoutMillis: Math.min(connectionTimeoutMillis, Math.max(maxWaitMs / 2, MIN_CONNECT_TIMEOUT_MS)),
      application_name: `shared-db migrator${purpose} ${hostname()}:${process.pid}`.slice(0, 63),
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const pid = rows[0]?.pid ?? 0;
      // The DataSource checks this when it connects, but it is not connected here.
      await assertSafeRole(async (sql) => (await client.query<object>(sql)).rows, 'migrate', readSafety());
      const { connection: wire } = client as SessionClient & WithSocket;
      const { settings = createSessionSettings() } = options;
      const connection = new MigratorConnection(
        client,
        settings,
        pid,
        client.processID !== pid,
        isThisMachine(wire.stream),
      );
      if (!connection.pooled) await connection.prepareSession();
      return connection;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw toConnectionError(error, dataSource);
    }
  }

  /** True: the connection broke. The last statement may or may not have taken effect. */
  get lost(): boolean {
    return this.#lost;
  }

  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>> {
    return this.client.query<Row>(sql, parameters === undefined ? undefined : [...parameters]);
  }

  async queryRows<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return (await this.query<Row>(sql, parameters)).rows;
  }

  /**
   * Begins a transaction. The lock depends on READ COMMITTED: each statement must see what was committed before it, whatever the
   * default of the database is.
   */
  async begin({ idleMs, ddlMs, patientLockMs }: MigrationLimits): Promise<void> {
    const settings = withLimits(this.settings, {
      idle_in_transaction_session_timeout: idleMs,
      lock_timeout: patientLockMs,
      statement_timeout: ddlMs,
    });
    // Set each time: a migration may have changed the settings, and a pooler may provide another session.
    await this.query(`START TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE; ${createSetLocalSql(settings)}`);
  }

  async commit(): Promise<void> {
    await this.query('COMMIT');
  }

  /** Rolls back. Does nothing on a lost connection, whose transaction the server rolls back. */
  async rollback(): Promise<void> {
    if (!this.#lost) await this.query('ROLLBACK').catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  /**
   * Makes the server notice a dead runner, even during a long statement outside a transaction: the next runner waits until the server
   * process ends.
   */
  private async prepareSession(): Promise<void> {
    await this.query(`SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`);
    // Not every server supports this setting (Windows does not).
    await this.query(`SET client_connection_check_interval = '1s'`).catch(() => undefined);
  }
}

function toConnectionError(error: unknown, dataSource: DataSource): Error {
  const message = isError(error) ? error.message : '';
  // PgBouncer rejects settings that its ignore_startup_parameters does not list.
  if (message.includes('unsupported startup parameter')) {
    return new MigrationNeedsDirectConnection('A pooler such as PgBouncer rejected the settings of the connection');
  }
  return toConnectionFailure(error, getAddress(dataSource));
}

/**
 * Throws if the database is read-only. Migrations begin their transactions as READ WRITE, which would override an operator's
 * `default_transaction_read_only`.
 *
 * @throws ReadOnly
 */
export async function assertWritable(connection: MigratorConnection, dataSource: DataSource): Promise<void> {
  const [access] = await connection.queryRows<Access>(`SELECT ${ACCESS_COLUMNS}`);
  const reason = access && explainReadOnly(access);
  if (reason === undefined) return;
  throw new ReadOnly({ rule: `Cannot migrate the database at ${describeAddress(getAddress(dataSource))}: ${reason}.` });
}

/**
 * Creates the schema if it does not exist, in the transaction of the caller.
 *
 * @throws MigrationSchemaMissing when the role may not create it
 */
export async function ensureSchema({ connection, schema }: Context): Promise<void> {
  const [row] = await connection.queryRows<{ exists: boolean; creates: boolean; name: string; role: string }>(
    `SELECT to_regnamespace($1) IS NOT NULL AS exists, has_database_privilege(current_database(), 'CREATE') AS creates,
            current_database() AS name, quote_ident(current_user) AS role`,
    [schema],
  );
  if (row === undefined || row.exists) return;
  if (row.creates) {
    await connection.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    return;
  }
  throw new MigrationSchemaMissing(
    `The database ${JSON.stringify(row.name)} has no schema ${schema}, and the role ${row.role} may not create it`,
    [],
    `run db:roles --schema ${schema} as the owner of the database, or CREATE SCHEMA ${schema} AUTHORIZATION ${row.role}`,
  );
}

/**
 * Throws unless the schema exists.
 *
 * @throws SchemaMissing
 */
export async function assertSchemaExists({ connection, schema, dataSource }: Context): Promise<void> {
  const [row] = await connection.queryRows<{ exists: boolean }>(`SELECT to_regnamespace($1) IS NOT NULL AS exists`, [
    schema,
  ]);
  if (row?.exists === false) throw new SchemaMissing(schema, getAddress(dataSource));
}
