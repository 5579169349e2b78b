/** Transactions, savepoints and cancelled statements. */
import { type Reading } from './reading.js';

export const TRANSACTION_READINGS: readonly Reading[] = [
  {
    state: '25001',
    sentence: 'the statement cannot run inside of a transaction, or must be its first',
    advice:
      'Run it outside of transaction(); in a migration declare transaction = false; give the isolation level to transaction().',
  },
  {
    state: '25P01',
    sentence: 'the statement runs in a transaction only, and there is none',
    advice: 'Run it inside of transaction(), with the manager that it gives.',
  },
  {
    state: '3B001',
    sentence: 'the savepoint does not exist, because its transaction or an outer one has ended',
    advice: 'Use nested transaction() calls, and run nothing beside them on the same manager.',
  },
  {
    state: '57014',
    routines: ['ProcessInterrupts'],
    message: /^canceling statement due to statement timeout$/,
    sentence: 'the statement ran longer than statement_timeout allows',
  },
  {
    state: '57014',
    message: /^canceling statement due to user request$/,
    sentence: 'the statement was cancelled by an operator',
    advice: 'Run it again if the operator agrees.',
  },
  { state: '25P04', sentence: 'the transaction ran longer than transaction_timeout allows', advice: 'Split it.' },
];
