import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { getSchema } from '../../connection/client.js';
import { removeLiterals } from '../../errors/sql-text.js';
import { toDatabaseError } from '../../errors/translate.js';
import { assertWritable, MigratorConnection } from './connection.js';
import {
  isConnectionLost,
  MigrationInterrupted,
  MigrationLockTimeout,
  MigrationNeedsDirectConnection,
} from './errors.js';
import { getMigrationsTable, Journal } from './journal.js';
import { describeMigrations, type KnownMigration } from './known-migrations.js';
import { LIMITS, type MigrationLimits, type RevertOptions } from './options.js';

/** The connection, options and migrations of one run of the migrator. */
export interface Context {
  readonly dataSource: DataSource;
  /** The schema that is migrated. */
  readonly schema: string;
  readonly connection: MigratorConnection;
  readonly journal: Journal;
  readonly watch: BlockerWatch;
  readonly known: readonly KnownMigration[];
  readonly limits: MigrationLimits;
  readonly maxWaitMs: number;
  /** Names of the migrations that the caller accepts as they are. */
  readonly accept: ReadonlySet<string>;
  /** The environment to record if the database has no environment row. */
  readonly environment: string | undefined;
  /** The name of the database, which the caller passes to confirm a revert. */
  readonly confirmedName: string | undefined;
  readonly notice: (line: string) => void;
}

/** Milliseconds between two notices about the same wait. */
const NOTICE_INTERVAL_MS = 5_000;

/** Limits how long the runner waits for other sessions. Reports the wait at once, then every few seconds. */
export class WaitBudget {
  readonly #deadline: number;
  #nextNotice = 0;

  constructor(
    readonly maxWaitMs: number,
    private readonly notice: (line: string) => void,
  ) {
    this.#deadline = performance.now() + maxWaitMs;
  }

  get exhausted(): boolean {
    return performance.now() >= this.#deadline;
  }

  /** The limit in seconds, for messages. */
  get seconds(): number {
    return Math.round(this.maxWaitMs / 1_000);
  }

  /** Sleeps for 50 to 150 % of the time, so that processes waiting for the same lock do not retry simultaneously. */
  async waitForNextTry(ms: number, describe: () => string | Promise<string>): Promise<void> {
    if (performance.now() >= this.#nextNotice) {
      this.#nextNotice = performance.now() + NOTICE_INTERVAL_MS;
      this.notice(await describe());
    }
    await sleep(ms * (0.5 + Math.random()));
  }
}

interface Blocker {
  readonly pid: number;
  readonly name: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
  readonly query: string | null;
  readonly others: number;
}

/** Milliseconds that the watch waits for its own connection. */
const WATCH_WAIT_MS = 10_000;

/** Selects the session that blocks a server process; of several, the one with the oldest transaction. */
const BLOCKERS = `
SELECT b.pid, application_name AS name, state, query, (count(*) OVER ())::int - 1 AS others,
       round(extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start)))::int AS seconds
FROM (SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid) b LEFT JOIN pg_stat_activity USING (pid)
ORDER BY xact_start NULLS LAST LIMIT 1`;

/**
 * Reads, on its own connection, which session blocks a statement while the statement waits: afterwards PostgreSQL no longer reports it.
 * The connection is opened at the first wait. Errors of the watch are ignored: messages then lack the blocker.
 */
class BlockerWatch {
  #connection: Promise<MigratorConnection> | undefined;
  #last: string | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** Describes the session that blocked the last statement; undefined: none was seen. */
  get last(): string | undefined {
    return this.#last;
  }

