import type { Context } from './lock.js';
import { MigrationStatementRefused } from './errors.js';
import { splitStatements, type Token } from '../../errors/sql-text.js';

/** A statement that cannot run inside a transaction, and whose outcome can be read from the catalog afterwards. */
export type ConcurrentStep =
  | { readonly does: 'create'; readonly index: string; readonly table: string; readonly unlessThere: boolean }
  | { readonly does: 'drop'; readonly index: string }
  | { readonly does: 'reindex'; readonly what: 'INDEX' | 'TABLE'; readonly name: string }
  | { readonly does: 'vacuum' };

/**
 * Parses a statement that cannot run inside a transaction.
 *
 * @throws MigrationStatementRefused when its outcome could not be read after a crash
 */
export function parseConcurrentStep(sql: string, migration: string): ConcurrentStep {
  const [statement = [], ...more] = splitStatements(sql);
  const step = more.length === 0 ? parseStatement(statement) : undefined;
  if (step) return step;
  throw new MigrationStatementRefused(
    `${migration}: a statement that cannot run inside a transaction could not be resumed after a crash`,
    [migration],
    'send one statement per query() call, and only CREATE INDEX CONCURRENTLY name ON table, DROP INDEX CONCURRENTLY name, REINDEX (INDEX or TABLE) CONCURRENTLY name, or VACUUM',
  );
}

function parseStatement(statement: readonly Token[]): ConcurrentStep | undefined {
  const text = statement.map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : text)).join(' ');
  if (text.startsWith('VACUUM')) return { does: 'vacuum' };
  const create = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY (IF NOT EXISTS )?/.exec(text);
  const drop = /^DROP INDEX CONCURRENTLY (IF EXISTS )?/.exec(text);
  const reindex = /^REINDEX (INDEX|TABLE) CONCURRENTLY /.exec(text);
  const prefix = (create ?? drop ?? reindex)?.[0];
  if (prefix === undefined) return undefined;
  const rest = statement.slice(prefix.trim().split(' ').length);
  const name = formatQualifiedName(rest);
  if (name === undefined) return undefined;
  if (reindex) return { does: 'reindex', what: reindex[1] as 'INDEX' | 'TABLE', name: name.sql };
  const after = rest.slice(name.length);
  // RESTRICT is the default and DROP INDEX CONCURRENTLY accepts only one index, so neither needs support.
  if (drop) return after.length === 0 ? { does: 'drop', index: name.sql } : undefined;
  if (after[0]?.text.toUpperCase() !== 'ON') return undefined;
  const table = formatQualifiedName(after.slice(after[1]?.text.toUpperCase() === 'ONLY' ? 2 : 1));
  return table && { does: 'create', index: name.sql, table: table.sql, unlessThere: create?.[1] !== undefined };
}

/**
 * Reads a name with or without a schema, and the number of its tokens. Returns undefined for `ON`: the index has no name.
 */
function formatQualifiedName(tokens: readonly Token[]): { sql: string; length: number } | undefined {
  const isName = (token: Token | undefined): token is Token => token?.kind === 'name' || token?.kind === 'word';
  const [first, dot, second] = tokens;
  if (!isName(first) || first.text.toUpperCase() === 'ON') return undefined;
  if (dot?.text === '.' && isName(second)) return { sql: `${first.text}.${second.text}`, length: 3 };
  return { sql: first.text, length: 1 };
}

/** `invalid`: the index exists but cannot be used, because its build failed or was killed. */
export type IndexState = 'absent' | 'invalid' | 'valid';

/**
 * Reads the state of an index.
 *
 * @param table the table whose schema contains the index; undefined: the name of the index is resolved by itself
 */
export async function readIndexState({ connection }: Context, index: string, table?: string): Promise<IndexState> {
  const [row] = await connection.queryRows<{ valid: boolean }>(
    `SELECT indisvalid AND indisready AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
     WHERE CASE WHEN $2::text IS NULL THEN oid = to_regclass($1) ELSE
       relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass($2)) AND relname = (parse_ident($1))[1] END`,
    [index, table ?? null],
  );
  if (row === undefined) return 'absent';
  return row.valid ? 'valid' : 'invalid';
}

/** Returns the name of an index, qualified with the schema of its table. */
export async function findIndex({ connection }: Context, index: string, table: string): Promise<string> {
  const [row] = await connection.queryRows<{ name: string }>(
    `SELECT format('%I.%I', nspname, (parse_ident($1))[1]) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE pg_class.oid = to_regclass($2)`,
    [index, table],
  );
  return row?.name ?? index;
}

/** Lists the invalid indexes that an interrupted REINDEX CONCURRENTLY left behind. */
export async function listReindexLeftovers(
  { connection }: Context,
  what: 'INDEX' | 'TABLE',
  name: string,
): Promise<string[]> {
  const rows = await connection.queryRows<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE NOT indisvalid AND relname ~ '_cc(new|old)[0-9]*$'
       AND indrelid = CASE $2 WHEN 'TABLE' THEN to_regclass($1) ELSE (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($1)) END`,
    [name, what],
  );
  return rows.map((row) => row.name);
}
