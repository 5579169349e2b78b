import { DDL, createMessagePattern, type Reading } from './reading.js';

/** Limits, files and functions of the server. */

export const SERVER_READINGS: readonly Reading[] = [
  ...['53000', '53200'].map((state) => ({ state, summary: 'the database server is out of memory' })),
  {
    state: '53400',
    summary: 'the database server has reached a configured limit',
    advice: 'Ask the operator of the server to raise the limit.',
  },
  {
    state: '54000',
    summary: 'a value or the statement is larger than PostgreSQL can hold or index',
    advice: 'Store less in one value, or index a hash of it; split the batch.',
  },
  {
    state: '54001',
    summary: 'the statement is nested too deeply',
    advice: 'Use In([…]) or = ANY($1) in place of a long chain of OR.',
  },
  {
    state: '54011',
    summary: 'the statement has more columns than PostgreSQL allows',
    advice: 'Select fewer columns, or load relations in separate queries.',
  },
  { state: '54023', summary: 'a function receives more arguments than PostgreSQL allows', advice: 'Pass an array.' },
  {
    state: '55000',
    summary: 'an object is not in the state that the statement requires',
    advice:
      'Check what the statement requires: for example nextval() before currval(), a finished recovery, a populated view.',
  },
  {
    state: '55006',
    summary: 'the object is in use by another session',
    advice: 'Wait, or end that session (pg_terminate_backend).',
  },
  {
    state: '55P02',
    summary: 'the setting cannot be changed in a running session',
    advice: 'Change it in postgresql.conf.',
  },
  {
    state: '55P04',
    summary: 'a new enum value is used in the transaction that adds it',
    advice: 'Commit the ADD VALUE first: in migrations, put it into a separate migration.',
  },
  { state: '57P04', summary: 'the database was dropped', advice: 'Create it again and run the migrations.' },
  { state: '57000', summary: 'an operator interrupted the session', advice: 'Try again in a moment.' },
  ...['58000', '58030', '58P01', '58P02'].map((state) => ({
    state,
    summary: 'the database server cannot read or write one of its files',
    advice: 'Tell its operator; the log of the server names the file.',
  })),
  {
    state: 'F0000',
    summary: 'the configuration of the database server has an error',
    advice: 'Tell its operator; the log of the server names it.',
  },
  ...['XX001', 'XX002'].map((state) => ({
    state,
    summary: 'the database server found damaged data',
    advice: 'Stop writing and tell its operator: restore a backup, or rebuild the index (REINDEX).',
  })),
  {
    state: 'XX000',
    summary: 'the database server met an internal error',
    advice: 'Request less data; if the error returns, tell the operator of the server, whose log contains the details.',
  },
  {
    state: '72000',
    summary: 'the transaction reads older rows than the server keeps',
    advice: 'Make the transaction shorter.',
  },
  ...['P0001', '38000', '38001', '38002', '38003', '38004', '39000', '39P01'].map((state) => ({
    state,
    summary: 'a function, trigger or program of the database raised an error',
    advice: 'Read its text in the server log; it may contain values, so this message does not repeat it.',
  })),
  ...['P0002', 'P0003'].map((state) => ({
    state,
    summary: 'a function of the database found more or fewer rows than it expects',
    advice: 'Check the data that the function was called with.',
  })),
  {
    state: 'P0004',
    summary: 'an assertion in a function of the database failed',
    advice: 'Check the data that the function was called with.',
  },
];

/** Transactions, savepoints and cancelled statements. */

export const TRANSACTION_READINGS: readonly Reading[] = [
  {
    state: '25001',
    summary: 'the statement cannot run inside a transaction, or must be its first',
    advice:
      'Run it outside transaction(); in a migration declare transaction = false; give the isolation level to transaction().',
  },
  {
    state: '25P01',
    summary: 'the statement needs a transaction, and none is open',
    advice: 'Run it inside transaction(), with the manager that it passes to the callback.',
  },
  {
    state: '3B001',
    summary: 'the savepoint does not exist, because its transaction or an outer one has ended',
    advice: 'Use nested transaction() calls, and do not run other statements on the same manager at the same time.',
  },
  {
    state: '57014',
    routines: ['ProcessInterrupts'],
    message: /^canceling statement due to statement timeout$/,
    summary: 'the statement ran longer than statement_timeout allows',
  },
  {
    state: '57014',
    message: /^canceling statement due to user request$/,
    summary: 'the statement was cancelled by an operator',
    advice: 'Ask the operator before you run it again.',
  },
  { state: '25P04', summary: 'the transaction ran longer than transaction_timeout allows', advice: 'Split it.' },
];

/** Changes of the schema. */

export const SCHEMA_CHANGE_READINGS: readonly Reading[] = [
  {
    state: '42P07',
    message: createMessagePattern('relation "<table>" already exists'),
    summary: 'a table, view or index {table} already exists',
    advice: DDL,
  },
  { state: '42P07', summary: 'a table, view or index of this name already exists', advice: DDL },
  {
    state: '42710',
    message: createMessagePattern('(?:type|constraint|trigger|extension|role|policy) "<name>".* already exists'),
    summary: 'an object {name} already exists',
    advice: DDL,
  },
  { state: '42710', summary: 'an object of this name already exists', advice: DDL },
  { state: '42P06', summary: 'a schema of this name already exists', advice: DDL },
  { state: '42P04', summary: 'a database of this name already exists', advice: 'Use it, or choose another name.' },
  { state: '42723', summary: 'a function of this name and these arguments already exists', advice: DDL },
  { state: '42P16', summary: 'the definition of the table is not valid', advice: DDL },
  {
    state: '42P17',
    summary: 'the definition of the object is not valid',
    advice: 'Use immutable functions only in indexes and generated columns.',
  },
  {
    state: '42830',
    summary: 'a foreign key references columns without a unique constraint',
    advice: 'Create a unique constraint on those columns first.',
  },
  {
    state: '2BP01',
    message: createMessagePattern(
      'cannot drop (?:table|view|type|column|function|constraint|index|schema) <name>.* because other objects depend on it',
    ),
    summary: '{name} cannot be dropped, because other objects depend on it',
    advice: 'Drop those first, in a migration.',
  },
  {
    state: '2BP01',
    summary: 'an object cannot be dropped, because other objects depend on it',
    advice: 'Drop those first, in a migration.',
  },
];
