import type { DataSource } from 'typeorm';
import { compareRows } from '../backup/differences.js';
import { removeSchemaName, type Fingerprint } from '../backup/fingerprint.js';
import { readDatabaseFingerprint, BEGIN_SNAPSHOT, createQuery, type BackupContext } from '../backup/server.js';
import { withClient } from '../../connection/client.js';
import { revertMigration, runMigrations } from '../migrator/runner.js';
import type { TableFile } from '../migrator/table-observer.js';
import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import { readSnapshot, type Snapshot } from '../catalog/snapshot.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import type { Copy } from './copy.js';
import { observeMigration, readTableFiles, type MigrationClass, type Observation } from './observe.js';
import type { DataSourceFactory, MigrationReport } from './rehearse.js';

/** Which migration failed and why; undefined: none failed. */
export type Problem = string | undefined;

/** Applies and reverts migrations on the copy, and observes them. */
export class RehearsalDatabase {
  /** Reports of the applied migrations, in order of application. */
  readonly reports: MigrationReport[] = [];
  private readonly observations = new Map<string, Observation>();
  private readonly observed: readonly MigrationClass[];
  /** The fingerprint after the last migration that `applyEach` applied. */
  state: Fingerprint;

  /** @param classes all migrations of this build, oldest first */
  constructor(
    private readonly target: BackupContext,
    private readonly copy: Copy,
    private readonly classes: readonly MigrationClass[],
    private readonly createDataSource: DataSourceFactory,
  ) {
    this.state = copy.fingerprint;
    this.observed = classes.map((Class) => {
      const observation: Observation = { up: 0, down: 0, locks: null };
      this.observations.set(getMigrationName(Class), observation);
      return observeMigration(Class, observation);
    });
  }

  /** Reads the current catalog of the schema. */
  readSnapshot(): Promise<Snapshot> {
    const { url, schema, signal } = this.target;
    const options = { database: this.copy.name, signal, readOnly: true, applicationName: 'shared-db rehearsal' };
    return withClient(url, options, async (client) => {
      await client.query(BEGIN_SNAPSHOT);
      return readSnapshot(createQuery(client), schema, 'schema');
    });
  }

  readFingerprint(): Promise<Fingerprint> {
    return readDatabaseFingerprint(this.target, this.copy.name, { columns: true });
  }

  /** Applies the migrations one by one and reports on each of them. */
  async applyEach(pending: readonly string[]): Promise<Problem> {
    for (const [index, name] of pending.entries()) {
      const files = await this.readFiles();
      const later = pending.slice(index + 1);
      const problem = await this.attempt('applying', name, (dataSource) => runMigrations(dataSource), later);
      if (problem !== undefined) return problem;
      const after = await this.readFingerprint();
      this.reports.push(this.createReport(name, files, await this.readFiles(), after));
      this.state = after;
    }
    return undefined;
  }

  /** Reverts the migrations, newest first. */
  async revertAll(pending: readonly string[]): Promise<Problem> {
    for (const name of pending.toReversed()) {
      let reverted: string | undefined;
      const problem = await this.attempt('reverting', name, async (dataSource) => {
        // The environment row of a copy of production says production, but this database is the rehearsal's own.
        reverted = await revertMigration(dataSource, { confirmedName: this.copy.name });
      });
      if (problem !== undefined) return problem;
      if (reverted !== name) return `reverting ${name} reverted ${reverted ?? 'nothing'} instead`;
      const report = this.reports.find((candidate) => candidate.name === name);
      if (report) report.down = this.observations.get(name)?.down ?? null;
    }
    return undefined;
  }

  /** Applies all pending migrations again. */
  async applyAll(pending: readonly string[]): Promise<Problem> {
    const problem = await this.attempt('applying again', pending.join(', '), (dataSource) => runMigrations(dataSource));
    if (problem !== undefined) return problem;
    for (const report of this.reports) report.again = this.observations.get(report.name)?.up ?? null;
    return undefined;
  }

  /** Explains which of the migrations cannot be reverted, and why; null: all can. */
  findIrreversible(pending: readonly string[]): string | null {
    const reasons = this.classes.flatMap((Class) => {
      const { irreversibleBecause: reason } = new Class() as { irreversibleBecause?: string };
      return reason !== undefined && pending.includes(getMigrationName(Class))
        ? [`${getMigrationName(Class)}: ${reason}`]
        : [];
    });
    return reasons.length === 0 ? null : reasons.join('; ');
  }

  private createReport(name: string, before: Files, after: Files, state: Fingerprint): MigrationReport {
    const known = new Set([...before.values()].map(({ table }) => table));
    const { up = 0, locks = null } = this.observations.get(name) ?? {};
    return {
      name,
      ...{ up, down: null, again: null },
      locks:
        locks
          ?.filter(({ table }) => known.has(table))
          .map((lock) => ({ ...lock, table: this.shortenName(lock.table) })) ?? null,
      rewritten: [...before].flatMap(([oid, { table, file }]) => {
        const current = after.get(oid);
        return current && current.file !== file ? [this.shortenName(table)] : [];
      }),
      rows: compareRows(this.state, state)
        .filter(({ table }) => !BOOKKEEPING_TABLES.includes(table))
        .map(({ table, before: was, after: is, columns = [] }) => ({ table, before: was, after: is, columns })),
    };
  }

  private shortenName(table: string): string {
    return removeSchemaName(table, this.target.schema);
  }

  private readFiles(): Promise<Files> {
    return readTableFiles(this.target.url, this.copy.name);
  }

  /**
   * Runs the work with a DataSource for the copy and describes its failure.
   *
   * @param later pending migrations that the DataSource omits
   */
  private async attempt(
    action: string,
    name: string,
    work: (dataSource: DataSource) => Promise<unknown>,
    later: readonly string[] = [],
  ): Promise<Problem> {
    this.target.signal?.throwIfAborted();
    const migrations = this.observed.filter((Class) => !later.includes(getMigrationName(Class)));
    const options = {
      ...{ url: this.target.url, schema: this.target.schema, purpose: 'migrate' as const, connectRetryMs: 0 },
      ...{ poolSize: 2, applicationName: 'shared-db rehearsal' },
    };
    const dataSource = this.createDataSource(options).setOptions({
      database: this.copy.name,
      migrations: [...migrations],
    });
    try {
      // The migrator opens its own connections, so the schema need not exist.
      await work(dataSource);
      return undefined;
    } catch (error) {
      this.target.signal?.throwIfAborted();
      return `${action} ${name} failed: ${formatReason(error)}`;
    }
  }
}

type Files = ReadonlyMap<string, TableFile>;

/** Returns the name under which the database records a migration. */
export function getMigrationName(Class: MigrationClass): string {
  return new Class().name ?? Class.name;
}

/** Formats an error. Messages of other packages may quote rows, so only their name and code are shown. */
function formatReason(error: unknown): string {
  if (error instanceof SharedDbError) return error.message;
  const { name, code } = error as { name?: string; code?: string };
  return [name ?? 'an unknown error', code].filter(Boolean).join(' ');
}
