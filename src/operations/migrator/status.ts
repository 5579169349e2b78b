import type { DataSource } from 'typeorm';
import { readHistory, type Run } from './journal.js';
import { describeMigrations } from './known-migrations.js';

/**
 * - `applied`: the database has it
 * - `pending`: it has not, and nobody tried
 * - `started`: somebody began to apply it, or to take it back, and did not say how it ended: at work now, or killed
 * - `failed`: the last attempt failed
 * - `missing`: the database has it, and this build does not know it
 */
export type MigrationStateName = 'applied' | 'failed' | 'missing' | 'pending' | 'started';

/** One migration as the database and this build know it. Null: not recorded, or does not apply. */
export interface MigrationState {
  readonly name: string;
  readonly state: MigrationStateName;
  /** When it was applied, began or failed. */
  readonly at: Date | null;
  /** Version of the package that did it. */
  readonly version: string | null;
  /** Which process did it: machine and number. */
  readonly by: string | null;
  /** Of a migration that was stopped without a transaction: statements done. */
  readonly step: number | null;
  /** SQLSTATE of the failure. */
  readonly errorCode: string | null;
  /** Its source is not what it was when it was applied. */
  readonly edited: boolean;
}

/** Which migrations this build knows and which of them the database has. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** All of them, and those that only the database has, oldest first. */
  readonly migrations: readonly MigrationState[];
}

/** Reads only, through the pool; an empty database has all pending. */
export async function readMigrationStatus(dataSource: DataSource): Promise<MigrationStatus> {
  const history = await readHistory((sql) => dataSource.query(sql));
  const known = describeMigrations(dataSource);
  const has = new Set(history.applied.map(({ name }) => name));
  const all = [...known, ...history.applied.filter(({ name }) => known.every((one) => one.name !== name))];
  const migrations = all
    .sort((a, b) => a.timestamp - b.timestamp)
    .map((migration): MigrationState => {
      const { name } = migration;
      const recorded = history.checksums.get(name);
      const checksum = 'checksum' in migration ? migration.checksum : undefined;
      const edited = has.has(name) && recorded != null && checksum !== undefined && recorded !== checksum;
      const missing = !('instance' in migration);
      return { name, edited, ...toState(missing, has.has(name), history.runs.get(name)) };
    });
  return {
    applied: history.applied.map(({ name }) => name),
    pending: known.map(({ name }) => name).filter((name) => !has.has(name)),
    migrations,
  };
}

type Rest = Omit<MigrationState, 'edited' | 'name'>;

const UNRECORDED = { at: null, version: null, by: null, step: null, errorCode: null };

function toState(missing: boolean, applied: boolean, run: Run | undefined): Rest {
  const author = run ? { version: run.packageVersion, by: `${run.host}:${run.pid}` } : { version: null, by: null };
  const open = run?.finishedAt === null && run.action === (applied ? 'down' : 'up') ? run : undefined;
  if (open) {
    const state = open.failedAt === null ? 'started' : 'failed';
    const step = open.rowCounts.length > 0 ? open.rowCounts.length : null;
    return { state, at: open.failedAt ?? open.startedAt, ...author, step, errorCode: open.errorCode };
  }
  const state = missing ? 'missing' : applied ? 'applied' : 'pending';
  // Who adopted it did not apply it, and who took it back has nothing to do with what is pending.
  if (!applied || run?.action !== 'up') return { state, ...UNRECORDED };
  return { state, at: run.finishedAt, ...author, step: null, errorCode: null };
}
