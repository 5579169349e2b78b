import type { QueryResult } from 'pg';
import { splitStatements } from '../../errors/sql-text.js';
import {
  type ConcurrentStep,
  parseConcurrentStep,
  findIndex,
  readIndexState,
  listReindexLeftovers,
} from './concurrent-index.js';
import {
  toMigrationError,
  MigrationNeedsDirectConnection,
  MigrationStatementRefused,
  MigrationStepsChanged,
} from './errors.js';
import {
  type Attempt,
  isCurrent,
  listParameters,
  createQueryRunner,
  recordFailure,
  type RunStatement,
  withRetries,
} from './in-transaction.js';
import type { Run } from './journal.js';
import { extendHashChain } from './known-migrations.js';
import { withTransactionLock } from './lock.js';
import type { Context } from './lock.js';
import { readCommand, setLocal, getTimeouts, type Statement } from './statement-kind.js';

/** Milliseconds between two looks for the session that blocks a statement without a lock_timeout. */
const LOOK_INTERVAL_MS = 5_000;

/**
 * Runs the statements of a migration without a transaction. Such a migration may depend only on its text and on the numbers of rows that
 * its statements changed. These numbers are recorded, so that a later run sees the same statements again and skips the completed ones.
 */
class StepStatements {
  /** Number of statements seen so far, including the current one. */
  ordinal = 0;
  /** The statement that is running or has failed. */
  current: Statement | undefined;
  firstError: unknown;
  /** Number of statements completed in this run and in the runs before it. */
  done: number;
  #hash = '';
  readonly #completed: readonly number[];

  constructor(
    private readonly context: Context,
    private readonly attempt: Attempt,
    private readonly interrupted: Run | undefined,
  ) {
    this.#completed = interrupted?.rowCounts ?? [];
    this.done = this.#completed.length;
  }

  readonly run: RunStatement = async (statement) => {
    try {
      assertAllowed(statement, this.attempt.migration.name);
      this.ordinal += 1;
      this.#hash = extendHashChain(this.#hash, statement.sql, statement.parameters);
      const rowCount = this.#completed[this.ordinal - 1];
      if (rowCount !== undefined) return this.skip(statement, rowCount);
      this.current = statement;
      const result = await (statement.kind === 'concurrent'
        ? this.runConcurrently(statement)
        : this.runInTransaction(statement));
      this.done = this.ordinal;
      this.current = undefined;
      return result;
    } catch (error) {
      this.firstError ??= error;
      throw error;
    }
  };

