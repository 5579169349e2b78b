import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withClient } from '../../connection/client.js';
import { readTableLocks, readTables, type TableFile } from '../migrator/table-observer.js';
import type { TableLock } from './rehearse.js';

export type MigrationClass = new () => MigrationInterface;

/** What was observed while a migration ran. Durations are milliseconds of the last run in that direction. */
export interface Observation {
  up: number;
  down: number;
  locks: readonly TableLock[] | null;
}

/** The tables that a rehearsal observes: those that store rows themselves, outside PostgreSQL's own schemas. */
const OBSERVED = { where: `relkind IN ('r', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema'` };

/** Returns a subclass of the migration that records its observation. */
export function observeMigration(Class: MigrationClass, observation: Observation): MigrationClass {
  const Observed = class extends Class {
    override async up(queryRunner: QueryRunner): Promise<void> {
      const started = performance.now();
      await super.up(queryRunner);
      observation.up = performance.now() - started;
      if (this.transaction !== false) observation.locks = await readLocks(queryRunner);
    }

    override async down(queryRunner: QueryRunner): Promise<void> {
      const started = performance.now();
      await super.down(queryRunner);
      observation.down = performance.now() - started;
    }
  };
  // TypeORM falls back to the name of the class.
  Object.defineProperty(Observed, 'name', { value: Class.name });
  return Observed;
}

/** Reads the locks of a migration at the end of its transaction, which still holds all of them. Omits locks of plain reads. */
async function readLocks(queryRunner: QueryRunner): Promise<TableLock[]> {
  const query = <Row extends object>(sql: string): Promise<Row[]> => queryRunner.query(sql) as Promise<Row[]>;
  const locks = await readTableLocks(query);
  return (await readTables(query, OBSERVED)).flatMap(({ oid, table }) => {
    const mode = locks.get(oid);
    return mode === undefined || mode === 'ACCESS SHARE' ? [] : [{ table, mode }];
  });
}

/** Reads the file of each table, by object id: another file means that the table was rewritten. */
export async function readTableFiles(url: string, database: string): Promise<ReadonlyMap<string, TableFile>> {
  return withClient(url, { database, readOnly: true, applicationName: 'shared-db rehearsal' }, async (client) => {
    const query = async <Row extends object>(sql: string): Promise<Row[]> => (await client.query<Row>(sql)).rows;
    const tables = await readTables(query, OBSERVED);
    return new Map(tables.map((table) => [table.oid, table]));
  });
}
