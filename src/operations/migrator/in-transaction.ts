import type { QueryResult } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { rawQueryRunner } from '../../connection/query-runner.js';
import { getSqlState } from '../../errors/translate.js';
import { toMigrationError, isRetryable, MigrationBlocked, MigrationStatementRefused } from './errors.js';
import type { KnownMigration } from './known-migrations.js';
import { withTransactionLock, WaitBudget } from './lock.js';
import type { Context } from './lock.js';
import { readCommand, classifySql, setLocal, type Statement, type Timeouts, getTimeouts } from './statement-kind.js';

export type RunStatement = (statement: Statement) => Promise<QueryResult>;

/** Internal fields of TypeORM's query runners (1.1, BaseQueryRunner and PostgresQueryRunner). */
interface QueryRunnerInternals {
  databaseConnection: unknown;
  isTransactionActive: boolean;
  transactionDepth: number;
}

/**
 * Creates the TypeORM query runner for one migration. It passes every statement to `run` instead of a pooled connection.
 *
 * @param inTransaction true: transactions that the migration begins become savepoints
 */
export function createQueryRunner(dataSource: DataSource, run: RunStatement, inTransaction: boolean): QueryRunner {
  // Its errors are not redacted here: `toMigrationError` removes the values.
  const queryRunner = rawQueryRunner(dataSource);
  const internals: QueryRunnerInternals = {
    databaseConnection: {
      query: (sql: unknown, parameters?: readonly unknown[]) => {
        if (typeof sql !== 'string') throw new MigrationStatementRefused('A migration cannot stream rows');
        return run({ sql, parameters: parameters ?? [], kind: classifySql(sql) });
      },
    },
    isTransactionActive: inTransaction,
    transactionDepth: inTransaction ? 1 : 0,
  };
  return Object.assign(queryRunner, internals);
}

/** Returns undefined where there are none: only a query without parameters may contain several statements. */
export function listParameters({ parameters }: Statement): readonly unknown[] | undefined {
  return parameters.length > 0 ? parameters : undefined;
}

/** Runs the statements of a migration in one transaction, each with the timeouts of its kind. */
export class TransactionStatements {
  /** Number of statements sent so far, including the current one. */
  ordinal = 0;
  /** The statement that is running or has failed. */
  current: Statement | undefined;
  /** The first error. It aborts the transaction even if the migration catches it. */
  firstError: unknown;
  #afterDdl = false;
  #timeouts: Timeouts | undefined;
  #pid: number | undefined;
  /** Names of the timeouts that the migration sets itself. */
  readonly #ownTimeouts = new Set<string>();

  constructor(
    private readonly context: Context,
    private readonly migration: string,
  ) {}

  readonly run: RunStatement = async (statement) => {
    const { connection, watch, limits } = this.context;
    this.ordinal += 1;
    this.current = statement;
    try {
      assertAllowed(statement, this.migration);
      await this.setTimeouts(statement);
      const times = { first: limits.lockMs / 2, then: 1_000 };
      const pid = await this.readPid();
      const result = await watch.runWatched(pid, times, () =>
        connection.query(statement.sql, listParameters(statement)),
      );
      if (statement.kind === 'ddl') this.#afterDdl = true;
      // ROLLBACK TO SAVEPOINT also reverts SET LOCAL, so the timeouts are set again.
      if (statement.kind === 'savepoint') this.#timeouts = undefined;
      this.current = undefined;
      return result;
    } catch (error) {
      this.firstError ??= error;
      throw error;
    }
  };

