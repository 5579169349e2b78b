import type { Query } from '../schema/snapshot.js';
import type { FingerprintOptions } from './fingerprint.js';

/** The rows of a table, whatever their order. */
export interface TableRows {
  readonly rows: number;
  /** Sum of one 64-bit hash per row: the same rows in another order have the same. As text: longer than a number of JavaScript. */
  readonly hash: string;
  /** The same per column, by its name as SQL writes it; absent unless asked for. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** Stands for a table among tables: no path is without a schema. */
export const LARGE_OBJECTS = 'large objects';

// Foreign tables hold rows of another database; a partitioned table has its rows in its partitions; a materialized view what it
// was made of when it was last refreshed, which a restore does anew.
const TABLES = `
SELECT format('%I.%I', nspname, relname) AS path,
  (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY 1`;

/** PostgreSQL's own hash of the bytes of a text, the same from 15 to 18. NULL has one too: an empty sum would hide it. */
const hashOf = (text: string): string => `hashtextextended(coalesce(${text}, '\\N') COLLATE "C", 0)`;
const sumOf = (hash: string): string => `coalesce(sum(${hash}), 0)::text`;

/** Count and hash of every table, in order of their names. */
export async function readRows(
  query: Query,
  { columns = false, onTable }: FingerprintOptions,
): Promise<Record<string, TableRows>> {
  const tables = (await query(TABLES)) as { path: string; columns: string[] | null }[];
  const result: Record<string, TableRows> = {};
  for (const [index, table] of tables.entries()) {
    onTable?.(table.path, index, tables.length);
    result[table.path] = await rowsOf(query, table.path, columns ? (table.columns ?? []) : undefined);
  }
  const large = await largeObjects(query);
  return large.rows === 0 ? result : { ...result, [LARGE_OBJECTS]: large };
}

async function rowsOf(query: Query, path: string, columns?: readonly string[]): Promise<TableRows> {
  const hashes = (columns ?? []).map((column) => `, ${sumOf(hashOf(`r.${column}::text`))}`);
  // ROW(r.*), since plain r would be a column of that name.
  const [row] = (await query(
    `SELECT count(*)::text AS rows, ${sumOf(hashOf('ROW(r.*)::text'))} AS hash,
       ARRAY[${hashes.join('').replace(/^, /, '')}]::text[] AS columns FROM ONLY ${path} r`,
  )) as { rows: string; hash: string; columns: string[] }[];
  const { rows = '0', hash = '0', columns: sums = [] } = row ?? {};
  return {
    rows: Number(rows),
    hash,
    ...(columns ? { columns: Object.fromEntries(columns.map((column, i) => [column, sums[i] ?? ''])) } : {}),
  };
}

/** Not in any table that may be read: counted first, since most databases have none. */
async function largeObjects(query: Query): Promise<TableRows> {
  const [count] = (await query('SELECT count(*)::int AS rows FROM pg_largeobject_metadata')) as { rows: number }[];
  if (count === undefined || count.rows === 0) return { rows: 0, hash: '0' };
  const [row] = (await query(
    `SELECT ${sumOf(hashOf(`oid::text || ' ' || md5(lo_get(oid))`))} AS hash FROM pg_largeobject_metadata`,
  )) as { hash: string }[];
  return { rows: count.rows, hash: row?.hash ?? '0' };
}
