import type { DataSource } from 'typeorm';
import { BOOKKEEPING_LIST } from '../../support/bookkeeping.js';

/** A constraint, unique index, enum column or trigger: something in the database that can refuse a write. */
export interface Guard {
  readonly kind: GuardKind;
  readonly table: string;
  /**
   * The constraint or index; for NOT NULL the column, for an enum the column and its type (`mode operational_mode`), for a trigger its
   * name and one of its events (`tg_audit_logs__append_only UPDATE`).
   */
  readonly name: string;
}

type GuardKind =
  'primary key' | 'unique' | 'unique index' | 'foreign key' | 'check' | 'not null' | 'enum' | 'trigger' | 'other';

export function keyOf({ kind, table, name }: Guard): string {
  return `${kind} ${table} ${name}`;
}

const OURS = `c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT IN (${BOOKKEEPING_LIST})`;

/**
 * Reads every guard of the schema from pg_catalog. Kinds without cases (exclusion constraints, constraints of domains) count as `other`,
 * so that a new one is reported. Of the column types, only enums count.
 */
export async function guardsOf(dataSource: DataSource): Promise<Guard[]> {
  const lists = await Promise.all(QUERIES.map((sql) => dataSource.query<Guard[]>(sql)));
  return lists.flat().sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

// NOT NULL is read from pg_attribute: PostgreSQL 18 lists it in pg_constraint ('n') as well, 15 does not. Constraint
// triggers ('t') are among the triggers.
const CONSTRAINTS = `
  SELECT CASE contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
                      WHEN 'c' THEN 'check' ELSE 'other' END AS kind,
         c.relname AS table, conname AS name
  FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
  WHERE ${OURS} AND contype NOT IN ('n', 't')`;

const DOMAIN_CONSTRAINTS = `
  SELECT 'other' AS kind, typname AS table, conname AS name
  FROM pg_constraint JOIN pg_type t ON t.oid = contypid
  WHERE connamespace = 'public'::regnamespace`;

// The index of a primary or unique key is part of the key. (pg_constraint also lists foreign keys with the index of their parent.)
const UNIQUE_INDEXES = `
  SELECT 'unique index' AS kind, c.relname AS table, i.relname AS name
  FROM pg_index JOIN pg_class c ON c.oid = indrelid JOIN pg_class i ON i.oid = indexrelid
  WHERE ${OURS} AND indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))`;

const NOT_NULLS = `
  SELECT 'not null' AS kind, c.relname AS table, attname AS name
  FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  WHERE ${OURS} AND attnotnull`;

const ENUMS = `
  SELECT 'enum' AS kind, c.relname AS table, attname || ' ' || typname AS name
  FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  JOIN pg_type t ON t.oid = atttypid
  WHERE ${OURS} AND typtype = 'e'`;

// The bits of pg_trigger.tgtype (catalog/pg_trigger.h).
const TRIGGERS = `
  SELECT 'trigger' AS kind, c.relname AS table, tgname || ' ' || event AS name
  FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
  JOIN (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) events (bit, event) ON tgtype & bit <> 0
  WHERE ${OURS} AND NOT tgisinternal`;

const QUERIES = [CONSTRAINTS, DOMAIN_CONSTRAINTS, UNIQUE_INDEXES, NOT_NULLS, ENUMS, TRIGGERS];
