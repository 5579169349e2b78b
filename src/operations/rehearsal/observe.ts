import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createQuery } from '../backup/server.js';
import { withClient } from '../../connection/client.js';
import type { TableLock } from './rehearse.js';

export type MigrationClass = new () => MigrationInterface;

/** What is seen of a migration while it runs. Milliseconds are those of the last run in that direction. */
export interface Observation {
  up: number;
  down: number;
  locks: readonly TableLock[] | null;
}

// Weakest first, as the documentation lists them.
const MODES = [
  'AccessShare',
  'RowShare',
  'RowExclusive',
  'ShareUpdateExclusive',
  'Share',
  'ShareRowExclusive',
  'Exclusive',
  'AccessExclusive',
];

// Locks are held until the transaction ends, so that at its end they are all there. Reading waits for nearly nobody.
const LOCKS = `
SELECT format('%I.%I', nspname, relname) AS table, array_agg(replace(mode, 'Lock', '')) AS modes
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND relkind IN ('r', 'p', 'm')
  AND nspname !~ '^pg_' AND nspname <> 'information_schema' AND mode <> 'AccessShareLock'
GROUP BY 1 ORDER BY 1`;

/** The same migration, watched. */
export function observeMigration(Class: MigrationClass, observation: Observation): MigrationClass {
  const Observed = class extends Class {
    override async up(queryRunner: QueryRunner): Promise<void> {
      const started = performance.now();
      await super.up(queryRunner);
      observation.up = performance.now() - started;
      if (this.transaction === false) return;
      const rows = (await queryRunner.query(LOCKS)) as { table: string; modes: string[] }[];
      observation.locks = rows.map(({ table, modes }) => ({ table, mode: findStrongest(modes) }));
    }

    override async down(queryRunner: QueryRunner): Promise<void> {
      const started = performance.now();
      await super.down(queryRunner);
      observation.down = performance.now() - started;
    }
  };
  // TypeORM may take it from here.
  Object.defineProperty(Observed, 'name', { value: Class.name });
  return Observed;
}

/** Where each table is kept: another file means that it was written anew. By object id. */
export async function readTableFiles(url: string, database: string): Promise<ReadonlyMap<string, TableFile>> {
  return withClient(url, { database, readOnly: true, applicationName: 'shared-db rehearsal' }, async (client) => {
    const rows = (await createQuery(client)(
      `SELECT c.oid::text, format('%I.%I', nspname, relname) AS table, pg_relation_filenode(c.oid)::text AS file
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind IN ('r', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema'`,
    )) as (TableFile & { oid: string })[];
    return new Map(rows.map(({ oid, ...file }) => [oid, file]));
  });
}

export interface TableFile {
  readonly table: string;
  readonly file: string;
}

function findStrongest(modes: readonly string[]): string {
  const mode = [...modes].sort((a, b) => MODES.indexOf(b) - MODES.indexOf(a))[0] ?? '';
  return mode.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}
