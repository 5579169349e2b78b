import type { Node } from 'libpg-query';
import { getName, findNodes } from '../ast.js';
import type { Rule } from '../rule.js';

/** Savepoints, which do not end the transaction of the migration. */
const SAVEPOINTS: readonly unknown[] = ['TRANS_STMT_SAVEPOINT', 'TRANS_STMT_RELEASE', 'TRANS_STMT_ROLLBACK_TO'];

/** Rules about the session of a migration, and about SQL that the linter cannot read. */
export const SESSION_RULES: readonly Rule[] = [
  {
    id: 'session-setting',
    problem: 'A setting of the session is changed and not reset.',
    blocks: 'No session. Later migrations use the setting, and behind a connection pooler other services do.',
    instead: 'Use SET LOCAL, which ends with the transaction; without a transaction, RESET it in the same migration.',
    recipe: [{ sql: `SET LOCAL work_mem = '64MB';` }],
    find: (statement, { statements }) =>
      listSettingsLeft(statement.node).filter(
        (name) => !statements.some(({ node, number }) => number > statement.number && isReset(node, name)),
      ),
  },
  {
    id: 'transaction-control',
    problem: 'The migration begins or ends a transaction.',
    blocks: 'No session. If a statement after COMMIT fails, the database keeps half of an unrecorded migration.',
    instead: 'Split it: each migration is one transaction. To run it without one, set `transaction = false`.',
    recipe: [{ sql: `ALTER TABLE "replies" ADD COLUMN "reviewed_by" text;` }],
    find: ({ node }) =>
      'TransactionStmt' in node && !SAVEPOINTS.includes(node.TransactionStmt.kind)
        ? [(node.TransactionStmt.kind ?? '').replace('TRANS_STMT_', '')]
        : [],
  },
  {
    id: 'dynamic-sql',
    problem: 'DO or CALL executes SQL that the linter cannot read.',
    blocks: 'Unknown.',
    instead: 'Write each statement as a query of the migration, and put conditions into TypeScript.',
    recipe: [{ sql: `ALTER TABLE IF EXISTS "posts" ADD COLUMN IF NOT EXISTS "seen_by" text;` }],
    find: ({ node }) => {
      if ('DoStmt' in node) return ['DO'];
      return 'CallStmt' in node ? [`CALL ${getName(node.CallStmt.funccall?.funcname)}`] : [];
    },
  },
  {
    id: 'name-too-long',
    problem: 'A name is longer than 63 bytes, and PostgreSQL truncates it without an error.',
    blocks: 'No session. Two long names can become the same, and the schema differs from the migration.',
    instead: 'Choose a shorter name.',
    recipe: [{ sql: `ALTER TABLE "posts" ADD COLUMN "short_name" text;` }],
    squawk: ['identifier-too-long'],
  },
];

/** Returns the settings that a statement changes beyond the end of its transaction. */
function listSettingsLeft(node: Node): string[] {
  if ('VariableSetStmt' in node) {
    const { kind, name = '', is_local: local = false } = node.VariableSetStmt;
    // SET TRANSACTION applies to the current transaction only.
    const outlives =
      kind === 'VAR_SET_VALUE' || kind === 'VAR_SET_CURRENT' || (kind === 'VAR_SET_MULTI' && name !== 'TRANSACTION');
    return outlives && !local ? [name] : [];
  }
  return [...findNodes(node)].flatMap(({ funcname, args }) => {
    if (!Array.isArray(funcname) || getName((funcname as Node[]).slice(-1)) !== 'set_config') return [];
    const [name, , local] = args as (
      { A_Const?: { sval?: { sval?: string }; boolval?: { boolval?: boolean } } } | undefined
    )[];
    return local?.A_Const?.boolval?.boolval === true ? [] : [name?.A_Const?.sval?.sval ?? 'set_config'];
  });
}

function isReset(node: Node, name: string): boolean {
  if ('DiscardStmt' in node) return node.DiscardStmt.target === 'DISCARD_ALL';
  if (!('VariableSetStmt' in node)) return false;
  const { kind, name: other } = node.VariableSetStmt;
  return kind === 'VAR_RESET_ALL' || ((kind === 'VAR_RESET' || kind === 'VAR_SET_DEFAULT') && other === name);
}
