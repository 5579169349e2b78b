import type { AlterEnumStmt, Node, RangeVar } from 'libpg-query';
import { getName, getTableName, listTexts } from '../ast.js';
import type { Context, Rule, Statement } from '../rule.js';

/** Rules about rows and the values of enums. */
export const DATA_RULES: readonly Rule[] = [
  {
    id: 'data-with-schema',
    problem: 'A migration changes both the schema and rows.',
    blocks: 'The locks of the schema change are held until the last row is changed. No part can be repeated alone.',
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
    problem: 'UPDATE or DELETE has no WHERE and changes every row.',
    blocks: 'Writes to every row wait until the migration ends. The table doubles in size until it is vacuumed.',
    instead: 'Add a WHERE that matches no row on a second run. Change large tables in batches.',
    recipe: [{ sql: `UPDATE "competitors" SET "is_active" = true WHERE "is_active" = false AND "name" = 'IV Drip';` }],
    find: ({ node }, context) => {
      const written = 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : undefined;
      if (written?.relation === undefined || written.whereClause !== undefined) return [];
      return context.isEmpty(getTableName(written.relation)) ? [] : [getTableName(written.relation)];
    },
  },
  {
    id: 'truncate',
    problem: 'TRUNCATE removes all rows of a table.',
    blocks: 'ACCESS EXCLUSIVE: all reads and writes wait. CASCADE empties tables that refer to it. Rows are lost.',
    instead: 'Delete rows with a WHERE.',
    recipe: [{ sql: `DELETE FROM "learning_events" WHERE "created_at" < '2020-01-01';` }],
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
    blocks: 'The running version: PostgreSQL refuses the old value (SQLSTATE 22P02), and the new one is unknown to it.',
    instead: 'Add the new value, write it, update the rows, and leave the old value unused.',
    recipe: [{ sql: `ALTER TYPE "escalation_status" ADD VALUE 'WAITING' AFTER 'IN_REVIEW';` }],
    find: ({ node }) => {
      const change = getEnumChange(node);
      return change?.oldVal === undefined ? [] : [getName(change.typeName)];
    },
  },
  {
    id: 'enum-value-order',
    problem: 'A value is added to an enum without BEFORE or AFTER.',
    blocks: 'No session. The value sorts after all others, and its position can never be changed.',
    instead: 'State BEFORE or AFTER an existing value.',
    recipe: [{ sql: `ALTER TYPE "experiment_status" ADD VALUE 'PAUSED' AFTER 'RUNNING';` }],
    squawk: ['require-enum-value-ordering'],
  },
  {
    id: 'enum-value-used',
    problem: 'A value is added to an enum and used in the same transaction.',
    blocks: 'The deployment: the migration fails (SQLSTATE 55P04).',
    instead: 'Use it in the next migration.',
    recipe: [
      { sql: `ALTER TYPE "approval_status" ADD VALUE 'EXPIRED' AFTER 'REJECTED';` },
      {
        sql: `UPDATE "replies" SET "approval_status" = 'EXPIRED' WHERE "approval_status" = 'PENDING' AND "created_at" < '2020-01-01';`,
      },
    ],
    find: listUsedValues,
  },
];

function getEnumChange(node: Node): AlterEnumStmt | undefined {
  return 'AlterEnumStmt' in node ? node.AlterEnumStmt : undefined;
}

/** Returns the enums of which the statement uses a value that this transaction has added. */
function listUsedValues({ node, parameters }: Statement, { inTransaction, newValues }: Context): string[] {
  if (!inTransaction || newValues.size === 0 || getEnumChange(node) !== undefined) return [];
  const used = new Set([...listTexts(node), ...parameters]);
  return [...newValues].flatMap(([value, name]) => (used.has(value) ? [name] : []));
}

/** Returns the table whose rows a statement changes; undefined for statements that change no rows. */
function getChangedTable(node: Node): string | undefined {
  let relation: RangeVar | undefined;
  if ('InsertStmt' in node) ({ relation } = node.InsertStmt);
  if ('UpdateStmt' in node) ({ relation } = node.UpdateStmt);
  if ('DeleteStmt' in node) ({ relation } = node.DeleteStmt);
  if ('MergeStmt' in node) ({ relation } = node.MergeStmt);
  if ('CopyStmt' in node && node.CopyStmt.is_from === true) ({ relation } = node.CopyStmt);
  return relation === undefined ? undefined : getTableName(relation);
}
