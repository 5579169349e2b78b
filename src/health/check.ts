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

/** What a health check found; what `/health` answers and `npm run health` prints. Holds no secret. */
export interface HealthReport {
  /**
   * `error` when the database does not answer in time, lacks a migration of this build, has another encoding or settings that
   * cannot be used, or takes no writes (a standby, default_transaction_read_only) though the role may write.
   */
  readonly status: 'ok' | 'error';
  /** Why not `ok`, in one line that says what to do; absent when `ok`. */
  readonly reason?: string;
  readonly database: DatabaseHealth;
  readonly migrations: MigrationHealth;
}

export interface DatabaseHealth {
  /** Whether it answered in time, whatever the state of its schema. */
  readonly ok: boolean;
  /** Milliseconds to connect, log in and answer one statement; null when it did not answer. */
  readonly latencyMs: number | null;
  /** The server's, e.g. `18.4`; null when it did not answer. */
  readonly version: string | null;
}

export interface MigrationHealth {
  /** Applied to the database, those of a newer build included; null when unknown. */
  readonly applied: number | null;
  /** Of this build, and not applied; null when unknown. */
  readonly pending: number | null;
}

/** The report when nothing could be learnt but why. */
export function createUnknownReport(reason: string): HealthReport {
  return {
    status: 'error',
    reason,
    database: { ok: false, latencyMs: null, version: null },
    migrations: { applied: null, pending: null },
  };
}

/** SQLSTATE: statement_timeout struck. */
const QUERY_CANCELED = '57014';

export interface HealthCheckOptions {
  /** Milliseconds the whole check may take, connecting included; slower is an error. Default 500. */
  timeoutMs?: number;
}

/**
 * A function that asks: does the database answer in time, does it have every migration of this build, and may it be written, where
 * the role writes? It never throws.
 *
 * Each check opens a connection of its own and closes it: a busy pool is not a dead database, and an open connection says
 * nothing about a new one. Checks that run at once share one answer. The DataSource need not be initialised.
 *
 * Migrations this build does not know are fine: during a rolling deployment the newer build has migrated already.
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
    // Ends a statement on the server; the deadline below ends everything else, whatever the server does.
    statement_timeout: timeoutMs,
  });
  const socket = open() as Socket;
  const client = new SessionClient({
    ...options,
    application_name: 'shared-db health',
    stream: () => socket,
  });
  client.on('error', () => undefined);
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    socket.destroy();
  }, timeoutMs);
  const explain = (error: unknown): string => explainFailure(error, late, dataSource, timeoutMs);
  try {
    const { database, readOnly } = await askDatabase(client);
    try {
      await assertSchemaExists(client, dataSource);
      const { table, applied } = await readAppliedMigrations(
        async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows,
        { schema: getSchema(dataSource), table: getMigrationsTable(dataSource) },
      );
      if (table === 'hidden') return { ...createUnknownReport(explainHidden(dataSource)), database };
      return assess({ database, readOnly }, applied, dataSource);
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

/** What a role that may write anything must know; a role that only reads is well on a standby. */
const QUESTION = `SELECT current_setting('server_version') AS version, ${ACCESS_COLUMNS}, EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE')) AS writes`;

interface Found {
  readonly database: DatabaseHealth;
  /** Why a role that writes can write nothing; undefined where it can. */
  readonly readOnly: string | undefined;
}

async function askDatabase(client: Client): Promise<Found> {
  const begin = performance.now();
  await client.connect();
  const { rows } = await client.query<Access & { version: string; writes: boolean }>(QUESTION);
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

function assess(
  { database, readOnly }: Found,
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
      ? `The database at ${place} takes no writes: ${readOnly}.`
      : `The database at ${place} is behind: ${pending} of ${known.length} migrations pending; run migration:run.`;
  return { status: 'error', reason, database, migrations };
}

function explainFailure(error: unknown, late: boolean, dataSource: DataSource, timeoutMs: number): string {
  const address = getAddress(dataSource);
  const place = `The database at ${describeAddress(address)}`;
  const code = late ? QUERY_CANCELED : getCode(error);
  if (code === QUERY_CANCELED) return `${place} does not answer within ${timeoutMs} ms: check its load and its log.`;
  return toConnectionFailure(error, address).message;
}

function explainHidden(dataSource: DataSource): string {
  const place = `The database at ${describeAddress(getAddress(dataSource))}`;
  return `${place} hides its migrations: grant SELECT on that table to this user.`;
}

function getCode(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}
