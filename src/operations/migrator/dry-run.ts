import type { QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { ensureSchema } from './connection.js';
import { toMigrationError, isRetryable } from './errors.js';
import { createQueryRunner, type RunStatement, TransactionStatements, withRetries } from './in-transaction.js';
import type { KnownMigration } from './known-migrations.js';
import { withMigrationLock, withTransactionLock } from './lock.js';
import type { Context } from './lock.js';
import type { MigratorOptions } from './options.js';
import { planRun } from './plan.js';
import type { StatementKind, Statement } from './statement-kind.js';
import { findStrongest, type LockMode } from './lock-modes.js';
import { observeTables, type TableObserver } from './table-observer.js';

/** A statement of a migration, as the dry run observed it. */
export interface DryRunStatement {
  /** The SQL text that the migration sends. */
  readonly sql: string;
  readonly kind: StatementKind;
  /** Duration in milliseconds, including waits for locks; null: it was not run. */
  readonly ms: number | null;
  /** The strongest lock that it took on each table, unless the transaction already held an equal or stronger one. */
  readonly locks: readonly { readonly table: string; readonly mode: LockMode }[];
  /** Tables that it rewrote completely. */
  readonly rewrites: readonly string[];
}

/** A table that a migration locked. */
export interface DryRunTable {
  readonly table: string;
  /** The strongest lock on the table, held until the end of the migration. */
  readonly lock: LockMode;
  /** Size of the table with its indexes before the migration; null: the table did not exist. */
  readonly bytes: number | null;
  /** PostgreSQL's estimate of the rows before the migration; null: the table did not exist or was never analyzed. */
  readonly rows: number | null;
  readonly rewritten: boolean;
}

/** The result of the dry run of one migration. */
export interface DryRunMigration {
  readonly name: string;
  /** Why the migration was listed and not run; null: it was run. */
  readonly onlyListed: string | null;
  /** Duration of all statements in milliseconds; null: it was not run. */
  readonly ms: number | null;
  readonly statements: readonly DryRunStatement[];
  readonly tables: readonly DryRunTable[];
}

/**
 * Runs all pending migrations in one transaction under the migration lock, and rolls it back. The table locks are held until the end, so
 * other sessions are blocked for the duration of all migrations together. Sequences keep the values they handed out.
 *
 * Migrations without a transaction, and all migrations after them, are listed and not run.
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
  const reports: DryRunMigration[] = [];
  for (const [index, migration] of pending.entries()) {
    const notRun = pending.slice(0, index).find(({ transactional }) => !transactional);
    if (!migration.transactional)
      reports.push(await listStatements(context, migration, 'it runs without a transaction'));
    else if (notRun)
      reports.push(await listStatements(context, migration, `it comes after ${notRun.name}, which was not run`));
    else reports.push(await runObserved(context, migration));
  }
  return reports;
}

async function runObserved(context: Context, migration: KnownMigration): Promise<DryRunMigration> {
  // pg_total_relation_size() locks the table, too.
  await context.connection.query(`SET LOCAL lock_timeout = ${context.limits.lockMs}`);
  const observer = await observeTables(context.connection);
  const statements: DryRunStatement[] = [];
  const inner = new TransactionStatements(context, migration.name);
  const run: RunStatement = async (statement) => {
    const started = performance.now();
    const result = await inner.run(statement);
    const ms = roundMs(performance.now() - started);
    statements.push({ ...formatSql(statement), ms, ...(await observer.look()) });
    return result;
  };
  try {
    await migration.instance.up(createQueryRunner(context.dataSource, run, true));
  } catch (error) {
    const first = inner.firstError ?? error;
    // Thrown unchanged: withRetries reads its SQLSTATE.
    if (isRetryable(first)) throw first;
    const { ordinal, current } = inner;
    const state = 'It was a dry run and everything was rolled back';
    throw toMigrationError(first, { migration: migration.name, ordinal, statement: current, state });
  }
  const ms = roundMs(statements.reduce((sum, statement) => sum + (statement.ms ?? 0), 0));
  return { name: migration.name, onlyListed: null, ms, statements, tables: listTables(statements, observer) };
}

/** Lists the statements that a migration would send, by running it against a query runner that returns empty results. */
async function listStatements(context: Context, migration: KnownMigration, reason: string): Promise<DryRunMigration> {
  const statements: DryRunStatement[] = [];
  const run: RunStatement = (statement) => {
    statements.push({ ...formatSql(statement), ms: null, locks: [], rewrites: [] });
    return Promise.resolve(EMPTY_RESULT);
  };
  let onlyListed = reason;
  try {
    await migration.instance.up(createQueryRunner(context.dataSource, run, migration.transactional));
  } catch {
    onlyListed = `${reason}; the list ends where its code needs a result of the database`;
  }
  return { name: migration.name, onlyListed, ms: null, statements, tables: [] };
}

const EMPTY_RESULT: QueryResult = { command: '', rowCount: 0, rows: [], oid: 0, fields: [] };

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

function roundMs(value: number): number {
  return Math.round(value * 10) / 10;
}
