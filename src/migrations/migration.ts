import type { MigrationInterface, QueryRunner } from 'typeorm';

interface StatedMigration extends MigrationInterface {
  /** Name of the class with its timestamp, as the table `migrations` records it. */
  readonly name: string;
  /**
   * TypeORM’s property. Absent or true: the migration runs in a separate transaction. False: for statements that PostgreSQL
   * refuses in a transaction (CREATE INDEX CONCURRENTLY). Statements before a failure stay done, so it must be safe to run again.
   */
  readonly transaction?: boolean;
}

/** `down` restores exactly the schema before `up`, and keeps every row of the tables that `up` did not create. */
export interface ReversibleMigration extends StatedMigration {
  readonly reversible: true;
}

/** A migration that cannot be reverted. To undo it, write a new migration or restore the backup. */
export interface IrreversibleMigration extends StatedMigration {
  readonly reversible: false;
  /** Shown when an operator tries to revert the migration: the data that would be lost, and an alternative. */
  readonly irreversibleBecause: string;
  /** @throws Error with `irreversibleBecause`, before it changes anything */
  down(queryRunner: QueryRunner): Promise<never>;
}

export type Migration = ReversibleMigration | IrreversibleMigration;

export type MigrationClass = new () => Migration;

/** Checksum of the source of a migration. */
export interface MigrationChecksum {
  /** SHA-256 of the text of the file, in hexadecimal; line ends count as \n. */
  readonly sha256: string;
  /** First version of the package with the migration; since then the file must not change. Null: not released. */
  readonly release: string | null;
}
