import type { Reader } from './collect.js';

/** What the rules want to know of the database on which the migrations are pending. */
export interface DatabaseFacts {
  /** It is there and has no rows. */
  isEmpty(table: string): boolean;
  /** A validated CHECK says that the column is never null. */
  isProvenNotNull(table: string, column: string): boolean;
}

const PROVEN = `
  SELECT c.relname AS "table", a.attname AS "column", nullif(n.nspname, current_schema()) AS "schema"
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
  WHERE k.contype = 'c' AND k.convalidated AND array_length(k.conkey, 1) = 1
    AND pg_get_constraintdef(k.oid) ~ '^CHECK \\(\\(("[^"]+"|\\w+) IS NOT NULL\\)\\)$'`;

/** Reads the facts about these tables. A table whose rows this role may not see counts as full, as does one that is not there. */
export async function readFacts(reader: Reader, tables: ReadonlySet<string>): Promise<DatabaseFacts> {
  const empty = new Set<string>();
  for (const table of tables) if (await isEmpty(reader, table)) empty.add(table);
  const rows = await reader.query<{ schema: string | null; table: string; column: string }[]>(PROVEN);
  const proven = new Set(
    rows.map(({ schema, table, column }) => `${schema === null ? '' : `${schema}.`}${table}.${column}`),
  );
  return {
    isEmpty: (table) => empty.has(table),
    isProvenNotNull: (table, column) => proven.has(`${table}.${column}`),
  };
}

async function isEmpty(reader: Reader, table: string): Promise<boolean> {
  const quoted = table
    .split('.')
    .map((word) => `"${word.replaceAll('"', '""')}"`)
    .join('.');
  const [row] = await reader.query<{ rows: number | null }[]>(
    'SELECT (SELECT reltuples FROM pg_class WHERE oid = to_regclass($1)) AS rows',
    [quoted],
  );
  // The estimate saves looking into large tables; of small and new ones it knows nothing.
  if (row?.rows === undefined || row.rows === null || row.rows > 0) return false;
  try {
    const [found] = await reader.query<{ empty: boolean }[]>(`SELECT NOT EXISTS (SELECT FROM ${quoted}) AS empty`);
    return found?.empty ?? false;
  } catch {
    return false;
  }
}
