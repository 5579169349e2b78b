import type { Context } from './context.js';
import { MigrationNeedsDirectConnection } from './errors.js';
import { failureOf } from './failure.js';
import type { Run } from './journal.js';
import { lockedTransaction } from './lock.js';
import { queryRunnerFor } from './query-runner.js';
import { StepStatements } from './step-statements.js';
import { isCurrent, recordFailure, type Attempt } from './transactional.js';

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
    await migration.instance[direction](queryRunnerFor(context.dataSource, steps.run, false));
    steps.assertCaughtUp();
    return await lockedTransaction(context, async () => {
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
    throw failureOf(first, { migration: migration.name, ordinal, statement: current, state });
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
