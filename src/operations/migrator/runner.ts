import type { DataSource } from 'typeorm';
import { readNodeEnv } from '../../connection/environment.js';
import { assertDestructiveActionAllowed } from '../environment-guard/guard.js';
import { assertSchemaExists, ensureSchema } from './connection.js';
import { type Attempt, type Direction, runInTransaction } from './in-transaction.js';
import type { History, Run } from './journal.js';
import type { KnownMigration } from './known-migrations.js';
import { withMigrationLock, withTransactionLock } from './lock.js';
import type { Context } from './lock.js';
import type { MigratorOptions, RevertOptions } from './options.js';
import { isHalfDone, planRun, planRevert } from './plan.js';
import { runStepByStep } from './step-by-step.js';

/**
 * Applies all pending migrations, oldest first. Only one process migrates at a time; the others wait and then find nothing pending. Uses
 * its own connection: the DataSource need not be initialised, and its pool is not used.
 *
 * A service may call this at boot. If an older build starts after a newer one has migrated, MigrationMissing is thrown and nothing is
 * changed; the service may catch it and continue.
 *
 * @returns the names of the migrations that this process applied, oldest first
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
 * Reverts the newest applied migration.
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

/** The next attempt, recorded as begun. */
interface Begun {
  readonly attempt: Attempt;
  /** The interrupted run that the attempt resumes. */
  readonly interrupted: Run | undefined;
}

/** Plans the next migration under the lock and records that it begins. */
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
    const interrupted = run?.action === direction && isHalfDone(run) ? run : undefined;
    if (interrupted) await journal.recordResumption(interrupted.id, migration.checksum);
    const runId = interrupted?.id ?? (await journal.start(migration.name, direction, migration.checksum));
    const applied = history.applied.map(({ name }) => name);
    return { attempt: { runId, migration, direction, applied }, interrupted };
  });
}

function assertMayRevert({ connection, confirmedName }: Context): Promise<void> {
  const request = { action: 'revert a migration', nodeEnv: readNodeEnv(), confirmedName };
  return assertDestructiveActionAllowed((sql) => connection.queryRows(sql), request);
}

async function findNextPending(
  { journal, known, accept }: Context,
  history: History,
): Promise<KnownMigration | undefined> {
  const { pending, accepted } = planRun(known, history, accept);
  for (const { name, checksum } of accepted) await journal.accept(name, checksum);
  return pending[0];
}

function execute(context: Context, { attempt, interrupted }: Begun): Promise<boolean> {
  // A run that began without a transaction is also resumed without one.
  return attempt.migration.transactional && !interrupted
    ? runInTransaction(context, attempt)
    : runStepByStep(context, attempt, interrupted);
}