  /** @throws MigrationStepsChanged when the migration ended before it sent all statements that earlier runs completed */
  assertCaughtUp(): void {
    if (this.ordinal < this.#completed.length) throw this.createStepsChanged();
  }

  private skip({ sql }: Statement, rowCount: number): QueryResult {
    if (this.ordinal === this.#completed.length && this.#hash !== this.interrupted?.stepsHash)
      throw this.createStepsChanged();
    const command = readCommand(sql).split(' ')[0] ?? '';
    return { command, rowCount, rows: [], oid: 0, fields: [] };
  }

  private createStepsChanged(): MigrationStepsChanged {
    const { name } = this.attempt.migration;
    return new MigrationStepsChanged(
      `${name} was interrupted after statement ${this.#completed.length}, and the statements up to there were changed`,
      [name],
    );
  }

  private runInTransaction(statement: Statement): Promise<QueryResult> {
    const { connection, journal, watch, limits } = this.context;
    const { runId, migration } = this.attempt;
    return withRetries(this.context, migration.name, () =>
      withTransactionLock(this.context, async () => {
        await connection.query(setLocal(getTimeouts(statement.kind, false, limits)));
        const times = { first: limits.lockMs / 2, then: 1_000 };
        const result = await watch.runWatched(connection.backendPid, times, () =>
          connection.query(statement.sql, listParameters(statement)),
        );
        await journal.recordStep(runId, result.rowCount ?? 0, this.#hash);
        return result;
      }),
    );
  }

  /** Runs without a statement_timeout: a cancelled build leaves an invalid index. */
  private async runConcurrently(statement: Statement): Promise<QueryResult> {
    const { connection, journal, watch, notice } = this.context;
    const { runId, migration } = this.attempt;
    const step = parseConcurrentStep(statement.sql, migration.name);
    const result = await withRetries(this.context, migration.name, async () => {
      if (await this.isCompleted(step))
        return { ...EMPTY_RESULT, command: readCommand(statement.sql).split(' ')[0] ?? '' };
      const onSeen = (): void => {
        notice(
          `${migration.name}: ${readCommand(statement.sql)} CONCURRENTLY waits for ${watch.last ?? 'another session'}`,
        );
      };
      const times = { first: LOOK_INTERVAL_MS, then: LOOK_INTERVAL_MS };
      return watch.runWatched(connection.backendPid, times, () => connection.query(statement.sql), onSeen);
    });
    await withTransactionLock(this.context, () => journal.recordStep(runId, 0, this.#hash));
    return result;
  }

  /**
   * Returns true if an interrupted run has already completed the statement. Otherwise drops the invalid indexes that block it, and
   * records the statement as begun if its outcome can be read from the catalog.
   */
  private async isCompleted(step: ConcurrentStep): Promise<boolean> {
    const begun = this.interrupted?.begun === this.ordinal;
    if (step.does === 'create') {
      const state = await readIndexState(this.context, step.index, step.table);
      if (state === 'valid') return begun || step.unlessThere;
      if (state === 'invalid') await this.dropInvalid(await findIndex(this.context, step.index, step.table));
      await this.recordBegin();
    } else if (step.does === 'drop') {
      if ((await readIndexState(this.context, step.index)) === 'absent') return begun;
      await this.recordBegin();
    } else if (step.does === 'reindex') {
      for (const index of await listReindexLeftovers(this.context, step.what, step.name)) await this.dropInvalid(index);
    }
    return false;
  }

  private async dropInvalid(index: string): Promise<void> {
    this.context.notice(`${this.attempt.migration.name}: the index ${index} is unfinished; dropping it`);
    await this.context.connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
  }

  private async recordBegin(): Promise<void> {
    await withTransactionLock(this.context, () => this.context.journal.begin(this.attempt.runId, this.ordinal));
  }
}

const EMPTY_RESULT: QueryResult = { command: '', rowCount: null, rows: [], oid: 0, fields: [] };

function assertAllowed({ sql, kind }: Statement, migration: string): void {
  const createError = (what: string, advice: string): MigrationStatementRefused =>
    new MigrationStatementRefused(`${migration}: ${what} in a migration without a transaction`, [migration], advice);
  if (
    kind === 'read' ||
    splitStatements(sql).some((statement) =>
      statement.some(({ kind, text }) => kind === 'word' && /^returning$/i.test(text)),
    )
  ) {
    throw createError(
      `${readCommand(sql)} would return rows`,
      'such a migration may depend only on its text and on the numbers of rows changed; put the condition into the statement (WHERE, DO)',
    );
  }
  if (kind === 'transaction' || kind === 'savepoint' || kind === 'session' || kind === 'local') {
    throw createError(
      `${readCommand(sql)} would have no effect on other statements`,
      'remove it, because each statement is its own transaction',
    );
  }
}

/**
 * Applies or reverts a migration without a transaction. Each statement runs in its own transaction, which also records it as completed, so
 * that a later run continues with the first incomplete statement. A statement that cannot run inside a transaction (CREATE INDEX
 * CONCURRENTLY) is recorded as begun first, and its outcome is read from the catalog.
 *
 * @param interrupted the run that this attempt resumes
 * @returns false when another process has changed the applied migrations since the plan was made: nothing was done
 * @throws MigrationNeedsDirectConnection, MigrationStepsChanged, and as runInTransaction
 */
export async function runStepByStep(
  context: Context,
  attempt: Attempt,
  interrupted: Run | undefined,
): Promise<boolean> {
  const { migration, direction, runId } = attempt;
  const steps = new StepStatements(context, attempt, interrupted);
  try {
    assertDirectConnection(context, attempt);
    await migration.instance[direction](createQueryRunner(context.dataSource, steps.run, false));
    steps.assertCaughtUp();
    return await withTransactionLock(context, async () => {
      const current = await isCurrent(context, attempt);
      if (current) await context.journal.finish(runId, migration, direction, steps.ordinal);
      else await context.journal.forget(runId);
      return current;
    });
  } catch (error) {
    const first = steps.firstError ?? error;
    const { ordinal, current, done } = steps;
    await recordFailure(context, runId, first, done);
    const state = `${done} of its statements are completed and stay; the next run continues after them`;
    throw toMigrationError(first, { migration: migration.name, ordinal, statement: current, state });
  }
}

/** Throws behind a pooler: the lock must be held from the first statement to the last, which needs a session of its own. */
function assertDirectConnection({ connection }: Context, { migration }: Attempt): void {
  if (!connection.pooled) return;
  throw new MigrationNeedsDirectConnection(
    `${migration.name} runs without a transaction and cannot run through a pooler such as PgBouncer`,
    [migration.name],
  );
}
