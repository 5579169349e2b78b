import { createHash } from 'node:crypto';
import type { DataSource, MigrationInterface } from 'typeorm';
import { MigrationsNotClasses } from './errors.js';

/** The SHA-256 (hexadecimal) of the source of each migration, by the name of the migration. */
export type MigrationChecksums = Readonly<Record<string, { readonly sha256: string }>>;

/** A DataSource of this package carries the checksums of its migrations. */
interface DataSourceWithChecksums extends DataSource {
  readonly migrationChecksums?: MigrationChecksums;
}

/** A migration may declare why it cannot be reverted. */
interface IrreversibleMigration extends MigrationInterface {
  readonly irreversibleBecause?: string;
}

export interface ListedMigration {
  /** The name that TypeORM records: the `name` of the migration, else the name of its class. */
  readonly name: string;
  readonly instance: MigrationInterface;
}

/**
 * Instantiates the migrations that the options of a DataSource list: `DataSource.migrations` is empty until it is initialised.
 *
 * @throws MigrationsNotClasses when an entry is not a class, such as a glob, from which only TypeORM itself loads files
 */
export function listMigrations({ options }: DataSource): ListedMigration[] {
  const entries = Object.values(options.migrations ?? []) as unknown[];
  return entries.map((entry) => {
    if (!isMigrationClass(entry)) {
      const shown = typeof entry === 'string' ? JSON.stringify(entry) : `a value of type ${typeof entry}`;
      throw new MigrationsNotClasses(
        `The option "migrations" of the DataSource contains ${shown}, which is not a class`,
      );
    }
    const instance = new entry();
    return { name: instance.name ?? entry.name, instance };
  });
}

function isMigrationClass(entry: unknown): entry is new () => MigrationInterface {
  return typeof entry === 'function';
}

/** A migration of this build. */
export interface KnownMigration {
  readonly name: string;
  /** Milliseconds since 1970, from its name; migrations are applied in this order. */
  readonly timestamp: number;
  readonly instance: MigrationInterface;
  /** True: runs in one transaction. False: statement by statement. */
  readonly transactional: boolean;
  /** SHA-256 of its source; undefined: none was generated. */
  readonly checksum: string | undefined;
  /** Why it cannot be reverted; undefined: it can. */
  readonly irreversibleBecause: string | undefined;
}

/** Returns the migrations of a DataSource, ordered by timestamp. The DataSource need not be initialised. */
export function describeMigrations(
  dataSource: DataSource,
  checksums: MigrationChecksums = (dataSource as DataSourceWithChecksums).migrationChecksums ?? {},
): KnownMigration[] {
  return listMigrations(dataSource)
    .map(({ name, instance }) => ({
      name,
      timestamp: Number(name.slice(-13)),
      instance,
      transactional: instance.transaction !== false,
      checksum: checksums[name]?.sha256,
      irreversibleBecause: (instance as IrreversibleMigration).irreversibleBecause,
    }))
    .sort((a, b) => a.timestamp - b.timestamp);
}

/** Extends a hash chain by one statement. Equal chains mean equal sequences of statements. */
export function extendHashChain(previous: string, sql: string, parameters: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, sql, parameters]))
    .digest('hex');
}
