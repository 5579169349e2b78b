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
import { Journal } from './journal.js';
import { describeMigrations } from './known-migrations.js';
import { type Context, LIMITS, type RevertOptions } from './options.js';

/** After the first line about one wait: milliseconds between two of them. */
const NOTICE_EVERY = 5_000;

/** Waits for somebody else until a deadline, and says so: at once, then every few seconds. */
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

  /** In seconds, for messages. */
  get seconds(): number {
    return Math.round(this.maxWaitMs / 1_000);
  }

  /** Between half and one and a half of the time, so that those who wait for the same thing do not all come back at once. */
  async waitForNextTry(ms: number, describe: () => string | Promise<string>): Promise<void> {
    if (performance.now() >= this.#nextNotice) {
      this.#nextNotice = performance.now() + NOTICE_EVERY;
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

/** Who is in the way of a server process, the one first that has been at it longest. */
/** Milliseconds that the watch waits for a connection of its own. */
const WATCH_WAIT_MS = 10_000;

const BLOCKERS = `
SELECT b.pid, application_name AS name, state, query, (count(*) OVER ())::int - 1 AS others,
       round(extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start)))::int AS seconds
FROM (SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid) b LEFT JOIN pg_stat_activity USING (pid)
ORDER BY xact_start NULLS LAST LIMIT 1`;

/**
 * Looks, over a connection of its own, who keeps a statement waiting: afterwards PostgreSQL does not say it any more. Opened when
 * something waits for the first time. Whatever goes wrong here explains less, and stops nothing.
 */
export class BlockerWatch {
  #connection: Promise<MigratorConnection> | undefined;
  #last: string | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** Who kept the last statement waiting, in words; undefined: nobody was seen. */
  get last(): string | undefined {
    return this.#last;
  }

  /**
   * @param pid server process that runs the work
   * @param times milliseconds after which to look for the first time, and then again
   */
  async runWatched<T>(
    pid: number,
    times: { first: number; then: number },
    work: () => Promise<T>,
    onSeen?: () => void,
  ): Promise<T> {
    this.#last = undefined;
    let timer: NodeJS.Timeout;
    let over = false;
    const look = async (): Promise<void> => {
      const seen = await this.look(pid);
      if (seen !== undefined) {
        this.#last = seen;
        onSeen?.();
      }
      if (!over) timer = setTimeout(() => void look(), times.then);
    };
    timer = setTimeout(() => void look(), times.first);
    try {
      return await work();
    } finally {
      over = true;
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
  const who = `pid ${pid}${name === null || name === '' ? '' : ` (${name})`}`;
  const since = seconds === null ? '' : ` for ${seconds} s`;
  const doing = state === null ? '' : state === 'active' ? `, working${since}` : `, ${state}${since}`;
  const what = query === null || query === '' ? '' : `: ${removeLiterals(query)}`;
  return `${who}${doing}${what}${others > 0 ? ` (and ${others} more)` : ''}`;
}

/** The first of two 32-bit keys: "anto" in ASCII. */
const LOCK_SPACE = 0x616e746f;

/**
 * The keys of the advisory lock of whoever changes a schema, in the database where it is. Each schema has its own: two of them
 * are migrated at the same time. Should two names have the same keys, one waits for the other.
 */
export function createLockSql(schema: string): readonly [number, number] {
  return [LOCK_SPACE, createHash('sha256').update(schema).digest().readInt32BE(0)];
}

/** Milliseconds between two attempts; each is a statement of its own, so that nobody waits for those who wait. */
const POLL = 100;

/**
 * Takes the lock for as long as the connection lives. It is the connection that does the work: when it dies, lock and work end
 * together.
 *
 * @throws MigrationLockTimeout
 */
async function takeSessionLock(context: Context): Promise<void> {
  const { connection, schema } = context;
  const waitBudget = new WaitBudget(context.maxWaitMs, context.notice);
  const keys = createLockSql(schema).join(', ');
  while (!(await isAcquired(connection, `SELECT pg_try_advisory_lock(${keys}) AS got`)))
    await wait(context, waitBudget);
}

/**
 * A transaction that holds the lock until its end. What commits in it was decided under the lock, behind a pooler too, and
 * whoever else holds the lock, for a session or for a transaction, is waited for.
 *
 * @param work that neither commits nor rolls back
 * @param end what becomes of it
 * @throws MigrationLockTimeout, MigrationNeedsDirectConnection, and what the work throws, after a rollback
 */
export async function withTransactionLock<T>(
  context: Context,
  work: () => Promise<T>,
  end: 'commit' | 'rollback' = 'commit',
): Promise<T> {
  const { connection, schema } = context;
  const waitBudget = new WaitBudget(context.maxWaitMs, context.notice);
  const keys = createLockSql(schema).join(', ');
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
    throw new MigrationNeedsDirectConnection('Another server process than before answers on the connection');
  }
  return row?.got === true;
}

async function wait(context: Context, waitBudget: WaitBudget): Promise<void> {
  if (waitBudget.exhausted) {
    throw new MigrationLockTimeout(
      `Another process has been migrating the schema ${context.schema} for ${waitBudget.seconds} s (${await findHolder(context)})`,
    );
  }
  await waitBudget.waitForNextTry(
    POLL,
    async () => `waiting for another process that migrates: ${await findHolder(context)}`,
  );
}

async function findHolder({ connection, schema }: Context): Promise<string> {
  const [row] = await connection.queryRows<{ pid: number; name: string | null; seconds: number | null }>(
    `SELECT pid, application_name AS name, round(extract(epoch FROM clock_timestamp() - backend_start))::int AS seconds
     FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid::int = $1 AND objid::int = $2 AND objsubid = 2 AND granted
       AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    createLockSql(schema),
  );
  if (row === undefined) return 'it has just ended';
  const since = row.seconds === null ? '' : `, connected for ${row.seconds} s`;
  return `pid ${row.pid}, ${row.name === null || row.name === '' ? 'without a name' : row.name}${since}`;
}

const DEFAULT_MAX_WAIT_MS = 600_000;

/**
 * Does the work as the only one who changes the schema. On a direct connection nobody else begins until the work is over;
 * behind a pooler others may come between two of its transactions, which is why each decides anew what is to be done.
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
      journal: new Journal(connection, schema),
      known: describeMigrations(dataSource, checksums),
      limits: { ...LIMITS, ...limits },
      accept: new Set(accept),
    };
    // Behind a pooler a session lock would outlive us, in the hands of whoever gets the server's process next.
    if (connection.pooled) notice('a pooler stands before the database: each migration takes the lock by itself');
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
