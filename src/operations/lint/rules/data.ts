import type { AlterEnumStmt, Node, RangeVar } from 'libpg-query';
import { getName, getTableName, listTexts } from '../ast.js';
import type { Context, Rule, Statement } from '../rule.js';

/** Rules about rows and about the values of enums. */
export const DATA_RULES: readonly Rule[] = [
  {
    id: 'data-with-schema',
    problem: 'Rows are changed in the migration that changes the schema.',
    blocks: 'The locks of the schema change are kept until the last row is changed; no part can be repeated alone.',
    instead: 'Change the schema in one migration and the rows in the next.',
    recipe: [
      { sql: `ALTER TABLE "experiments" ADD COLUMN "owner_team" text;` },
      { sql: `UPDATE "experiments" SET "owner_team" = 'research' WHERE "owner_team" IS NULL;` },
    ],
    find: (statement, context) => {
      const table = getChangedTable(statement.node);
      if (table === undefined || context.isEmpty(table)) return [];
      return context.changesSchema ? [table] : [];
    },
  },
  {
    id: 'write-without-where',
    problem: 'UPDATE or DELETE without WHERE: every row.',
    blocks: 'Writers of every row until the migration ends; the table doubles in size until it is vacuumed.',
    instead: 'Say which rows, so that a second run finds nothing to do; large tables in batches.',
    recipe: [{ sql: `UPDATE "competitors" SET "is_active" = true WHERE "is_active" = false AND "name" = 'IV Drip';` }],
    find: ({ node }, context) => {
      const written = 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : undefined;
      if (written?.relation === undefined || written.whereClause !== undefined) return [];
      return context.isEmpty(getTableName(written.relation)) ? [] : [getTableName(written.relation)];
    },
  },
  {
    id: 'truncate',
    problem: 'A table is emptied.',
    blocks: 'ACCESS EXCLUSIVE: all readers and writers wait; CASCADE empties every table that refers to it. No revert.',
    instead: 'Delete the rows that are meant, by their condition; retention has its own command.',
    recipe: [{ sql: `DELETE FROM "learning_events" WHERE "created_at" < '2020-01-01';` }],
    squawk: ['ban-truncate-cascade'],
    find: ({ node }, context) =>
      'TruncateStmt' in node
        ? (node.TruncateStmt.relations ?? [])
            .map((item) => ('RangeVar' in item ? getTableName(item.RangeVar) : ''))
            .filter((table) => node.TruncateStmt.behavior === 'DROP_CASCADE' || !context.isEmpty(table))
        : [],
  },
  {
    id: 'enum-rename-value',
    problem: 'A value of an enum is renamed.',
    blocks: 'Services of the running version: what they write is refused (22P02), what they read they do not know.',
    instead: 'Add the new value, write it, move the rows, leave the old value unused: it costs nothing.',
    recipe: [{ sql: `ALTER TYPE "escalation_status" ADD VALUE 'WAITING' AFTER 'IN_REVIEW';` }],
    find: ({ node }) => {
      const change = getEnumChange(node);
      return change?.oldVal === undefined ? [] : [getName(change.typeName)];
    },
  },
  {
    id: 'enum-value-order',
    problem: 'A value is added to an enum without saying where.',
    blocks: 'Nobody now; but it sorts behind all others, and its place can never be changed.',
    instead: 'Say BEFORE or AFTER which value.',
    recipe: [{ sql: `ALTER TYPE "experiment_status" ADD VALUE 'PAUSED' AFTER 'RUNNING';` }],
    squawk: ['require-enum-value-ordering'],
    find: ({ node }, _, said) => {
      const change = getEnumChange(node);
      return said && change !== undefined ? [getName(change.typeName)] : [];
    },
  },
  {
    id: 'enum-value-used',
    problem: 'A value is added to an enum and used in the same transaction.',
    blocks: 'The deployment: the migration fails with SQLSTATE 55P04.',
    instead: 'Use it in the next migration.',
    recipe: [
      { sql: `ALTER TYPE "approval_status" ADD VALUE 'EXPIRED' AFTER 'REJECTED';` },
      {
        sql: `UPDATE "replies" SET "approval_status" = 'EXPIRED' WHERE "approval_status" = 'PENDING' AND "created_at" < '2020-01-01';`,
      },
    ],
    find: (statement, context) => listUsedValues(statement, context),
  },
];

function getEnumChange(node: Node): AlterEnumStmt | undefined {
  return 'AlterEnumStmt' in node ? node.AlterEnumStmt : undefined;
}

/** The enums whose values of this transaction the statement uses. */
function listUsedValues({ node, parameters }: Statement, { inTransaction, newValues }: Context): string[] {
  if (!inTransaction || newValues.size === 0 || getEnumChange(node) !== undefined) return [];
  const used = new Set([...listTexts(node), ...parameters]);
  return [...newValues].flatMap(([value, name]) => (used.has(value) ? [name] : []));
}

/** The table whose rows a statement changes. */
function getChangedTable(node: Node): string | undefined {
  let relation: RangeVar | undefined;
  if ('InsertStmt' in node) ({ relation } = node.InsertStmt);
  if ('UpdateStmt' in node) ({ relation } = node.UpdateStmt);
  if ('DeleteStmt' in node) ({ relation } = node.DeleteStmt);
  if ('MergeStmt' in node) ({ relation } = node.MergeStmt);
  if ('CopyStmt' in node && node.CopyStmt.is_from === true) ({ relation } = node.CopyStmt);
  return relation === undefined ? undefined : getTableName(relation);
}
