import type { Node } from 'libpg-query';
import {
  type AddedConstraint,
  listAddedConstraints,
  changesSchema,
  listCommands,
  listCreatedConstraints,
  getName,
  getTableName,
} from './ast.js';
import type { CollectedMigration, Reader } from './collect.js';
import type { Context, Statement } from './rule.js';

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

/** What is known at each point of a history that is gone through statement by statement. */
export interface Knowledge {
  /** Begins a migration. */
  begin(migration: CollectedMigration): Context;
  /** After the statement was judged. */
  learn(statement: Statement): void;
}

/**
 * @param facts of the database on which the migrations are pending. Without it every table that a migration did not make itself
 *   may be in use and full; with it, all that the migrations make is new, since nobody has used it yet.
 */
export function startKnowledge(facts: DatabaseFacts | undefined): Knowledge {
  const made = new Set<string>();
  const indexes = new Map<string, string>();
  const newValues = new Map<string, string>();
  const checks: Checks = new Map();
  const proven = (name: string): boolean =>
    [...checks.values()].some(({ column, validated }) => validated && column === name);
  return {
    begin({ inTransaction, statements }) {
      if (facts === undefined) made.clear();
      newValues.clear();
      return {
        inTransaction,
        statements,
        changesSchema: statements.some(({ node }) => changesSchema(node)),
        newValues,
        isNew: (table) => made.has(table),
        isEmpty: (table) => made.has(table) || (facts?.isEmpty(table) ?? false),
        isProvenNotNull: (table, column) =>
          proven(`${table}.${column}`) || (facts?.isProvenNotNull(table, column) ?? false),
        tableOfIndex: (index) => indexes.get(index),
      };
    },
    learn({ node }) {
      for (const name of listCreatedNames(node)) made.add(name);
      if ('IndexStmt' in node && node.IndexStmt.relation !== undefined && node.IndexStmt.idxname !== undefined) {
        indexes.set(node.IndexStmt.idxname, getTableName(node.IndexStmt.relation));
      }
      if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal === undefined) {
        const { typeName, newVal = '' } = node.AlterEnumStmt;
        if (!made.has(getName(typeName))) newValues.set(newVal, getName(typeName));
      }
      learnChecks(node, checks);
    },
  };
}

/** By `table.constraint`. */
type Checks = Map<string, { column: string; validated: boolean }>;

function learnChecks(node: Node, checks: Checks): void {
  for (const added of [...listAddedConstraints(node), ...listCreatedConstraints(node)]) {
    const column = isPresentColumn(added);
    if (column === undefined || added.constraint.conname === undefined) continue;
    checks.set(`${added.table}.${added.constraint.conname}`, {
      column: `${added.table}.${column}`,
      validated: added.constraint.skip_validation !== true,
    });
  }
  for (const { table, command } of listCommands(node, 'AT_ValidateConstraint')) {
    const check = checks.get(`${table}.${command.name ?? ''}`);
    if (check !== undefined) check.validated = true;
  }
  for (const { table, command } of listCommands(node, 'AT_DropConstraint')) {
    checks.delete(`${table}.${command.name ?? ''}`);
  }
}

/** Tables, views and types that a statement makes for certain: IF NOT EXISTS may find one that is there. */
function listCreatedNames(node: Node): string[] {
  if ('CreateStmt' in node) {
    const { relation, if_not_exists: perhaps } = node.CreateStmt;
    return relation === undefined || perhaps === true ? [] : [getTableName(relation)];
  }
  if ('CreateTableAsStmt' in node) {
    const { into, if_not_exists: perhaps } = node.CreateTableAsStmt;
    return into?.rel === undefined || perhaps === true ? [] : [getTableName(into.rel)];
  }
  if ('SelectStmt' in node)
    return node.SelectStmt.intoClause?.rel ? [getTableName(node.SelectStmt.intoClause.rel)] : [];
  if ('ViewStmt' in node) return node.ViewStmt.view && !node.ViewStmt.replace ? [getTableName(node.ViewStmt.view)] : [];
  return 'CreateEnumStmt' in node ? [getName(node.CreateEnumStmt.typeName)] : [];
}

/** The column of `CHECK (column IS NOT NULL)`. */
function isPresentColumn({ constraint: { contype, raw_expr: rule } }: AddedConstraint): string | undefined {
  if (contype !== 'CONSTR_CHECK' || rule === undefined || !('NullTest' in rule)) return undefined;
  const { arg, nulltesttype } = rule.NullTest;
  if (nulltesttype !== 'IS_NOT_NULL' || arg === undefined || !('ColumnRef' in arg)) return undefined;
  return getName(arg.ColumnRef.fields?.slice(-1));
}
