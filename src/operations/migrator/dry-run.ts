import type { QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { ensureSchema } from './connection.js';
import { toMigrationError, isRetryable } from './errors.js';
import {
  createQueryRunner,
  type RunStatement,
  type Statement,
  TransactionStatements,
  withRetries,
} from './in-transaction.js';
import type { KnownMigration } from './known-migrations.js';
import { withMigrationLock, withTransactionLock } from './lock.js';
import type { Context, MigratorOptions } from './options.js';
import { planRun } from './plan.js';
import type { StatementKind } from './statement-kind.js';
import { type LockMode, observeTables, findStrongest, type TableObserver } from './table-observer.js';

export interface DryRunStatement {
  /** As the migration sends it. */
  readonly sql: string;
  readonly kind: StatementKind;
  /** Milliseconds it took, waiting for locks included; null: it was not run. */
  readonly ms: number | null;
  /** The strongest lock that it took on each table, where none as strong was held already, be it by an earlier migration. */
  readonly locks: readonly { readonly table: string; readonly mode: LockMode }[];
  /** Tables that it wrote anew, whole. */
  readonly rewrites: readonly string[];
}

export interface DryRunTable {
  readonly table: string;
  /** The strongest lock on it, held until the end of the migration. */
  readonly lock: LockMode;
  /** Of the table with its indexes before; null: it was not there. */
  readonly bytes: number | null;
  /** About how many rows it had; null: it was not there, or PostgreSQL never counted. */
  readonly rows: number | null;
  readonly rewritten: boolean;
}

export interface DryRunMigration {
  readonly name: string;
  /** Why it was not run but only listed; null: it was run. */
  readonly onlyListed: string | null;
  /** Milliseconds of all its statements; null: it was not run. */
  readonly ms: number | null;
  readonly statements: readonly DryRunStatement[];
  readonly tables: readonly DryRunTable[];
}

/**
 * Runs every pending migration in one transaction under the migration lock, and rolls it back. Their locks are held until the end:
 * on a database in use this stops others as long as all the migrations together would. Numbers that sequences gave out are
 * not given back.
 *
 * Migrations without transaction cannot be run so, nor can what comes after them: they are listed.
 *
 * @throws what runMigrations would throw
 */
export async function previewMigrations(
  dataSource: DataSource,
  options: MigratorOptions = {},
): Promise<DryRunMigration[]> {
  return withMigrationLock(dataSource, options, (context) =>
    withRetries(context, 'the dry run', () => withTransactionLock(context, () => runAndRollBack(context), 'rollback')),
  );
}

async function runAndRollBack(context: Context): Promise<DryRunMigration[]> {
  await ensureSchema(context);
  const { pending } = planRun(context.known, await context.journal.read(), context.accept);
  const done: DryRunMigration[] = [];
  for (const [place, migration] of pending.entries()) {
    const before = pending.slice(0, place).find(({ transactional }) => !transactional);
    if (!migration.transactional) done.push(await list(context, migration, 'it runs without a transaction'));
    else if (before) done.push(await list(context, migration, `it comes after ${before.name}, which was not run`));
    else done.push(await runObserved(context, migration));
  }
  return done;
}

async function runObserved(context: Context, migration: KnownMigration): Promise<DryRunMigration> {
  // Asking for the size of a table needs a lock on it, too.
  await context.connection.query(`SET LOCAL lock_timeout = ${context.limits.lockMs}`);
  const observer = await observeTables(context.connection);
  const statements: DryRunStatement[] = [];
  const inner = new TransactionStatements(context, migration.name);
  const run: RunStatement = async (statement) => {
    const begin = performance.now();
    const result = await inner.run(statement);
    const ms = measureSince(performance.now() - begin);
    statements.push({ ...formatSql(statement), ms, ...(await observer.look()) });
    return result;
  };
  try {
    await migration.instance.up(createQueryRunner(context.dataSource, run, true));
  } catch (error) {
    const first = inner.firstError ?? error;
    // As the server said it: whether it is worth another try shows in its code.
    if (isRetryable(first)) throw first;
    const { ordinal, current } = inner;
    const state = 'It was a dry run and everything was rolled back';
    throw toMigrationError(first, { migration: migration.name, ordinal, statement: current, state });
  }
  const ms = measureSince(statements.reduce((sum, statement) => sum + (statement.ms ?? 0), 0));
  return { name: migration.name, onlyListed: null, ms, statements, tables: listTables(statements, observer) };
}

/** What it would send, found out by letting it run against nothing. */
async function list(context: Context, migration: KnownMigration, reason: string): Promise<DryRunMigration> {
  const statements: DryRunStatement[] = [];
  const run: RunStatement = (statement) => {
    statements.push({ ...formatSql(statement), ms: null, locks: [], rewrites: [] });
    return Promise.resolve(NOTHING);
  };
  let onlyListed = reason;
  try {
    await migration.instance.up(createQueryRunner(context.dataSource, run, migration.transactional));
  } catch {
    onlyListed = `${reason}; the list ends where its code needs an answer of the database`;
  }
  return { name: migration.name, onlyListed, ms: null, statements, tables: [] };
}

const NOTHING: QueryResult = { command: '', rowCount: 0, rows: [], oid: 0, fields: [] };

function formatSql({ sql, kind }: Statement): Pick<DryRunStatement, 'kind' | 'sql'> {
  return { sql, kind };
}

function listTables(statements: readonly DryRunStatement[], observer: TableObserver): DryRunTable[] {
  const locks = new Map<string, LockMode>();
  for (const { table, mode } of statements.flatMap((statement) => statement.locks)) {
    locks.set(table, findStrongest(locks.get(table), mode));
  }
  const rewritten = new Set(statements.flatMap(({ rewrites }) => rewrites));
  return [...locks].map(([table, lock]) => ({
    table,
    lock,
    ...observer.sizeOf(table),
    rewritten: rewritten.has(table),
  }));
}

function measureSince(value: number): number {
  return Math.round(value * 10) / 10;
}
