import { createHash } from 'node:crypto';
import type { DataSource, MigrationInterface } from 'typeorm';
import { CHECKSUMS } from '../migrations/checksums.js';
import type { IrreversibleMigration } from '../migrations/migration.js';
import { listedMigrations } from '../connection/listed-migrations.js';
import type { MigratorOptions } from './options.js';

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
export function knownMigrations(dataSource: DataSource, checksums: MigratorOptions['checksums']): KnownMigration[] {
  return listedMigrations(dataSource)
    .map(({ name, instance }) => ({
      name,
      timestamp: Number(name.slice(-13)),
      instance,
      transactional: instance.transaction !== false,
      checksum: (checksums ?? CHECKSUMS)[name]?.sha256,
      irreversibleBecause: (instance as Partial<IrreversibleMigration>).irreversibleBecause,
    }))
    .sort((a, b) => a.timestamp - b.timestamp);
}

/** One more link of a chain of hashes, by which a sequence of statements is known again. */
export function chained(previous: string, sql: string, parameters: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, sql, parameters]))
    .digest('hex');
}