  private async setTimeouts({ sql, kind }: Statement): Promise<void> {
    if (kind === 'local') {
      for (const [name] of sql.toLowerCase().matchAll(/\b(?:lock|statement)_timeout\b/g)) this.#ownTimeouts.add(name);
      return;
    }
    const wanted = getTimeouts(kind, this.#afterDdl, this.context.limits);
    if (this.#timeouts?.lock === wanted.lock && this.#timeouts.statement === wanted.statement) return;
    await this.context.connection.query(setLocal(wanted, this.#ownTimeouts));
    this.#timeouts = wanted;
  }

  /** Reads the process id of the server process, which changes with each transaction behind a pooler. */
  private async readPid(): Promise<number> {
    const { connection } = this.context;
    if (!connection.pooled) return connection.backendPid;
    this.#pid ??= (await connection.queryRows<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid ?? 0;
    return this.#pid;
  }
}

function assertAllowed({ sql, kind }: Statement, migration: string): void {
  const createError = (what: string, advice: string): MigrationStatementRefused =>
    new MigrationStatementRefused(`${migration}: ${what}`, [migration], advice);
  if (kind === 'transaction') {
    throw createError(
      `${readCommand(sql)} would end the transaction that the migration runs in`,
      'remove it, or declare transaction = false',
    );
  }
  if (kind === 'session') {
    throw createError(`${readCommand(sql)} would change settings beyond the end of the migration`, 'use SET LOCAL');
  }
  if (kind === 'concurrent') {
    throw createError(
      `${readCommand(sql)} (CONCURRENTLY) cannot run inside a transaction`,
      'move it to a migration that declares transaction = false',
    );
  }
}

export type Direction = 'down' | 'up';

/** An attempt to apply or revert a migration, recorded in the journal. */
export interface Attempt {
  readonly runId: string;
  readonly migration: KnownMigration;
  readonly direction: Direction;
  /** Names of the applied migrations when this attempt was planned. */
  readonly applied: readonly string[];
}

/** Pause before a retry, in milliseconds: each pause is longer than the one before, up to the maximum. */
const RETRY = { first: 200, growth: 1.5, max: 1_500 } as const;

/**
 * Applies or reverts a migration in one transaction that also records it.
 *
 * @returns false when another process has changed the applied migrations since the plan was made: nothing was done
 * @throws MigrationBlocked, MigrationFailed, MigrationInterrupted, MigrationStatementRefused, MigrationLockTimeout
 */
export async function runInTransaction(context: Context, attempt: Attempt): Promise<boolean> {
  const { migration, direction, runId } = attempt;
  let statements = new TransactionStatements(context, migration.name);
  try {
    return await withRetries(context, migration.name, async () => {
      statements = new TransactionStatements(context, migration.name);
      try {
        return await withTransactionLock(context, async () => {
          if (!(await isCurrent(context, attempt))) {
            await context.journal.forget(runId);
            return false;
          }
          await migration.instance[direction](createQueryRunner(context.dataSource, statements.run, true));
          await context.journal.finish(runId, migration, direction, statements.ordinal);
          return true;
        });
      } catch (error) {
        throw statements.firstError ?? error;
      }
    });
  } catch (error) {
    const { ordinal, current } = statements;
    await recordFailure(context, runId, error, Math.max(0, ordinal - 1));
    const state = 'Its transaction was rolled back and nothing was changed';
    throw toMigrationError(error, { migration: migration.name, ordinal, statement: current, state });
  }
}

/**
 * Retries the work after lock timeouts, deadlocks and serialization failures, until the wait limit is reached. Notices name the
 * blocking session.
 *
 * @param name shown in notices and errors
 * @throws MigrationBlocked, and every other error of the work
 */
export async function withRetries<T>(context: Context, name: string, work: () => Promise<T>): Promise<T> {
  const waitBudget = new WaitBudget(context.maxWaitMs, context.notice);
  for (let pause: number = RETRY.first; ; pause = Math.min(RETRY.max, pause * RETRY.growth)) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const reason = describeConflict(error, context.watch.last);
      if (waitBudget.exhausted) throw new MigrationBlocked(`${name} waited ${waitBudget.seconds} s: ${reason}`, [name]);
      await waitBudget.waitForNextTry(pause, () => `${name}: ${reason}; rolled back, trying again`);
    }
  }
}

function describeConflict(error: unknown, blocker: string | undefined): string {
  if (getSqlState(error) === '55P03') return `a table is in use${blocker === undefined ? '' : ` by ${blocker}`}`;
  return `it conflicts with another transaction${blocker === undefined ? '' : `, of ${blocker}`}`;
}

/** Returns true if the applied migrations are still those of the plan. Call it under the lock. */
export async function isCurrent({ journal }: Context, { applied }: Attempt): Promise<boolean> {
  const now = (await journal.read()).applied.map(({ name }) => name);
  return now.length === applied.length && now.every((name, index) => name === applied[index]);
}

/** Records a failure. After a lost connection nothing can be recorded: the attempt stays unfinished in the journal. */
export async function recordFailure(context: Context, id: string, error: unknown, step: number): Promise<void> {
  const { connection, journal } = context;
  if (!connection.lost) await journal.recordFailure(id, getSqlState(error), step).catch(() => undefined);
}
