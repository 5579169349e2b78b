import type { DataSource } from 'typeorm';
import { BOOKKEEPING_LIST } from '../../support/bookkeeping.js';

/** A CHECK from the catalog. */
export interface Check {
  readonly name: string;
  readonly table: string;
  /** The columns it reads. */
  readonly columns: readonly string[];
  /** Its expression. */
  readonly expression: string;
  /** Its definition, as it follows `ALTER TABLE … ADD CONSTRAINT name`. */
  readonly definition: string;
}

/** A column from the catalog, with all that its declaration needs. */
export interface StoredColumn {
  readonly table: string;
  readonly name: string;
  /** `timestamp(3) with time zone` */
  readonly type: string;
  /** The OID by which node-postgres chooses its parser. */
  readonly typeId: number;
  readonly notNull: boolean;
  readonly default: string | null;
}

export interface Catalog {
  readonly checks: readonly Check[];
  readonly columns: readonly StoredColumn[];
}

const OURS = `relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN (${BOOKKEEPING_LIST})`;

/** Reads every CHECK and every column of the migrated database. */
export async function readCatalog(dataSource: DataSource): Promise<Catalog> {
  const checks = await dataSource.query<Check[]>(
    `SELECT relname AS table, conname AS name, pg_get_expr(conbin, conrelid) AS expression,
            pg_get_constraintdef(k.oid) AS definition,
            ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
                  ORDER BY attnum) AS columns
     FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid WHERE ${OURS} AND contype = 'c' ORDER BY 1, 2`,
  );
  const columns = await dataSource.query<StoredColumn[]>(
    `SELECT relname AS table, attname AS name, format_type(atttypid, atttypmod) AS type, atttypid::int AS "typeId",
            attnotnull AS "notNull", pg_get_expr(adbin, adrelid) AS default
     FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
     LEFT JOIN pg_attrdef d ON adrelid = c.oid AND adnum = attnum
     WHERE ${OURS} ORDER BY 1, attnum`,
  );
  return { checks, columns };
}
