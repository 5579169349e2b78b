import { sqlStateOf } from '../connection/errors.js';
import type { Context } from './context.js';
import { MigrationBlocked } from './errors.js';
import { failureOf, mayTryAgain } from './failure.js';
import type { KnownMigration } from './known-migrations.js';
import { lockedTransaction } from './lock.js';
import { Patience } from './patience.js';
import { queryRunnerFor } from './query-runner.js';
import { TransactionStatements } from './transaction-statements.js';

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
    return await tryingAgain(context, migration.name, async () => {
      statements = new TransactionStatements(context, migration.name);
      try {
        return await lockedTransaction(context, async () => {
          if (!(await isCurrent(context, attempt))) {
            await context.journal.forget(runId);
            return false;
          }
          await migration.instance[direction](queryRunnerFor(context.dataSource, statements.run, true));
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
    throw failureOf(error, { migration: migration.name, ordinal, statement: current, state });
  }
}

/**
 * Does again what met a lock or a deadlock, naming who was in the way, until it is too late.
 *
 * @throws MigrationBlocked, and whatever else the work throws
 */
export async function tryingAgain<T>(context: Context, name: string, work: () => Promise<T>): Promise<T> {
  const patience = new Patience(context.maxWaitMs, context.notice);
  for (let pause: number = RETRY.first; ; pause = Math.min(RETRY.most, pause * RETRY.growth)) {
    try {
      return await work();
    } catch (error) {
      if (!mayTryAgain(error)) throw error;
      const what = sqlStateOf(error) === '55P03' ? 'a table is in use' : 'another transaction is in the way';
      const who = context.watch.last === undefined ? '' : ` by ${context.watch.last}`;
      if (patience.exhausted) throw new MigrationBlocked(`${name} waited ${patience.seconds} s: ${what}${who}`, [name]);
      await patience.pause(pause, () => `${name}: ${what}${who}; taken back, trying again`);
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
  if (!connection.lost) await journal.failed(id, sqlStateOf(error), step).catch(() => undefined);
}
