import type { MigrationInterface, QueryRunner } from 'typeorm';

interface StatedMigration extends MigrationInterface {
  /** Name of the class, timestamp included: what the table `migrations` records. */
  readonly name: string;
  /**
   * TypeORM’s own: absent or true, it runs in a transaction of its own, and all of it happens or nothing. False is for what
   * PostgreSQL refuses there (CREATE INDEX CONCURRENTLY); what it did before a failure stays, so it must bear to be run again.
   */
  readonly transaction?: boolean;
}

/** `down` brings back exactly the schema before `up`, and keeps every row of the tables that `up` did not make. */
export interface ReversibleMigration extends StatedMigration {
  readonly reversible: true;
}

/** What it did cannot be taken back: the way is forward, or the backup. */
export interface IrreversibleMigration extends StatedMigration {
  readonly reversible: false;
  /** A sentence for whoever wanted to take it back: what is lost, and what to do instead. */
  readonly irreversibleBecause: string;
  /** @throws Error with `irreversibleBecause`, having done nothing */
  down(queryRunner: QueryRunner): Promise<never>;
}

export type Migration = ReversibleMigration | IrreversibleMigration;

export type MigrationClass = new () => Migration;

/** What is known of the source of a migration. */
export interface MigrationChecksum {
  /** Of the text of its file, in hexadecimal; line ends count as \n. */
  readonly sha256: string;
  /** The first version of the package that had it: since then it never changes. Null: none yet. */
  readonly release: string | null;
}
