import type { QueryResult } from 'pg';
import { statementsOf } from './sql-text.js';

/**
 * Throws what PostgreSQL only hints at: COMMIT (END, COMMIT AND CHAIN, PREPARE TRANSACTION) of a transaction in which a statement failed
 * is answered without an error, by the command tag ROLLBACK. The error is the one that PostgreSQL has for any other statement of such a
 * transaction.
 */
export function assertNotRolledBack(sql: unknown, answer: QueryResult | QueryResult[]): void {
  const results = Array.isArray(answer) ? answer : [answer];
  const rolledBack = results.filter((result) => (result as QueryResult | undefined)?.command === 'ROLLBACK').length;
  if (rolledBack === 0 || rolledBack <= rollbacksIn(sql)) return;
  throw Object.assign(new Error('the transaction was rolled back, because a statement of it had failed'), {
    code: '25P02',
    severity: 'ERROR',
  });
}

/** Statements that ask for a rollback, or for one to a savepoint. */
function rollbacksIn(sql: unknown): number {
  const text = typeof sql === 'string' ? sql : (sql as { text?: unknown } | null)?.text;
  if (typeof text !== 'string') return 0;
  return statementsOf(text).filter(([first]) => /^(?:rollback|abort)$/i.test(first?.text ?? '')).length;
}