  /**
   * Runs the work and looks for sessions that block it.
   *
   * @param pid process id of the server process that runs the work
   * @param times milliseconds until the first look, and between later looks
   * @param onSeen called each time a blocking session is found
   */
  async runWatched<T>(
    pid: number,
    times: { first: number; then: number },
    work: () => Promise<T>,
    onSeen?: () => void,
  ): Promise<T> {
    this.#last = undefined;
    let timer: NodeJS.Timeout;
    let finished = false;
    const look = async (): Promise<void> => {
      const seen = await this.look(pid);
      if (seen !== undefined) {
        this.#last = seen;
        onSeen?.();
      }
      if (!finished) timer = setTimeout(() => void look(), times.then);
    };
    timer = setTimeout(() => void look(), times.first);
    try {
      return await work();
    } finally {
      finished = true;
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await (await this.#connection?.catch(() => undefined))?.close();
  }

  private async look(pid: number): Promise<string | undefined> {
    try {
      this.#connection ??= MigratorConnection.open(this.dataSource, WATCH_WAIT_MS, ' (watch)');
      const [blocker] = await (await this.#connection).queryRows<Blocker>(BLOCKERS, [pid]);
      return blocker && describe(blocker);
    } catch {
      return undefined;
    }
  }
}

function describe({ pid, name, state, seconds, query, others }: Blocker): string {
  if (pid === 0) return 'a prepared transaction (pg_prepared_xacts)';
  const session = `pid ${pid}${name === null || name === '' ? '' : ` (${name})`}`;
  const since = seconds === null ? '' : ` for ${seconds} s`;
  const activity = state === null ? '' : state === 'active' ? `, working${since}` : `, ${state}${since}`;
  const statement = query === null || query === '' ? '' : `: ${removeLiterals(query)}`;
  return `${session}${activity}${statement}${others > 0 ? ` (and ${others} more)` : ''}`;
}

/** The first of two 32-bit keys: "anto" in ASCII. */
const LOCK_NAMESPACE = 0x616e746f;

/**
 * Returns the two keys of the advisory lock that protects changes of a schema, in the database of that schema. Each schema has its own
 * lock, so that two schemas can be migrated at the same time; if their keys collide, one waits for the other.
 */
export function createLockKeys(schema: string): readonly [number, number] {
  return [LOCK_NAMESPACE, createHash('sha256').update(schema).digest().readInt32BE(0)];
}

/** Milliseconds between two attempts. The lock is polled with short statements, so that a waiting runner blocks no other session. */
export const POLL_INTERVAL_MS = 100;

/**
 * Takes the lock until the connection closes. The same connection runs the migrations: when it breaks, the lock and the work end
 * together.
 *
 * @throws MigrationLockTimeout
 */
async function takeSessionLock(context: Context): Promise<void> {
  const { connection, schema } = context;
  const waitBudget = new WaitBudget(context.maxWaitMs, context.notice);
  const keys = createLockKeys(schema).join(', ');
  while (!(await isAcquired(connection, `SELECT pg_try_advisory_lock(${keys}) AS got`)))
    await wait(context, waitBudget);
}

/**
 * Runs the work in a transaction that holds the lock until its end, so that decision and commit happen under the same lock, also behind
 * a pooler. Waits while another session or transaction holds the lock.
 *
 * @param work neither commits nor rolls back
 * @param end how the transaction ends after the work
 * @throws MigrationLockTimeout, MigrationNeedsDirectConnection, and what the work throws, after a rollback
 */
export async function withTransactionLock<T>(
  context: Context,
  work: () => Promise<T>,
  end: 'commit' | 'rollback' = 'commit',
): Promise<T> {
  const { connection, schema } = context;
  const waitBudget = new WaitBudget(context.maxWaitMs, context.notice);
  const keys = createLockKeys(schema).join(', ');
  for (;;) {
    await connection.begin(context.limits);
    try {
      if (await isAcquired(connection, `SELECT pg_try_advisory_xact_lock(${keys}) AS got, pg_backend_pid() AS pid`)) {
        const result = await work();
        await connection[end]();
        return result;
      }
    } catch (error) {
      await connection.rollback();
      throw error;
    }
    await connection.rollback();
    await wait(context, waitBudget);
  }
}

async function isAcquired(connection: MigratorConnection, sql: string): Promise<boolean> {
  const [row] = await connection.queryRows<{ got: boolean; pid?: number }>(sql);
  if (!connection.pooled && row?.pid !== undefined && row.pid !== connection.backendPid) {
    throw new MigrationNeedsDirectConnection('The connection was moved to another server process, as a pooler does');
  }
  return row?.got === true;
}

async function wait(context: Context, waitBudget: WaitBudget): Promise<void> {
  if (waitBudget.exhausted) {
    throw new MigrationLockTimeout(
      `Waited ${waitBudget.seconds} s for another process that migrates the schema ${context.schema} (${await findHolder(context)})`,
    );
  }
  await waitBudget.waitForNextTry(
    POLL_INTERVAL_MS,
    async () => `waiting for another process that migrates: ${await findHolder(context)}`,
  );
}

async function findHolder({ connection, schema }: Context): Promise<string> {
  const [row] = await connection.queryRows<{ pid: number; name: string | null; seconds: number | null }>(
    `SELECT pid, application_name AS name, round(extract(epoch FROM clock_timestamp() - backend_start))::int AS seconds
     FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid::int = $1 AND objid::int = $2 AND objsubid = 2 AND granted
       AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    createLockKeys(schema),
  );
  if (row === undefined) return 'it has just ended';
  const since = row.seconds === null ? '' : `, connected for ${row.seconds} s`;
  return `pid ${row.pid}, ${row.name === null || row.name === '' ? 'without application_name' : row.name}${since}`;
}

const DEFAULT_MAX_WAIT_MS = 600_000;

/**
 * Runs the work under the migration lock of the schema. On a direct connection no other runner begins until the work has ended. Behind a
 * pooler another runner may migrate between two transactions of the work, so each transaction reads the applied migrations again.
 *
 * @throws ConnectionFailure, UnsupportedDatabase, ReadOnly, MigrationNeedsDirectConnection, MigrationLockTimeout, and what the work throws
 */
export async function withMigrationLock<T>(
  dataSource: DataSource,
  options: RevertOptions,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const {
    maxWaitMs = DEFAULT_MAX_WAIT_MS,
    accept = [],
    onNotice: notice = () => undefined,
    limits,
    checksums,
    confirmedName,
    environment,
  } = options;
  const schema = getSchema(dataSource);
  const connection = await MigratorConnection.open(dataSource, maxWaitMs);
  const watch = new BlockerWatch(dataSource);
  try {
    await assertWritable(connection, dataSource);
    const context: Context = {
      ...{ dataSource, schema, connection, watch, maxWaitMs, environment, confirmedName, notice },
      journal: new Journal(connection, { schema, table: getMigrationsTable(dataSource) }),
      known: describeMigrations(dataSource, checksums),
      limits: { ...LIMITS, ...limits },
      accept: new Set(accept),
    };
    // Behind a pooler a session lock would outlive this connection: the next client of the server process would hold it.
    if (connection.pooled)
      notice('the connection goes through a pooler: each migration takes the lock in its own transaction');
    else await takeSessionLock(context);
    return await work(context);
  } catch (error) {
    if (isConnectionLost(error)) throw new MigrationInterrupted('The connection was lost before or between migrations');
    throw toDatabaseError(error) ?? error;
  } finally {
    await watch.close();
    await connection.close();
  }
}
