import type { Node } from 'libpg-query';
import {
  addedConstraints,
  changesSchema,
  commandsOf,
  createdConstraints,
  nameOf,
  tableName,
  type AddedConstraint,
} from './ast.js';
import type { CollectedMigration } from './collect.js';
import type { DatabaseFacts } from './database-facts.js';
import type { Context, Statement } from './rule.js';

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
      for (const name of namesMade(node)) made.add(name);
      if ('IndexStmt' in node && node.IndexStmt.relation !== undefined && node.IndexStmt.idxname !== undefined) {
        indexes.set(node.IndexStmt.idxname, tableName(node.IndexStmt.relation));
      }
      if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal === undefined) {
        const { typeName, newVal = '' } = node.AlterEnumStmt;
        if (!made.has(nameOf(typeName))) newValues.set(newVal, nameOf(typeName));
      }
      learnChecks(node, checks);
    },
  };
}

/** By `table.constraint`. */
type Checks = Map<string, { column: string; validated: boolean }>;

function learnChecks(node: Node, checks: Checks): void {
  for (const added of [...addedConstraints(node), ...createdConstraints(node)]) {
    const column = presentColumn(added);
    if (column === undefined || added.constraint.conname === undefined) continue;
    checks.set(`${added.table}.${added.constraint.conname}`, {
      column: `${added.table}.${column}`,
      validated: added.constraint.skip_validation !== true,
    });
  }
  for (const { table, command } of commandsOf(node, 'AT_ValidateConstraint')) {
    const check = checks.get(`${table}.${command.name ?? ''}`);
    if (check !== undefined) check.validated = true;
  }
  for (const { table, command } of commandsOf(node, 'AT_DropConstraint')) {
    checks.delete(`${table}.${command.name ?? ''}`);
  }
}

/** Tables, views and types that a statement makes for certain: IF NOT EXISTS may find one that is there. */
function namesMade(node: Node): string[] {
  if ('CreateStmt' in node) {
    const { relation, if_not_exists: perhaps } = node.CreateStmt;
    return relation === undefined || perhaps === true ? [] : [tableName(relation)];
  }
  if ('CreateTableAsStmt' in node) {
    const { into, if_not_exists: perhaps } = node.CreateTableAsStmt;
    return into?.rel === undefined || perhaps === true ? [] : [tableName(into.rel)];
  }
  if ('SelectStmt' in node) return node.SelectStmt.intoClause?.rel ? [tableName(node.SelectStmt.intoClause.rel)] : [];
  if ('ViewStmt' in node) return node.ViewStmt.view && !node.ViewStmt.replace ? [tableName(node.ViewStmt.view)] : [];
  return 'CreateEnumStmt' in node ? [nameOf(node.CreateEnumStmt.typeName)] : [];
}

/** The column of `CHECK (column IS NOT NULL)`. */
function presentColumn({ constraint: { contype, raw_expr: rule } }: AddedConstraint): string | undefined {
  if (contype !== 'CONSTR_CHECK' || rule === undefined || !('NullTest' in rule)) return undefined;
  const { arg, nulltesttype } = rule.NullTest;
  if (nulltesttype !== 'IS_NOT_NULL' || arg === undefined || !('ColumnRef' in arg)) return undefined;
  return nameOf(arg.ColumnRef.fields?.slice(-1));
}
