import { CAST, DDL, createMessagePattern, MIGRATE, type Reading } from './reading.js';

/** Tables, columns, functions and types that a statement names. */

export const NAME_READINGS: readonly Reading[] = [
  {
    state: '42703',
    message: createMessagePattern('column "<column>" of relation "<table>" does not exist'),
    summary: 'column {column} of table {table} does not exist',
    advice: MIGRATE,
  },
  { state: '42703', summary: 'column {at} does not exist', advice: MIGRATE },
  {
    state: '42703',
    message: createMessagePattern('column "[^"]*" of relation "<table>" does not exist'),
    summary: 'the statement names a column that table {table} does not have',
    advice: MIGRATE,
  },
  { state: '42703', summary: 'the statement names a column that does not exist', advice: MIGRATE },
  {
    state: '42P01',
    routines: ['errorMissingRTE'],
    summary: 'the statement uses the alias {qualifier} without declaring it',
    advice: 'Use the alias that you gave to the query builder, and join the table.',
  },
  {
    state: '42P01',
    routines: ['errorMissingRTE'],
    summary: 'the statement uses an alias without declaring it',
    advice: 'Use the alias that you gave to the query builder, and join the table.',
  },
  { state: '42P01', summary: 'table {at} does not exist', advice: MIGRATE },
  {
    state: '42P01',
    message: createMessagePattern('(?:relation|table|view|index|sequence) "<table>" does not exist'),
    summary: 'table {table} does not exist',
    advice: MIGRATE,
  },
  { state: '42P01', summary: 'the statement names a table that does not exist', advice: MIGRATE },
  {
    state: '42883',
    message: createMessagePattern('function <function>\\(<types>\\) does not exist'),
    summary: 'function {function}({types}) does not exist',
    advice: 'Correct the name or the types of the arguments (CAST).',
  },
  {
    state: '42883',
    routines: ['ParseFuncOrColumn'],
    summary: 'function {at} does not exist for arguments of these types',
    advice: 'Correct the name or the types of the arguments (CAST).',
  },
  {
    state: '42883',
    routines: ['ParseFuncOrColumn'],
    summary: 'the statement calls a function that does not exist for arguments of these types',
    advice: 'Correct the name or the types of the arguments (CAST).',
  },
  {
    state: '42883',
    message:
      /^operator does not exist: (?<type1>[\w ()[\],"]+) (?<operator>[-+*/<>=~!@#%^&|`?]+) (?<type2>[\w ()[\],"]+)$/,
    summary: 'PostgreSQL cannot compare or combine {type1} {operator} {type2}',
    advice: CAST,
  },
  { state: '42883', routines: ['op_error'], summary: 'PostgreSQL has no such operator for these types', advice: CAST },
  { state: '42883', summary: 'the statement calls a function that does not exist', advice: MIGRATE },
  { state: '42704', routines: ['typenameType'], summary: 'type {at} does not exist', advice: MIGRATE },
  {
    state: '42704',
    message: createMessagePattern(
      '(?:unrecognized configuration parameter|role|collation|index|constraint|trigger) "<name>".*',
    ),
    summary: '{name} does not exist (a type, constraint, index, role, collation or setting)',
    advice: MIGRATE,
  },
  {
    state: '42704',
    summary: 'the statement names a type, constraint, index, role, collation or setting that does not exist',
    advice: MIGRATE,
  },
  {
    state: '3F000',
    summary: 'schema {qualifier} does not exist',
    advice: 'Correct the name, or run the migrations (migration:run).',
  },
  {
    state: '3F000',
    summary: 'the statement names a schema that does not exist, or there is none in which to create something',
    advice: 'Correct the name, or run the migrations (migration:run).',
  },
  {
    state: '3D000',
    summary: 'the database does not exist',
    advice: 'Create it, or correct its name in DATABASE_URL.',
  },
  {
    state: '42702',
    summary: 'column {at} is ambiguous: several tables of the statement have it',
    advice: 'Qualify it with the alias of its table.',
  },
  {
    state: '42702',
    summary: 'a column is ambiguous: several tables of the statement have it',
    advice: 'Qualify it with the alias of its table.',
  },
  { state: '42712', summary: 'the statement uses one alias twice', advice: 'Give each join an alias of its own.' },
  { state: '42P09', summary: 'an alias of the statement is ambiguous', advice: 'Give each join an alias of its own.' },
  {
    state: '42701',
    message: createMessagePattern('column "<column>" of relation "<table>" already exists'),
    summary: 'column {column} of table {table} already exists',
    advice: DDL,
  },
  { state: '42701', summary: 'the statement names one column twice', advice: 'Name each column once.' },
  {
    state: '42725',
    summary: 'several functions fit the types of the arguments',
    advice: 'Cast the arguments: CAST(… AS type).',
  },
  {
    state: '26000',
    summary: 'the prepared statement does not exist on this connection',
    advice: 'Do not use named statements behind a pooler in transaction mode.',
  },
  {
    state: '34000',
    summary: 'the cursor does not exist, or its transaction has ended',
    advice: 'Read it in the transaction that declared it.',
  },
];

/** Foreign keys. */

export const KEY_READINGS: readonly Reading[] = [
  {
    state: '23503',
    message: createMessagePattern('insert or update on table "<table>" violates foreign key constraint "<name>"'),
    summary: 'the row that it references does not exist',
    advice: 'Insert the parent first, or correct the id.',
  },
  ...['23503', '23001'].map((state) => ({
    state,
    message: createMessagePattern(
      'update or delete on table "<parent>" violates .*constraint "<name>" on table "<table>"',
    ),
    summary: 'rows of {table} still reference the row of {parent}',
    advice: 'Delete those rows first, or set is_active to false instead of deleting the row.',
  })),
  {
    state: '23001',
    summary: 'other rows still reference the row to delete',
    advice: 'Delete those rows first, or set is_active to false instead of deleting the row.',
  },
];

/** Parameters of a statement and their values. */

export const PARAMETER_READINGS: readonly Reading[] = [
  {
    state: '42P02',
    summary: 'parameter {at} has no value',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '42P02',
    summary: 'a parameter of the statement has no value',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '08P01',
    message: /^bind message supplies (?<n>\d+) parameters, but prepared statement "\w*" requires (?<m>\d+)$/,
    summary: 'the number of parameters in the statement is {m}, the number of values given is {n}',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '08P01',
    routines: ['exec_bind_message'],
    summary: 'the number of values given is not the number of parameters in the statement',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '42P18',
    message: createMessagePattern('could not determine data type of parameter \\$<n>'),
    summary: 'the type of parameter ${n} cannot be determined from the statement',
    advice: 'Cast it, or leave out a value that the statement does not use.',
  },
  { state: '42P18', summary: 'the type of a parameter cannot be determined from the statement', advice: CAST },
  {
    state: '42P08',
    message: createMessagePattern('inconsistent types deduced for parameter \\$<n>'),
    summary: 'parameter ${n} is used with different types',
    advice: CAST,
  },
  { state: '42P08', summary: 'a parameter is used with different types', advice: CAST },
];
