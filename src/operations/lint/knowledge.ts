import type { Node } from 'libpg-query';
import { quoteIdentifier } from '../../errors/sql-text.js';
import {
  type AddedConstraint,
  changesSchema,
  findNodes,
  getName,
  getTableName,
  listAddedConstraints,
  listCommands,
  listCreatedConstraints,
} from './ast.js';
import type { CollectedMigration, Reader } from './collect.js';
import type { Context, Statement } from './rule.js';

/** What the rules need to know about the database on which the migrations are pending. */
export interface DatabaseFacts {
  /** Whether the table exists and has no rows. */
  isEmpty(table: string): boolean;
  /** Whether a validated CHECK proves that the column is never null. */
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

/** Reads the facts about these tables. A table that does not exist, or whose rows the role cannot see, counts as not empty. */
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
  const quoted = table.split('.').map(quoteIdentifier).join('.');
  const [row] = await reader.query<{ rows: number | null }[]>(
    'SELECT (SELECT reltuples FROM pg_class WHERE oid = to_regclass($1)) AS rows',
    [quoted],
  );
  // The estimate avoids reading large tables. It is 0 or -1 for tables that were never analyzed.
  if (row?.rows === undefined || row.rows === null || row.rows > 0) return false;
  try {
    const [found] = await reader.query<{ empty: boolean }[]>(`SELECT NOT EXISTS (SELECT FROM ${quoted}) AS empty`);
    return found?.empty ?? false;
  } catch {
    return false;
  }
}

/** What is known about tables, indexes and enums while migrations are linted in order, statement by statement. */
export interface Knowledge {
  /** Returns the context for the statements of a migration. */
  begin(migration: CollectedMigration): Context;
  /** Adds what a statement creates. Call it after the statement was linted. */
  learn(statement: Statement): void;
}

/**
 * Starts without knowledge of any statement.
 *
 * @param facts about the database on which the migrations are pending: with them, a table that any of the migrations creates is new.
 *   Without them, only a table that the same migration creates is new, and every other table counts as used and not empty.
 */
export function startKnowledge(facts: DatabaseFacts | undefined): Knowledge {
  const created = new Set<string>();
  const indexes = new Map<string, string>();
  const newValues = new Map<string, string>();
  const checks: Checks = new Map();
  const proven = (name: string): boolean =>
    [...checks.values()].some(({ column, validated }) => validated && column === name);
  return {
    begin({ inTransaction, statements }) {
      if (facts === undefined) created.clear();
      newValues.clear();
      return {
        inTransaction,
        statements,
        changesSchema: statements.some(({ node }) => changesSchema(node)),
        newValues,
        isNew: (table) => created.has(table),
        isEmpty: (table) => created.has(table) || (facts?.isEmpty(table) ?? false),
        isProvenNotNull: (table, column) =>
          proven(`${table}.${column}`) || (facts?.isProvenNotNull(table, column) ?? false),
        tableOfIndex: (index) => indexes.get(index),
      };
    },
    learn({ node }) {
      for (const name of listCreatedNames(node)) created.add(name);
      if ('IndexStmt' in node && node.IndexStmt.relation !== undefined && node.IndexStmt.idxname !== undefined) {
        indexes.set(node.IndexStmt.idxname, getTableName(node.IndexStmt.relation));
      }
      if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal === undefined) {
        const { typeName, newVal = '' } = node.AlterEnumStmt;
        if (!created.has(getName(typeName))) newValues.set(newVal, getName(typeName));
      }
      learnChecks(node, checks);
    },
  };
}

/** CHECKs of the form `column IS NOT NULL`, by `table.constraint`. */
type Checks = Map<string, { column: string; validated: boolean }>;

function learnChecks(node: Node, checks: Checks): void {
  for (const added of [...listAddedConstraints(node), ...listCreatedConstraints(node)]) {
    const column = getNotNullColumn(added);
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

/** Returns the tables, views and types that a statement certainly creates: with IF NOT EXISTS, they may exist already. */
function listCreatedNames(node: Node): string[] {
  if ('CreateStmt' in node) {
    const { relation, if_not_exists: mayExist } = node.CreateStmt;
    return relation === undefined || mayExist === true ? [] : [getTableName(relation)];
  }
  if ('CreateTableAsStmt' in node) {
    const { into, if_not_exists: mayExist } = node.CreateTableAsStmt;
    return into?.rel === undefined || mayExist === true ? [] : [getTableName(into.rel)];
  }
  if ('SelectStmt' in node)
    return node.SelectStmt.intoClause?.rel ? [getTableName(node.SelectStmt.intoClause.rel)] : [];
  if ('ViewStmt' in node) return node.ViewStmt.view && !node.ViewStmt.replace ? [getTableName(node.ViewStmt.view)] : [];
  return 'CreateEnumStmt' in node ? [getName(node.CreateEnumStmt.typeName)] : [];
}

/** Returns the column of `CHECK (column IS NOT NULL)`; undefined for other constraints. */
function getNotNullColumn({ constraint: { contype, raw_expr: rule } }: AddedConstraint): string | undefined {
  if (contype !== 'CONSTR_CHECK' || rule === undefined || !('NullTest' in rule)) return undefined;
  const { arg, nulltesttype } = rule.NullTest;
  if (nulltesttype !== 'IS_NOT_NULL' || arg === undefined || !('ColumnRef' in arg)) return undefined;
  return getName(arg.ColumnRef.fields?.slice(-1));
}

/** Returns every table that the statements name. */
export function listTables(migrations: readonly CollectedMigration[]): Set<string> {
  const tables = new Set<string>();
  for (const { node } of migrations.flatMap(({ statements }) => statements)) {
    for (const { relname, schemaname } of findNodes(node)) {
      if (typeof relname !== 'string') continue;
      tables.add(getTableName(typeof schemaname === 'string' ? { relname, schemaname } : { relname }));
    }
  }
  return tables;
}
