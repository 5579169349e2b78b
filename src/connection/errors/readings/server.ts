/** Limits, files and functions of the server. */
import { type Reading } from './reading.js';

export const SERVER_READINGS: readonly Reading[] = [
  ...['53000', '53200'].map((state) => ({ state, sentence: 'the database server is out of memory' })),
  {
    state: '53400',
    sentence: 'a limit of the configuration of the database server is reached',
    advice: 'Ask its operator.',
  },
  {
    state: '54000',
    sentence: 'a value or the statement is larger than PostgreSQL can hold or index',
    advice: 'Store less in one value, or index a hash of it; split the batch.',
  },
  {
    state: '54001',
    sentence: 'the statement is nested too deeply',
    advice: 'Use In([…]) or = ANY($1) in place of a long chain of OR.',
  },
  {
    state: '54011',
    sentence: 'the statement has more columns than PostgreSQL takes',
    advice: 'Select fewer columns, or load relations by themselves.',
  },
  { state: '54023', sentence: 'a function is given more arguments than PostgreSQL takes', advice: 'Pass an array.' },
  {
    state: '55000',
    sentence: 'an object is not in the state that the statement needs',
    advice: 'Look at what comes before: nextval() before currval(), a recovery that has ended, a view with rows.',
  },
  {
    state: '55006',
    sentence: 'the object is in use by another session',
    advice: 'Wait, or end that session (pg_terminate_backend).',
  },
  {
    state: '55P02',
    sentence: 'the setting cannot be changed in a running session',
    advice: 'Change it in postgresql.conf.',
  },
  {
    state: '55P04',
    sentence: 'a new enum value is used in the transaction that adds it',
    advice: 'Commit the ADD VALUE first: in migrations put it into one of its own.',
  },
  { state: '57P04', sentence: 'the database was dropped', advice: 'Create it again and run the migrations.' },
  { state: '57000', sentence: 'an operator intervened', advice: 'Try again in a moment.' },
  ...['58000', '58030', '58P01', '58P02'].map((state) => ({
    state,
    sentence: 'the database server cannot read or write one of its files',
    advice: 'Tell its operator; the log of the server names the file.',
  })),
  {
    state: 'F0000',
    sentence: 'the configuration of the database server has an error',
    advice: 'Tell its operator; the log of the server names it.',
  },
  ...['XX001', 'XX002'].map((state) => ({
    state,
    sentence: 'the database server found damaged data',
    advice: 'Stop writing and tell its operator: restore a backup, or rebuild the index (REINDEX).',
  })),
  {
    state: 'XX000',
    sentence: 'the database server met an internal error',
    advice: 'Ask for less at once; if it comes again, tell the operator of the server, whose log has it.',
  },
  {
    state: '72000',
    sentence: 'the transaction reads older rows than the server keeps',
    advice: 'Make the transaction shorter.',
  },
  ...['P0001', '38000', '38001', '38002', '38003', '38004', '39000', '39P01'].map((state) => ({
    state,
    sentence: 'a function, trigger or program of the database raised an error',
    advice: 'The log of the server has its text, which may hold values and is not repeated here.',
  })),
  ...['P0002', 'P0003'].map((state) => ({
    state,
    sentence: 'a function of the database found another number of rows than it expects',
    advice: 'Look at the data that it was called for.',
  })),
  {
    state: 'P0004',
    sentence: 'an assertion of a function of the database does not hold',
    advice: 'Look at the data that it was called for.',
  },
];
