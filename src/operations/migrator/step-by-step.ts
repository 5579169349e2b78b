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
  type Statement,
  withRetries,
} from './in-transaction.js';
import type { Run } from './journal.js';
import { extendHashChain } from './known-migrations.js';
import { withTransactionLock } from './lock.js';
import type { Context } from './options.js';
import { readCommand, setLocal, getTimeouts } from './statement-kind.js';

/** Milliseconds between two looks at what keeps a statement waiting that may wait as long as it likes. */
const LOOK_EVERY = 5_000;

/**
 * The statements of a migration without transaction. What such a migration does must follow from its text and from how many rows
 * its statements changed, and nothing else: that is recorded, so a later run passes over what is done and meets the same statements
 * again.
 */
class StepStatements {
  /** Statements met so far, the one under way included. */
  ordinal = 0;
  /** The one under way, or that failed. */
  current: Statement | undefined;
  firstError: unknown;
  /** Statements done, in this run or before it. */
  done: number;
  #hash = '';
  readonly #before: readonly number[];

  constructor(
    private readonly context: Context,
    private readonly attempt: Attempt,
    private readonly stopped: Run | undefined,
  ) {
    this.#before = stopped?.rowCounts ?? [];
    this.done = this.#before.length;
  }

  readonly run: RunStatement = async (statement) => {
    try {
      refuse(statement, this.attempt.migration.name);
      this.ordinal += 1;
      this.#hash = extendHashChain(this.#hash, statement.sql, statement.parameters);
      const before = this.#before[this.ordinal - 1];
      if (before !== undefined) return this.passOver(statement, before);
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

  /** @throws MigrationStepsChanged when the migration ended before it met all that was done before */
  assertCaughtUp(): void {
    if (this.ordinal < this.#before.length) throw this.assertUnchanged();
  }

  private passOver({ sql }: Statement, rowCount: number): QueryResult {
    if (this.ordinal === this.#before.length && this.#hash !== this.stopped?.stepsHash) throw this.assertUnchanged();
    const command = readCommand(sql).split(' ')[0] ?? '';
    return { command, rowCount, rows: [], oid: 0, fields: [] };
  }

  private assertUnchanged(): MigrationStepsChanged {
    const { name } = this.attempt.migration;
    return new MigrationStepsChanged(
      `${name} was stopped after ${this.#before.length} statements, and these are others now`,
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

  /** No limit of time: a build that is cancelled leaves an index that only costs. */
  private async runConcurrently(statement: Statement): Promise<QueryResult> {
    const { connection, journal, watch, notice } = this.context;
    const { runId, migration } = this.attempt;
    const step = parseConcurrentStep(statement.sql, migration.name);
    const result = await withRetries(this.context, migration.name, async () => {
      if (await this.isReached(step)) return { ...EMPTY, command: readCommand(statement.sql).split(' ')[0] ?? '' };
      const tell = (): void => {
        notice(`${migration.name}: ${readCommand(statement.sql)} CONCURRENTLY waits for ${watch.last ?? 'others'}`);
      };
      const times = { first: LOOK_EVERY, then: LOOK_EVERY };
      return watch.runWatched(connection.backendPid, times, () => connection.query(statement.sql), tell);
    });
    await withTransactionLock(this.context, () => journal.recordStep(runId, 0, this.#hash));
    return result;
  }

  /**
   * Is what the statement is for there already, by ourselves before we were stopped? Clears away what is in its way, and
   * announces it where its outcome will tell whether it was done.
   */
  private async isReached(step: ConcurrentStep): Promise<boolean> {
    const begun = this.stopped?.begun === this.ordinal;
    if (step.does === 'create') {
      const state = await readIndexState(this.context, step.index, step.table);
      if (state === 'valid') return begun || step.unlessThere;
      if (state === 'invalid') await this.dropInvalid(await findIndex(this.context, step.index, step.table));
      await this.announce();
    } else if (step.does === 'drop') {
      if ((await readIndexState(this.context, step.index)) === 'absent') return begun;
      await this.announce();
    } else if (step.does === 'reindex') {
      for (const index of await listReindexLeftovers(this.context, step.what, step.name)) await this.dropInvalid(index);
    }
    return false;
  }

  private async dropInvalid(index: string): Promise<void> {
    this.context.notice(`${this.attempt.migration.name}: ${index} was never finished; dropping it`);
    await this.context.connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
  }

  private async announce(): Promise<void> {
    await withTransactionLock(this.context, () => this.context.journal.begin(this.attempt.runId, this.ordinal));
  }
}

const EMPTY: QueryResult = { command: '', rowCount: null, rows: [], oid: 0, fields: [] };

function refuse({ sql, kind }: Statement, migration: string): void {
  const about = (what: string, advice: string): MigrationStatementRefused =>
    new MigrationStatementRefused(`${migration}: ${what} in a migration without transaction`, [migration], advice);
  if (
    kind === 'read' ||
    splitStatements(sql).some((statement) =>
      statement.some(({ kind, text }) => kind === 'word' && /^returning$/i.test(text)),
    )
  ) {
    throw about(
      `${readCommand(sql)} would ask for rows`,
      'its course may depend on nothing but its text and the numbers of rows changed: put the question into the statement (WHERE, DO)',
    );
  }
  if (kind === 'transaction' || kind === 'savepoint' || kind === 'session' || kind === 'local') {
    throw about(
      `${readCommand(sql)} would last for its own statement only`,
      'leave it out: each statement is a transaction of its own',
    );
  }
}

/**
 * Applies a migration without transaction, or takes it back: each statement is a transaction of its own that also counts it as
 * done, so that a later run goes on with the first that is not. What no transaction can hold (CREATE INDEX CONCURRENTLY) is
 * announced first, and its outcome read from the catalog.
 *
 * @param stopped the attempt that this one goes on with
 * @returns false when another process was faster: nothing was done.
 * @throws MigrationNeedsDirectConnection, MigrationStepsChanged, and as runInTransaction
 */
export async function runStepByStep(context: Context, attempt: Attempt, stopped: Run | undefined): Promise<boolean> {
  const { migration, direction, runId } = attempt;
  const steps = new StepStatements(context, attempt, stopped);
  try {
    assertOwnSession(context, attempt);
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
    const { ordinal, current } = steps;
    const done = steps.done;
    await recordFailure(context, runId, first, done);
    const state = `${done} of its statements are done and stay; the next run goes on after them`;
    throw toMigrationError(first, { migration: migration.name, ordinal, statement: current, state });
  }
}

/** The lock must last from the first statement to the last, and that only a session can. */
function assertOwnSession({ connection }: Context, { migration }: Attempt): void {
  if (!connection.pooled) return;
  throw new MigrationNeedsDirectConnection(
    `${migration.name} runs without a transaction, and a pooler such as PgBouncer stands before the database`,
    [migration.name],
  );
}
