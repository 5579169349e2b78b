import type { QueryResult } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { rawQueryRunner } from '../../connection/query-runner.js';
import { getSqlState } from '../../errors/translate.js';
import { toMigrationError, isRetryable, MigrationBlocked, MigrationStatementRefused } from './errors.js';
import type { KnownMigration } from './known-migrations.js';
import { withTransactionLock, WaitBudget } from './lock.js';
import type { Context } from './options.js';
import {
  readCommand,
  classifySql,
  setLocal,
  type StatementKind,
  type Timeouts,
  getTimeouts,
} from './statement-kind.js';

/** A statement of a migration, on its way to the database. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly kind: StatementKind;
}

export type RunStatement = (statement: Statement) => Promise<QueryResult>;

/** Fields of TypeORM's own query runners (1.1, BaseQueryRunner and PostgresQueryRunner). */
interface Inside {
  databaseConnection: unknown;
  isTransactionActive: boolean;
  transactionDepth: number;
}

/**
 * TypeORM's query runner for one migration. What it would send to a connection of its pool goes to `run`. Told that it is inside a
 * transaction, it makes savepoints of the transactions that the migration begins.
 */
export function createQueryRunner(dataSource: DataSource, run: RunStatement, inTransaction: boolean): QueryRunner {
  // Its errors in full: `failureOf` takes from them what may be said.
  const queryRunner = rawQueryRunner(dataSource);
  const inside: Inside = {
    databaseConnection: {
      query: (sql: unknown, parameters?: readonly unknown[]) => {
        if (typeof sql !== 'string') throw new MigrationStatementRefused('A migration cannot stream rows');
        return run({ sql, parameters: parameters ?? [], kind: classifySql(sql) });
      },
    },
    isTransactionActive: inTransaction,
    transactionDepth: inTransaction ? 1 : 0,
  };
  return Object.assign(queryRunner, inside);
}

/** Without parameters the text may hold several statements. */
export function listParameters({ parameters }: Statement): readonly unknown[] | undefined {
  return parameters.length > 0 ? parameters : undefined;
}

/** The statements of a migration in one transaction, each within the limits of its kind. */
export class TransactionStatements {
  /** Statements sent so far, the one under way included. */
  ordinal = 0;
  /** The one under way, or that failed. */
  current: Statement | undefined;
  /** The first thing that went wrong: after it the transaction is lost, whatever the migration makes of it. */
  firstError: unknown;
  #behindDdl = false;
  #timeouts: Timeouts | undefined;
  #pid: number | undefined;
  /** Settings that the migration has taken into its own hands. */
  readonly #own = new Set<string>();

  constructor(
    private readonly context: Context,
    private readonly migration: string,
  ) {}

  readonly run: RunStatement = async (statement) => {
    const { connection, watch, limits } = this.context;
    this.ordinal += 1;
    this.current = statement;
    try {
      refuse(statement, this.migration);
      await this.setTimeouts(statement);
      const times = { first: limits.lockMs / 2, then: 1_000 };
      const pid = await this.pid();
      const result = await watch.runWatched(pid, times, () =>
        connection.query(statement.sql, listParameters(statement)),
      );
      if (statement.kind === 'ddl') this.#behindDdl = true;
      // It took our own settings back with it.
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
      for (const [name] of sql.toLowerCase().matchAll(/\b(?:lock|statement)_timeout\b/g)) this.#own.add(name);
      return;
    }
    const wanted = getTimeouts(kind, this.#behindDdl, this.context.limits);
    if (this.#timeouts?.lock === wanted.lock && this.#timeouts.statement === wanted.statement) return;
    await this.context.connection.query(setLocal(wanted, this.#own));
    this.#timeouts = wanted;
  }

  /** Behind a pooler it is another one in each transaction. */
  private async pid(): Promise<number> {
    const { connection } = this.context;
    if (!connection.pooled) return connection.backendPid;
    this.#pid ??= (await connection.queryRows<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid ?? 0;
    return this.#pid;
  }
}

function refuse({ sql, kind }: Statement, migration: string): void {
  const about = (what: string, advice: string): MigrationStatementRefused =>
    new MigrationStatementRefused(`${migration}: ${what}`, [migration], advice);
  if (kind === 'transaction') {
    throw about(
      `${readCommand(sql)} would end the transaction that the migration runs in`,
      'leave it out, or declare transaction = false',
    );
  }
  if (kind === 'session') {
    throw about(`${readCommand(sql)} would change settings for whatever comes after the migration`, 'use SET LOCAL');
  }
  if (kind === 'concurrent') {
    throw about(
      `${readCommand(sql)} (CONCURRENTLY) cannot run inside a transaction`,
      'put it into a migration that declares transaction = false',
    );
  }
}

export type Direction = 'down' | 'up';

/** An attempt that is recorded in the journal. */
export interface Attempt {
  readonly runId: string;
  readonly migration: KnownMigration;
  readonly direction: Direction;
  /** Names of the applied migrations when it was decided to make this attempt. */
  readonly applied: readonly string[];
}

/** Milliseconds before what found its tables in use is tried again: longer each time. */
const RETRY = { first: 200, growth: 1.5, most: 1_500 } as const;

/**
 * Applies a migration, or takes it back, in one transaction that also records it: all of it happens, or nothing.
 *
 * @returns false when another process was faster: nothing was done.
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
    const state = 'Its transaction was rolled back and nothing of it is left';
    throw toMigrationError(error, { migration: migration.name, ordinal, statement: current, state });
  }
}

/**
 * Does again what met a lock or a deadlock, naming who was in the way, until it is too late.
 *
 * @throws MigrationBlocked, and whatever else the work throws
 */
export async function withRetries<T>(context: Context, name: string, work: () => Promise<T>): Promise<T> {
  const waitBudget = new WaitBudget(context.maxWaitMs, context.notice);
  for (let pause: number = RETRY.first; ; pause = Math.min(RETRY.most, pause * RETRY.growth)) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const what = getSqlState(error) === '55P03' ? 'a table is in use' : 'another transaction is in the way';
      const who = context.watch.last === undefined ? '' : ` by ${context.watch.last}`;
      if (waitBudget.exhausted)
        throw new MigrationBlocked(`${name} waited ${waitBudget.seconds} s: ${what}${who}`, [name]);
      await waitBudget.waitForNextTry(pause, () => `${name}: ${what}${who}; taken back, trying again`);
    }
  }
}

/** Under the lock: are the applied migrations those that the decision was made for? */
export async function isCurrent({ journal }: Context, { applied }: Attempt): Promise<boolean> {
  const now = (await journal.read()).applied.map(({ name }) => name);
  return now.length === applied.length && now.every((name, place) => name === applied[place]);
}

/** As far as that is possible: a lost connection leaves the attempt unfinished in the journal, which says enough. */
export async function recordFailure(context: Context, id: string, error: unknown, step: number): Promise<void> {
  const { connection, journal } = context;
  if (!connection.lost) await journal.recordFailure(id, getSqlState(error), step).catch(() => undefined);
}
