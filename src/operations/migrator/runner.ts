import type { DataSource } from 'typeorm';
import { readNodeEnv } from '../../connection/environment.js';
import { assertDestructiveActionAllowed } from '../environment-guard/guard.js';
import { assertSchemaExists, ensureSchema } from './connection.js';
import { type Attempt, type Direction, runInTransaction } from './in-transaction.js';
import type { History, Run } from './journal.js';
import type { KnownMigration } from './known-migrations.js';
import { withMigrationLock, withTransactionLock } from './lock.js';
import type { Context, MigratorOptions, RevertOptions } from './options.js';
import { isHalfDone, planRun, planRevert } from './plan.js';
import { runStepByStep } from './step-by-step.js';

/**
 * Applies every pending migration, oldest first, one process at a time: others wait, and find nothing left to do. On a connection of
 * its own: the DataSource need not be initialised, and its pool is not used.
 *
 * A service may call it at boot. One of an older build that starts after a newer one has migrated gets MigrationMissing; nothing
 * was changed then, and it may go on.
 *
 * @returns the names of those that this process applied, oldest first
 * @throws MigrationError of every kind; ConnectionFailure
 */
export async function runMigrations(dataSource: DataSource, options: MigratorOptions = {}): Promise<string[]> {
  return withMigrationLock(dataSource, options, async (context) => {
    const applied: string[] = [];
    for (let next = await begin(context, 'up'); next; next = await begin(context, 'up')) {
      if (await execute(context, next)) applied.push(next.attempt.migration.name);
    }
    return applied;
  });
}

/**
 * Takes back the newest applied migration.
 *
 * @returns its name, or undefined when none is applied.
 * @throws as runMigrations; ConfirmationNeeded, ConfirmationWrong
 */
export async function revertMigration(
  dataSource: DataSource,
  options: RevertOptions = {},
): Promise<string | undefined> {
  return withMigrationLock(dataSource, options, async (context) => {
    for (let next = await begin(context, 'down'); next; next = await begin(context, 'down')) {
      if (await execute(context, next)) return next.attempt.migration.name;
    }
    return undefined;
  });
}

interface Begun {
  readonly attempt: Attempt;
  /** The attempt it goes on with. */
  readonly stopped: Run | undefined;
}

/** Decides under the lock what comes next, and records that it begins. */
async function begin(context: Context, direction: Direction): Promise<Begun | undefined> {
  const { journal, known, accept } = context;
  return withTransactionLock(context, async () => {
    if (direction === 'up') await ensureSchema(context);
    else await assertSchemaExists(context);
    if (direction === 'down') await assertMayRevert(context);
    const history = await journal.prepare(context.environment);
    const migration = direction === 'up' ? await findNextPending(context, history) : planRevert(known, history, accept);
    if (!migration) return undefined;
    const run = history.runs.get(migration.name);
    const stopped = run?.action === direction && isHalfDone(run) ? run : undefined;
    if (stopped) await journal.recordResumption(stopped.id, migration.checksum);
    const runId = stopped?.id ?? (await journal.start(migration.name, direction, migration.checksum));
    const applied = history.applied.map(({ name }) => name);
    return { attempt: { runId, migration, direction, applied }, stopped };
  });
}

function assertMayRevert({ connection, confirmedName }: Context): Promise<void> {
  const request = { action: 'take back a migration', nodeEnv: readNodeEnv(), confirmedName };
  return assertDestructiveActionAllowed((sql) => connection.queryRows(sql), request);
}

async function findNextPending(
  { journal, known, accept }: Context,
  history: History,
): Promise<KnownMigration | undefined> {
  const { pending, suppressions } = planRun(known, history, accept);
  for (const { name, checksum } of suppressions) await journal.accept(name, checksum);
  return pending[0];
}

function execute(context: Context, { attempt, stopped }: Begun): Promise<boolean> {
  // What was begun without a transaction goes on without one.
  return attempt.migration.transactional && !stopped
    ? runInTransaction(context, attempt)
    : runStepByStep(context, attempt, stopped);
}
