import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { getAddress, getClientOptions, getSchema } from '../connection/client.js';
import { toConnectionFailure } from '../connection/connection-failure.js';
import { type Access, ACCESS_COLUMNS, explainReadOnly } from '../connection/database-access.js';
import { describeAddress } from '../connection/database-url.js';
import { SchemaMissing } from '../connection/session-settings.js';
import { SessionClient } from '../connection/session.js';
import { type AppliedMigrations, getMigrationsTable, readAppliedMigrations } from '../operations/migrator/journal.js';
import { listMigrations } from '../operations/migrator/known-migrations.js';

/** The result of a health check, as returned by `/health` and printed by `npm run health`. Contains no secret. */
export interface HealthReport {
  /**
   * `error` when the database does not answer in time, lacks a migration of this build, has unsupported settings or another encoding,
   * or is read-only (a standby, default_transaction_read_only) for a role that writes.
   */
  readonly status: 'ok' | 'error';
  /** The reason and advice, in one line; absent when the status is `ok`. */
  readonly reason?: string;
  readonly database: DatabaseHealth;
  readonly migrations: MigrationHealth;
}

export interface DatabaseHealth {
  /** True when the database answered in time, whatever the state of its schema. */
  readonly ok: boolean;
  /** Milliseconds to connect, log in and answer one statement; null when it did not answer. */
  readonly latencyMs: number | null;
  /** Version of the server, e.g. `18.4`; null when it did not answer. */
  readonly version: string | null;
}

export interface MigrationHealth {
  /** Number of applied migrations, including those of a newer build; null when unknown. */
  readonly applied: number | null;
  /** Number of this build's migrations that are not applied; null when unknown. */
  readonly pending: number | null;
}

/** Creates the report for a database that could not be examined. */
export function createUnknownReport(reason: string): HealthReport {
  return {
    status: 'error',
    reason,
    database: { ok: false, latencyMs: null, version: null },
    migrations: { applied: null, pending: null },
  };
}

/** SQLSTATE after statement_timeout. */
const QUERY_CANCELED = '57014';

export interface HealthCheckOptions {
  /** Limit of the whole check in milliseconds, including the connection. Default 500. */
  timeoutMs?: number;
}

/**
 * Returns a function that checks whether the database answers in time, has every migration of this build, and, for a role that
 * writes, accepts writes. The function never throws.
 *
 * Each check opens its own connection and closes it, so that a busy pool does not look like a dead database. Simultaneous calls share one
 * check. The DataSource need not be initialised.
 *
 * Unknown migrations are no error: during a rolling deployment the newer build has already migrated.
 */
export function createHealthCheck(
  dataSource: DataSource,
  { timeoutMs = 500 }: HealthCheckOptions = {},
): () => Promise<HealthReport> {
  let running: Promise<HealthReport> | undefined;
  return () => {
    running ??= check(dataSource, timeoutMs)
      .catch((error: unknown) => createUnknownReport(toConnectionFailure(error, getAddress(dataSource)).message))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}

async function check(dataSource: DataSource, timeoutMs: number): Promise<HealthReport> {
  const { stream: open = () => new Socket(), ...options } = getClientOptions(dataSource, {
    // Ends a statement on the server. The deadline below also applies when the server does not react.
    statement_timeout: timeoutMs,
  });
  const socket = open() as Socket;
  const client = new SessionClient({
    ...options,
    application_name: 'shared-db health',
    stream: () => socket,
  });
  client.on('error', () => undefined);
  let timedOut = false;
  const deadline = setTimeout(() => {
    timedOut = true;
    socket.destroy();
  }, timeoutMs);
  const explain = (error: unknown): string => explainFailure(error, timedOut, dataSource, timeoutMs);
  try {
    const { database, readOnly } = await readDatabase(client);
    try {
      await assertSchemaExists(client, dataSource);
      const { table, applied } = await readAppliedMigrations(
        async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows,
        { schema: getSchema(dataSource), table: getMigrationsTable(dataSource) },
      );
      if (table === 'hidden') return { ...createUnknownReport(explainHidden(dataSource)), database };
      return createReport({ database, readOnly }, applied, dataSource);
    } catch (error) {
      return { ...createUnknownReport(explain(error)), database };
    }
  } catch (error) {
    return createUnknownReport(explain(error));
  } finally {
    await client.end().catch(() => undefined);
    clearTimeout(deadline);
  }
}

/** `writes` is true for a role that can write to any table. A standby is enough for all other roles. */
const STATE_SQL = `SELECT current_setting('server_version') AS version, ${ACCESS_COLUMNS}, EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE')) AS writes`;

interface DatabaseResult {
  readonly database: DatabaseHealth;
  /** The reason why a role that writes cannot write; undefined when it can, or never writes. */
  readonly readOnly: string | undefined;
}

async function readDatabase(client: Client): Promise<DatabaseResult> {
  const begin = performance.now();
  await client.connect();
  const { rows } = await client.query<Access & { version: string; writes: boolean }>(STATE_SQL);
  const [row] = rows;
  // Distributions append their own name: "15.18 (Debian 15.18-1)".
  const version = row?.version.split(' ')[0] ?? null;
  const readOnly = row?.writes ? explainReadOnly(row) : undefined;
  return { database: { ok: true, latencyMs: Math.round(performance.now() - begin), version }, readOnly };
}

async function assertSchemaExists(client: Client, dataSource: DataSource): Promise<void> {
  const schema = getSchema(dataSource);
  const { rows } = await client.query<{ exists: boolean }>('SELECT to_regnamespace($1) IS NOT NULL AS exists', [
    schema,
  ]);
  if (rows[0]?.exists === false) throw new SchemaMissing(schema, getAddress(dataSource));
}

function createReport(
  { database, readOnly }: DatabaseResult,
  applied: AppliedMigrations['applied'],
  dataSource: DataSource,
): HealthReport {
  const known = listMigrations(dataSource);
  const names = new Set(applied.map(({ name }) => name));
  const pending = known.filter(({ name }) => !names.has(name)).length;
  const migrations = { applied: applied.length, pending };
  if (pending === 0 && readOnly === undefined) return { status: 'ok', database, migrations };
  const place = describeAddress(getAddress(dataSource));
  const reason =
    pending === 0
      ? `The database at ${place} accepts no writes: ${readOnly}.`
      : `The database at ${place} is behind: ${pending} of ${known.length} migrations pending; run migration:run.`;
  return { status: 'error', reason, database, migrations };
}

function explainFailure(error: unknown, timedOut: boolean, dataSource: DataSource, timeoutMs: number): string {
  const address = getAddress(dataSource);
  const place = `The database at ${describeAddress(address)}`;
  const code = timedOut ? QUERY_CANCELED : getCode(error);
  if (code === QUERY_CANCELED) return `${place} did not answer within ${timeoutMs} ms: check its load and its log.`;
  return toConnectionFailure(error, address).message;
}

function explainHidden(dataSource: DataSource): string {
  const place = `The database at ${describeAddress(getAddress(dataSource))}`;
  return `${place} has migrations that this role cannot read: grant it SELECT on the table migrations.`;
}

function getCode(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}
