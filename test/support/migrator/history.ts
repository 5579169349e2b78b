import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { parseDatabaseUrl } from '../../../src/connection/database-url.js';
import type { MigrationChecksum } from '../../../src/migrations/migration.js';

/** A migration that exists for a test. As plain data, so that another process can be told of it. */
export interface TestMigration {
  /** Ends in 13 digits, its place in the order. */
  readonly name: string;
  readonly up: readonly string[];
  readonly down?: readonly string[];
  readonly transaction?: false;
  readonly irreversibleBecause?: string;
}

/** Timestamp of the nth migration of a history. */
export function stamp(place: number): string {
  return String(1_700_000_000_000 + place);
}

/** A DataSource of these migrations, not connected. */
export function historySource(url: string, migrations: readonly TestMigration[]): DataSource {
  const { host, port, database, user, password } = parseDatabaseUrl(url);
  return new DataSource({
    type: 'postgres',
    ...{ host, port, database },
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    migrations: migrations.map(classOf),
  });
}

export function classOf({ name, up, down = [], ...rest }: TestMigration): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = name;

    constructor() {
      Object.assign(this, rest);
    }

    async up(queryRunner: QueryRunner): Promise<void> {
      for (const sql of up) await queryRunner.query(sql);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
      for (const sql of down) await queryRunner.query(sql);
    }
  };
}

/** What docs:generate would write of these migrations: an edit changes it. */
export function checksumsOf(migrations: readonly TestMigration[]): Record<string, MigrationChecksum> {
  return Object.fromEntries(
    migrations.map((migration) => [migration.name, { sha256: JSON.stringify(migration), release: null }]),
  );
}

/**
 * Ten statements in three migrations, with and without transaction, among them two that would show being done twice (n = n + 1)
 * and one of each kind that no transaction can hold.
 */
export const TEN_STATEMENTS: readonly TestMigration[] = [
  {
    name: `CreateTables${stamp(1)}`,
    up: [
      'CREATE TABLE counters (id integer PRIMARY KEY, n integer NOT NULL)',
      'INSERT INTO counters SELECT id, 0 FROM generate_series(1, 500) AS id',
      'CREATE TABLE notes (id integer PRIMARY KEY, counter_id integer REFERENCES counters, text text)',
      'CREATE INDEX old_index ON notes (text)',
    ],
  },
  {
    name: `CountOnce${stamp(2)}`,
    up: ['UPDATE counters SET n = n + 1', 'INSERT INTO notes SELECT id, id, repeat(id::text, 10) FROM counters'],
  },
  {
    name: `StepByStep${stamp(3)}`,
    transaction: false,
    up: [
      'CREATE INDEX CONCURRENTLY new_index ON notes (counter_id, text)',
      'UPDATE counters SET n = n + 10',
      'DROP INDEX CONCURRENTLY old_index',
      'ALTER TABLE notes ADD COLUMN seen boolean NOT NULL DEFAULT false',
    ],
  },
];
