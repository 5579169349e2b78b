import type { Node } from 'libpg-query';
import { getName, findNodes } from '../ast.js';
import type { Rule } from '../rule.js';

/** Transactions within the migration's own; their end is not the end of it. */
const HARMLESS: readonly unknown[] = ['TRANS_STMT_SAVEPOINT', 'TRANS_STMT_RELEASE', 'TRANS_STMT_ROLLBACK_TO'];

/** Rules about the session that the migration runs in, and about what no linter can read. */
export const SESSION_RULES: readonly Rule[] = [
  {
    id: 'session-setting',
    problem: 'A setting of the session is changed and left so.',
    blocks: 'Nobody; but the migrations after it, and behind a pooler other services, run with it.',
    instead: 'SET LOCAL ends with the transaction; outside of one, RESET it in the same migration.',
    recipe: [{ sql: `SET LOCAL work_mem = '64MB';` }],
    find: (statement, { statements }) =>
      listSettingsLeft(statement.node).filter(
        (name) => !statements.some(({ node, number }) => number > statement.number && isReset(node, name)),
      ),
  },
  {
    id: 'transaction-control',
    problem: 'The migration begins or ends a transaction of its own.',
    blocks: 'The runner: after a COMMIT half of the migration stays when the other half fails, and nothing says so.',
    instead: 'Split it: each migration is one transaction. Without one, say `transaction = false`.',
    recipe: [{ sql: `ALTER TABLE "replies" ADD COLUMN "reviewed_by" text;` }],
    squawk: ['transaction-nesting', 'ban-uncommitted-transaction'],
    find: ({ node }) =>
      'TransactionStmt' in node && !HARMLESS.includes(node.TransactionStmt.kind)
        ? [(node.TransactionStmt.kind ?? '').replace('TRANS_STMT_', '')]
        : [],
  },
  {
    id: 'hidden-sql',
    problem: 'What DO or CALL executes is made when it runs: it is not linted.',
    blocks: 'Unknown.',
    instead: 'Write the statements out, one by one; decide in TypeScript.',
    recipe: [{ sql: `ALTER TABLE IF EXISTS "posts" ADD COLUMN IF NOT EXISTS "seen_by" text;` }],
    find: ({ node }) => {
      if ('DoStmt' in node) return ['DO'];
      return 'CallStmt' in node ? [`CALL ${getName(node.CallStmt.funccall?.funcname)}`] : [];
    },
  },
  {
    id: 'name-too-long',
    problem: 'A name is longer than 63 bytes: PostgreSQL cuts it silently.',
    blocks: 'Nobody now; two such names become one, and the schema is not what it says.',
    instead: 'Choose a shorter name.',
    recipe: [{ sql: `ALTER TABLE "posts" ADD COLUMN "short_name" text;` }],
    squawk: ['identifier-too-long'],
    find: (_, __, said) => (said ? ['a name'] : []),
  },
];

/** The names of settings that a statement changes beyond its transaction. */
function listSettingsLeft(node: Node): string[] {
  if ('VariableSetStmt' in node) {
    const { kind, name = '', is_local: local = false } = node.VariableSetStmt;
    // SET TRANSACTION is of this transaction.
    const stays =
      kind === 'VAR_SET_VALUE' || kind === 'VAR_SET_CURRENT' || (kind === 'VAR_SET_MULTI' && name !== 'TRANSACTION');
    return stays && !local ? [name] : [];
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
