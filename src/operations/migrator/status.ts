import type { DataSource } from 'typeorm';
import { getSchema } from '../../connection/client.js';
import { getMigrationsTable, readHistory, type Run } from './journal.js';
import { describeMigrations } from './known-migrations.js';

/**
 * - `applied`: the database has the migration
 * - `pending`: the database does not have it, and no attempt was made
 * - `started`: an attempt to apply or revert it has begun and not ended: it is running or was killed
 * - `failed`: the last attempt failed
 * - `missing`: the database has it, and this build does not
 */
export type MigrationStateName = 'applied' | 'failed' | 'missing' | 'pending' | 'started';

/** The state of one migration in the database and in this build. Null: not recorded, or not applicable. */
export interface MigrationState {
  readonly name: string;
  readonly state: MigrationStateName;
  /** When it was applied, started or failed. */
  readonly at: Date | null;
  /** Version of the package that ran it. */
  readonly version: string | null;
  /** The process that ran it: `host:pid`. */
  readonly by: string | null;
  /** Number of completed statements of an interrupted migration without a transaction. */
  readonly step: number | null;
  /** SQLSTATE of the failure. */
  readonly errorCode: string | null;
  /** True: its source differs from the source that was applied. */
  readonly edited: boolean;
}

/** The migrations of this build and of the database. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** The migrations of this build and those that only the database has, oldest first. */
  readonly migrations: readonly MigrationState[];
}

/** Reads the status through the pool of the DataSource. In an empty database all migrations are pending. */
export async function readMigrationStatus(dataSource: DataSource): Promise<MigrationStatus> {
  const history = await readHistory((sql) => dataSource.query(sql), {
    schema: getSchema(dataSource),
    table: getMigrationsTable(dataSource),
  });
  const known = describeMigrations(dataSource);
  const appliedNames = new Set(history.applied.map(({ name }) => name));
  const all = [...known, ...history.applied.filter(({ name }) => known.every((migration) => migration.name !== name))];
  const migrations = all
    .sort((a, b) => a.timestamp - b.timestamp)
    .map((migration): MigrationState => {
      const { name } = migration;
      const recorded = history.checksums.get(name);
      const checksum = 'checksum' in migration ? migration.checksum : undefined;
      const edited = appliedNames.has(name) && recorded != null && checksum !== undefined && recorded !== checksum;
      const missing = !('instance' in migration);
      return { name, edited, ...toState(missing, appliedNames.has(name), history.runs.get(name)) };
    });
  return {
    applied: history.applied.map(({ name }) => name),
    pending: known.map(({ name }) => name).filter((name) => !appliedNames.has(name)),
    migrations,
  };
}

type RecordedState = Omit<MigrationState, 'edited' | 'name'>;

const UNRECORDED = { at: null, version: null, by: null, step: null, errorCode: null };

function toState(missing: boolean, applied: boolean, run: Run | undefined): RecordedState {
  const author = run ? { version: run.packageVersion, by: `${run.host}:${run.pid}` } : { version: null, by: null };
  const open = run?.finishedAt === null && run.action === (applied ? 'down' : 'up') ? run : undefined;
  if (open) {
    const state = open.failedAt === null ? 'started' : 'failed';
    const step = open.rowCounts.length > 0 ? open.rowCounts.length : null;
    return { state, at: open.failedAt ?? open.startedAt, ...author, step, errorCode: open.errorCode };
  }
  const state = missing ? 'missing' : applied ? 'applied' : 'pending';
  // An adopting process did not apply the migration, and the process that reverted it is irrelevant to a pending one.
  if (!applied || run?.action !== 'up') return { state, ...UNRECORDED };
  return { state, at: run.finishedAt, ...author, step: null, errorCode: null };
}
