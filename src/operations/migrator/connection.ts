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
  setLocalSql,
  withLimits,
} from '../../connection/session-settings.js';
import { SessionClient } from '../../connection/session.js';
import { isError } from '../../errors/shared-db-error.js';
import { ReadOnly } from '../../errors/translate.js';
import { MigrationNeedsDirectConnection, MigrationSchemaMissing } from './errors.js';
import type { Context, MigrationLimits } from './options.js';

/** What pg's type declarations leave out: the way to the other side. */
interface Wired {
  readonly connection: { readonly stream: Socket };
}

/** How long the server may say nothing while we connect, in milliseconds: where nobody says otherwise, and at least. */
const LONGEST_SILENCE_MS = 10_000;
const SHORTEST_SILENCE_MS = 2_500;

/**
 * The runner's own connection, beside any pool. Whoever else looks sees in `pg_stat_activity` which process of which machine it
 * is.
 */
export class MigratorConnection {
  #lost = false;

  private constructor(
    private readonly client: Client,
    private readonly settings: SessionSettings,
    /** The server's process behind this connection; behind a pooler of this moment only. */
    readonly backendPid: number,
    /**
     * Somebody stands between us and the server, who may give each transaction another server process: a session means
     * nothing then. PostgreSQL tells a client at the beginning which process serves it; a pooler has to invent that.
     */
    readonly pooled: boolean,
    /** The server, or whoever stands before it, is this machine. */
    readonly local: boolean,
  ) {
    client.on('error', () => (this.#lost = true));
    client.on('end', () => (this.#lost = true));
  }

  /**
   * @param maxWaitMs how long to wait for a server that takes the connection and says nothing, at most
   * @throws ConnectionFailure, UnsafeConnection, UnsupportedDatabase, MigrationNeedsDirectConnection
   */
  static async open(dataSource: DataSource, maxWaitMs: number, purpose = ''): Promise<MigratorConnection> {
    // Time limits of statements are set for each transaction.
    const options = getClientOptions(dataSource);
    const { connectionTimeoutMillis = LONGEST_SILENCE_MS } = options;
    const client = new SessionClient({
      ...options,
      // Twice, since it is to let us in and then to answer.
      connectionTimeoutMillis: Math.min(connectionTimeoutMillis, Math.max(maxWaitMs / 2, SHORTEST_SILENCE_MS)),
      application_name: `shared-db migrator${purpose} ${hostname()}:${process.pid}`.slice(0, 63),
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const pid = rows[0]?.pid ?? 0;
      // Here, since the DataSource, which would ask, is not connected.
      await assertSafeRole(async (sql) => (await client.query<object>(sql)).rows, 'migrate', readSafety());
      const { connection: wire } = client as SessionClient & Wired;
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

  /** The connection broke: what it was doing may or may not have been done. */
  get lost(): boolean {
    return this.#lost;
  }

  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>> {
    return this.client.query<Row>(sql, parameters === undefined ? undefined : [...parameters]);
  }

  async queryRows<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return (await this.query<Row>(sql, parameters)).rows;
  }

  /** Each statement sees what was committed before it, whatever the database has as default: the lock depends on that. */
  async begin({ idleMs, ddlMs, patientLockMs }: MigrationLimits): Promise<void> {
    const settings = withLimits(this.settings, {
      idle_in_transaction_session_timeout: idleMs,
      lock_timeout: patientLockMs,
      statement_timeout: ddlMs,
    });
    // Each time, since a migration may have changed them, and a pooler may give us another session.
    await this.query(`START TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE; ${setLocalSql(settings)}`);
  }

  async commit(): Promise<void> {
    await this.query('COMMIT');
  }

  /** Also when the connection is lost, which takes everything back by itself. */
  async rollback(): Promise<void> {
    if (!this.#lost) await this.query('ROLLBACK').catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  /**
   * Statements outside any transaction may take their time. When we die the server shall notice, even if it is working: the
   * next runner waits for it.
   */
  private async prepareSession(): Promise<void> {
    await this.query(`SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`);
    // Not every system can tell that a connection was closed at the other end (Windows).
    await this.query(`SET client_connection_check_interval = '1s'`).catch(() => undefined);
  }
}

function toConnectionError(error: unknown, dataSource: DataSource): Error {
  const message = isError(error) ? error.message : '';
  // PgBouncer, of a setting in the connection's options that it is not told to ignore.
  if (message.includes('unsupported startup parameter')) {
    return new MigrationNeedsDirectConnection('A pooler such as PgBouncer refuses the settings of the connection');
  }
  return toConnectionFailure(error, getAddress(dataSource));
}

/**
 * Refuses to migrate where nothing may be written: migrations begin their transactions as READ WRITE, which would override a database
 * that an operator has made read-only.
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
 * Makes the schema where it is missing, in the transaction of the caller.
 *
 * @throws MigrationSchemaMissing when this role may not
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

/** @throws SchemaMissing */
export async function assertSchemaExists({ connection, schema, dataSource }: Context): Promise<void> {
  const [row] = await connection.queryRows<{ exists: boolean }>(`SELECT to_regnamespace($1) IS NOT NULL AS exists`, [
    schema,
  ]);
  if (row?.exists === false) throw new SchemaMissing(schema, getAddress(dataSource));
}
