import { createHash } from 'node:crypto';
import type { DataSource, MigrationInterface } from 'typeorm';

/** Of the source of each migration, by its name: SHA-256 in hexadecimal. */
export type MigrationChecksums = Readonly<Record<string, { readonly sha256: string }>>;

/** What a DataSource may say of its migrations beyond what TypeORM asks for. */
interface DataSourceWithChecksums extends DataSource {
  readonly migrationChecksums?: MigrationChecksums;
}

/** A migration may say why it cannot be taken back. */
interface IrreversibleMigration extends MigrationInterface {
  readonly irreversibleBecause?: string;
}

export interface ListedMigration {
  /** What TypeORM records: the `name` of the migration, else that of its class. */
  readonly name: string;
  readonly instance: MigrationInterface;
}

/** The migrations of a DataSource from its explicit list: `DataSource.migrations` is empty until it is initialised. */
export function listMigrations({ options }: DataSource): ListedMigration[] {
  const listed = Object.values(options.migrations ?? []) as unknown[];
  return listed.filter(isMigration).map((Migration) => {
    const instance = new Migration();
    return { name: instance.name ?? Migration.name, instance };
  });
}

function isMigration(entry: unknown): entry is new () => MigrationInterface {
  return typeof entry === 'function';
}

/** A migration that this build has. */
export interface KnownMigration {
  readonly name: string;
  /** Milliseconds since 1970, from its name: its place in the order. */
  readonly timestamp: number;
  readonly instance: MigrationInterface;
  /** Runs in one transaction; otherwise statement by statement. */
  readonly transactional: boolean;
  /** SHA-256 of its source; undefined where nobody recorded one. */
  readonly checksum: string | undefined;
  /** Why it cannot be taken back; undefined when it can. */
  readonly irreversibleBecause: string | undefined;
}

/** In the order of their timestamps. The DataSource need not be initialised. */
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

/** One more link of a chain of hashes, by which a sequence of statements is known again. */
export function extendHashChain(previous: string, sql: string, parameters: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, sql, parameters]))
    .digest('hex');
}
