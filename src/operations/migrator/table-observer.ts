import type { Query } from '../../connection/database-access.js';
import { BOOKKEEPING_TABLES } from '../catalog/bookkeeping.js';
import type { MigratorConnection } from './connection.js';
import { findStrongest, type LockMode, toLockMode } from './lock-modes.js';

/** Reads the strongest lock that the session holds on each relation of its database, by object id. */
export async function readTableLocks(query: Query): Promise<Map<string, LockMode>> {
  const rows = await query<{ oid: string; mode: string }>(
    `SELECT relation::text AS oid, mode FROM pg_catalog.pg_locks
     WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
       AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
  );
  const locks = new Map<string, LockMode>();
  for (const { oid, mode } of rows) locks.set(oid, findStrongest(locks.get(oid), toLockMode(mode)));
  return locks;
}

/** A table and the file that stores it: a changed file means that the table was rewritten. */
export interface TableFile {
  readonly oid: string;
  readonly table: string;
  /** Null: the table stores no rows itself, because it is partitioned. */
  readonly file: string | null;
}

/** What the caller of `readTables` selects, in terms of pg_class `c` and pg_namespace `n`. */
interface TableSelection {
  /** The condition that the tables meet. */
  readonly where: string;
  /** The expression of the table name. Default: always qualified with the schema. */
  readonly name?: string;
  /** More columns. */
  readonly columns?: string;
}

/** Reads tables, ordered by name. */
export function readTables<More extends object>(
  query: Query,
  { where, name = `pg_catalog.format('%I.%I', nspname, relname)`, columns }: TableSelection,
): Promise<(TableFile & More)[]> {
  return query<TableFile & More>(
    `SELECT c.oid::text AS oid, ${name} AS table, pg_catalog.pg_relation_filenode(c.oid)::text AS file${columns === undefined ? '' : `, ${columns}`}
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace WHERE ${where} ORDER BY 2`,
  );
}

/** The tables that the dry run observes: all that hold rows, except those of the migrator. */
const OBSERVED: TableSelection = {
  where: `relkind IN ('r', 'p', 'm') AND nspname <> 'information_schema' AND nspname !~ '^pg_(catalog|toast)'
   AND relname NOT IN (${BOOKKEEPING_TABLES.map((table) => `'${table}'`).join(', ')})`,
  name: `CASE nspname WHEN current_schema() THEN quote_ident(relname) ELSE format('%I.%I', nspname, relname) END`,
};

/** Sizes of a table. As text: bigints. */
const SIZES = 'pg_total_relation_size(c.oid)::text AS bytes, reltuples::bigint::text AS rows';

/** What happened to tables since the last look. */
interface Observation {
  readonly locks: { table: string; mode: LockMode }[];
  readonly rewrites: string[];
}

export interface TableObserver {
  look(): Promise<Observation>;
  /** Returns the size of a table when the observation began; null: the table did not exist, or was never analyzed. */
  sizeOf(table: string): { bytes: number | null; rows: number | null };
}

/** Observes the tables during the open transaction of a connection. */
export async function observeTables(connection: MigratorConnection): Promise<TableObserver> {
  const query: Query = (sql) => connection.queryRows(sql);
  const before = await readTables<{ bytes: string; rows: string }>(query, { ...OBSERVED, columns: SIZES });
  const files = new Map(before.map(({ oid, file }) => [oid, file]));
  const held = new Map<string, LockMode>();
  // Names are kept, because a dropped table stays locked until the end of the transaction.
  const names = new Map(before.map(({ oid, table }) => [oid, table]));
  const sizes = new Map(before.map(({ table, bytes, rows }) => [table, { bytes: Number(bytes), rows: toCount(rows) }]));

  const look = async (): Promise<Observation> => {
    const current = await readTables(query, OBSERVED);
    for (const { oid, table } of current) if (!names.has(oid)) names.set(oid, table);
    const observation: Observation = { locks: [], rewrites: [] };
    for (const [oid, mode] of await readTableLocks(query)) {
      const table = names.get(oid);
      if (table === undefined || mode === held.get(oid)) continue;
      held.set(oid, mode);
      observation.locks.push({ table, mode });
    }
    for (const { oid, table, file } of current) {
      const oldFile = files.get(oid);
      if (oldFile !== undefined && oldFile !== file) observation.rewrites.push(table);
      files.set(oid, file);
    }
    return observation;
  };
  await look();
  return { look, sizeOf: (table) => sizes.get(table) ?? { bytes: null, rows: null } };
}

/** Converts pg_class.reltuples, where -1 means that the table was never analyzed. */
function toCount(reltuples: string): number | null {
  return Number(reltuples) < 0 ? null : Number(reltuples);
}
