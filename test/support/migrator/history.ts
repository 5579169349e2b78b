import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { parseDatabaseUrl } from '../../../src/connection/database-url.js';
import type { MigrationChecksum } from '../../../src/migrations/migration.js';

/** A migration of a test. It is plain data, so that it can be passed to another process. */
export interface TestMigration {
  /** Ends in 13 digits, which give the order. */
  readonly name: string;
  readonly up: readonly string[];
  readonly down?: readonly string[];
  readonly transaction?: false;
  readonly irreversibleBecause?: string;
}

/** Returns the timestamp of the nth migration of a history. */
export function stamp(index: number): string {
  return String(1_700_000_000_000 + index);
}

/** Creates an unconnected DataSource with the given migrations. */
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

/** Returns checksums of the migrations, in the format of docs:generate. Any edit changes them. */
export function checksumsOf(migrations: readonly TestMigration[]): Record<string, MigrationChecksum> {
  return Object.fromEntries(
    migrations.map((migration) => [migration.name, { sha256: JSON.stringify(migration), release: null }]),
  );
}

/**
 * Ten statements in three migrations, with and without a transaction. Two of them reveal that they ran twice (n = n + 1), and there is
 * one CREATE and one DROP INDEX CONCURRENTLY.
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
