import { insert, type Case, type Statement } from './case.js';
import { idOf, rowOf } from './rows.js';

const table = 'audit_logs';
const stored = insert(table, rowOf(table, 3));
const oneRow = [idOf(table, 3)];

/** The audit log is append-only: what else may be done to it, and by whom, is in test/integration/audit. */
export const TRIGGER_CASES: readonly Case[] = [
  appendOnly('tg_audit_logs__append_only', 'UPDATE', {
    sql: `UPDATE ${table} SET actor = 'somebody-else' WHERE id = $1`,
    parameters: oneRow,
  }),
  appendOnly('tg_audit_logs__append_only', 'DELETE', { sql: `DELETE FROM ${table} WHERE id = $1`, parameters: oneRow }),
  appendOnly('tg_audit_logs__no_truncate', 'TRUNCATE', { sql: `TRUNCATE ${table}`, parameters: [] }),
];

function appendOnly(trigger: string, event: string, statement: Statement): Case {
  return {
    guard: { kind: 'trigger', table, name: `${trigger} ${event}` },
    attacks: [
      { said: statement.sql, before: [stored], statement, refusal: { code: '42501', table, constraint: trigger } },
    ],
    twins: [{ said: 'one more entry', before: [stored], statement: insert(table, rowOf(table, 4)) }],
    removal: `ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`,
  };
}
