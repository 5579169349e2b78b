import type { DataSource } from 'typeorm';
import { compareRows } from '../backup/differences.js';
import { removeSchemaName, type Fingerprint } from '../backup/fingerprint.js';
import { readDatabaseFingerprint, ONE_MOMENT, createQuery, type BackupContext } from '../backup/server.js';
import { withClient } from '../../connection/client.js';
import { revertMigration, runMigrations } from '../migrator/runner.js';
import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import { readSnapshot, type Snapshot } from '../catalog/snapshot.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import type { Copy } from './copy.js';
import { observeMigration, readTableFiles, type MigrationClass, type Observation, type TableFile } from './observe.js';
import type { DataSourceFactory, MigrationReport } from './rehearse.js';

/** Undefined when it went well; else, in words, which migration failed and why. */
export type Problem = string | undefined;

/** The copy, on which migrations are applied and taken back while they are watched. */
export class RehearsalDatabase {
  /** Of each migration that was applied, in order. */
  readonly reports: MigrationReport[] = [];
  private readonly observations = new Map<string, Observation>();
  private readonly watched: readonly MigrationClass[];
  /** The fingerprint after the last migration that was applied by itself. */
  state: Fingerprint;

  /** @param classes all migrations of this build, in order */
  constructor(
    private readonly target: BackupContext,
    private readonly copy: Copy,
    private readonly classes: readonly MigrationClass[],
    private readonly createDataSource: DataSourceFactory,
  ) {
    this.state = copy.fingerprint;
    this.watched = classes.map((Class) => {
      const observation: Observation = { up: 0, down: 0, locks: null };
      this.observations.set(getMigrationName(Class), observation);
      return observeMigration(Class, observation);
    });
  }

  /** What the schema is now. */
  readSnapshot(): Promise<Snapshot> {
    const { url, schema, signal } = this.target;
    const options = { database: this.copy.name, signal, readOnly: true, applicationName: 'shared-db rehearsal' };
    return withClient(url, options, async (client) => {
      await client.query(ONE_MOMENT);
      return readSnapshot(createQuery(client), schema, 'schema');
    });
  }

  readFingerprint(): Promise<Fingerprint> {
    return readDatabaseFingerprint(this.target, this.copy.name, { columns: true });
  }

  /** Applies them one after the other, each looked at by itself. */
  async applyEach(pending: readonly string[]): Promise<Problem> {
    for (const [index, name] of pending.entries()) {
      const files = await this.readFiles();
      const later = pending.slice(index + 1);
      const problem = await this.attempt('applying', name, (dataSource) => runMigrations(dataSource), later);
      if (problem !== undefined) return problem;
      const after = await this.readFingerprint();
      this.reports.push(this.reportOf(name, files, await this.readFiles(), after));
      this.state = after;
    }
    return undefined;
  }

  async revertAll(pending: readonly string[]): Promise<Problem> {
    for (const name of pending.toReversed()) {
      let reverted: string | undefined;
      const problem = await this.attempt('taking back', name, async (dataSource) => {
        // A copy of production says it is production; that one is ours.
        reverted = await revertMigration(dataSource, { confirmedName: this.copy.name });
      });
      if (problem !== undefined) return problem;
      if (reverted !== name) return `taking back ${name} took back ${reverted ?? 'nothing'} instead`;
      const report = this.reports.find((one) => one.name === name);
      if (report) report.down = this.observations.get(name)?.down ?? null;
    }
    return undefined;
  }

  async applyAll(pending: readonly string[]): Promise<Problem> {
    const problem = await this.attempt('applying again', pending.join(', '), (dataSource) => runMigrations(dataSource));
    if (problem !== undefined) return problem;
    for (const report of this.reports) report.again = this.observations.get(report.name)?.up ?? null;
    return undefined;
  }

  /** Why they cannot all be taken back; null when they can. */
  findIrreversible(pending: readonly string[]): string | null {
    const reasons = this.classes.flatMap((Class) => {
      const { irreversibleBecause: reason } = new Class() as { irreversibleBecause?: string };
      return reason !== undefined && pending.includes(getMigrationName(Class))
        ? [`${getMigrationName(Class)}: ${reason}`]
        : [];
    });
    return reasons.length === 0 ? null : reasons.join('; ');
  }

  private reportOf(name: string, before: Files, after: Files, state: Fingerprint): MigrationReport {
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
        const now = after.get(oid);
        return now && now.file !== file ? [this.shortenName(table)] : [];
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

  /** @param later migrations that do not exist yet, as far as this step is concerned */
  private async attempt(
    what: string,
    name: string,
    work: (dataSource: DataSource) => Promise<unknown>,
    later: readonly string[] = [],
  ): Promise<Problem> {
    this.target.signal?.throwIfAborted();
    const migrations = this.watched.filter((Class) => !later.includes(getMigrationName(Class)));
    const options = {
      ...{ url: this.target.url, schema: this.target.schema, purpose: 'migrate' as const, connectRetryMs: 0 },
      ...{ poolSize: 2, applicationName: 'shared-db rehearsal' },
    };
    const dataSource = this.createDataSource(options).setOptions({
      database: this.copy.name,
      migrations: [...migrations],
    });
    try {
      // On connections of the migrator: the schema need not be there.
      await work(dataSource);
      return undefined;
    } catch (error) {
      this.target.signal?.throwIfAborted();
      return `${what} ${name} failed: ${formatReason(error)}`;
    }
  }
}

type Files = ReadonlyMap<string, TableFile>;

/** The name by which the database knows a migration. */
export function getMigrationName(Class: MigrationClass): string {
  return new Class().name ?? Class.name;
}

/** Errors that are not ours may quote rows: their kind and code only. */
function formatReason(error: unknown): string {
  if (error instanceof SharedDbError) return error.message;
  const { name, code } = error as { name?: string; code?: string };
  return [name ?? 'an unknown error', code].filter(Boolean).join(' ');
}
