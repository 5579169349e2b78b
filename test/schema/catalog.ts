import type { DataSource } from 'typeorm';
import { BOOKKEEPING_TABLES } from '../../src/operations/catalog/bookkeeping.js';
import { BOOKKEEPING_LIST } from '../support/bookkeeping.js';

/** Every table with an entity; not the bookkeeping tables of the migrator. */
const OURS = `relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN (${BOOKKEEPING_LIST})`;

export interface ColumnRow {
  table: string;
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  comment: string | null;
}

export interface IndexRow {
  table: string;
  name: string;
  columns: string[];
  unique: boolean;
  predicate: string | null;
}

export interface ConstraintRow {
  table: string;
  name: string;
  kind: 'p' | 'u' | 'f' | 'c';
  columns: string[];
  onDelete: string;
}

export async function tables(dataSource: DataSource): Promise<{ name: string; comment: string | null }[]> {
  return dataSource.query(
    `SELECT relname AS name, obj_description(oid, 'pg_class') AS comment FROM pg_class WHERE ${OURS} ORDER BY 1`,
  );
}

export async function columns(dataSource: DataSource): Promise<ColumnRow[]> {
  return dataSource.query(
    `SELECT relname AS table, attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS "notNull",
            pg_get_expr(adbin, adrelid) AS default, col_description(c.oid, attnum) AS comment
     FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
     LEFT JOIN pg_attrdef d ON adrelid = c.oid AND adnum = attnum
     WHERE ${OURS} ORDER BY relname, attnum`,
  );
}

export async function indexes(dataSource: DataSource): Promise<IndexRow[]> {
  return dataSource.query(
    `SELECT c.relname AS table, i.relname AS name, indisunique AS unique,
            pg_get_expr(indpred, indrelid) AS predicate,
            ARRAY(SELECT pg_get_indexdef(indexrelid, k, true) FROM generate_series(1, indnkeyatts) k) AS columns
     FROM pg_index JOIN pg_class c ON c.oid = indrelid JOIN pg_class i ON i.oid = indexrelid
     WHERE ${OURS.replaceAll('rel', 'c.rel')} ORDER BY 1, 2`,
  );
}

export async function constraints(dataSource: DataSource): Promise<ConstraintRow[]> {
  return dataSource.query(
    `SELECT relname AS table, conname AS name, contype AS kind,
            CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END
              AS "onDelete",
            ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, o)
                  JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY o) AS columns
     FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
     WHERE ${OURS} AND contype IN ('p', 'u', 'f', 'c') ORDER BY 1, 2`,
  );
}

export async function enums(dataSource: DataSource): Promise<{ name: string; values: string }[]> {
  return dataSource.query(
    `SELECT typname AS name, string_agg(enumlabel, ' ' ORDER BY enumsortorder) AS values
     FROM pg_enum JOIN pg_type t ON t.oid = enumtypid GROUP BY typname ORDER BY 1`,
  );
}

/** The bookkeeping tables of the migrator, and objects named after them: sequences, keys, row types. */
const NOT_OURS = `'${BOOKKEEPING_TABLES.join('|')}'`;

/** Lists everything in the schema that a migration could have created. It is empty when all migrations are reverted. */
export async function leftovers(dataSource: DataSource): Promise<{ name: string }[]> {
  return dataSource.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ ${NOT_OURS}
     UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typname !~ ${NOT_OURS}
     UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
  );
}
