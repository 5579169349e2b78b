import { CAST, createMessagePattern, type Reading } from './reading.js';

/** Clauses and types that do not fit together. */

export const CLAUSE_READINGS: readonly Reading[] = [
  {
    state: '42P10',
    routines: ['infer_arbiter_indexes'],
    summary: 'no unique key has exactly the columns that were passed to upsert() or onConflict, or the key is partial',
    advice: `Give the columns of one unique key in conflictPaths; for a partial key also its condition in indexPredicate: '"platform_post_id" IS NOT NULL'.`,
  },
  {
    state: '42P10',
    routines: ['transformDistinctClause', 'transformDistinctOnClause'],
    summary: 'a DISTINCT statement orders by an expression that it does not select',
    advice: 'Select the columns of ORDER BY, too.',
  },
  {
    state: '42P10',
    summary: 'ORDER BY or GROUP BY uses a column position that the statement does not select',
    advice: 'Write the name of the column.',
  },
  {
    state: '42803',
    routines: ['check_ungrouped_columns_walker', 'substitute_grouped_columns_mutator'],
    summary: 'column {at} must be in GROUP BY or inside an aggregate function',
    advice: 'Add it with addGroupBy(), or aggregate it.',
  },
  {
    state: '42803',
    summary:
      'the statement uses an aggregate function where PostgreSQL does not allow it, or a column outside it that is not grouped',
    advice: 'Add the columns with addGroupBy(); move conditions on aggregates to having().',
  },
  {
    state: '42P20',
    summary: 'the statement uses a window function where PostgreSQL does not allow it',
    advice: 'Compute it in a subquery and filter outside.',
  },
  {
    state: '42P19',
    summary: 'the recursive query is not valid',
    advice: 'Refer to it once, after UNION, and not in an aggregate.',
  },
  {
    state: '42804',
    message: createMessagePattern('column "<column>" is of type <type1> but expression is of type <type2>'),
    summary: 'column {column} is of type {type1}, and the statement gives it {type2}',
    advice: CAST,
  },
  {
    state: '42804',
    message: createMessagePattern('argument of (?:[\\w/ ]+) must be type <type1>, not type <type2>'),
    summary: 'a condition or argument must be of type {type1} and is of type {type2}',
    advice: CAST,
  },
  {
    state: '42804',
    message: createMessagePattern('column "<column>" cannot be cast automatically to type <type1>'),
    summary: 'column {column} cannot be cast automatically to type {type1}',
    advice: 'Add a USING expression to the migration.',
  },
  { state: '42804', summary: 'an expression does not have the type that the statement requires', advice: CAST },
  {
    state: '42846',
    message: createMessagePattern('cannot cast type <type1> to <type2>'),
    summary: 'PostgreSQL cannot cast {type1} to {type2}',
    advice: 'Convert the value in your program, or pass it as text.',
  },
  { state: '42846', summary: 'PostgreSQL cannot cast a value to the type that the statement names', advice: CAST },
  {
    state: '42P21',
    summary: 'the statement compares texts with different collations',
    advice: 'Give the comparison one COLLATE.',
  },
  {
    state: '42P22',
    summary: 'PostgreSQL cannot tell which collation to use',
    advice: 'Give the comparison a COLLATE.',
  },
  {
    state: '42809',
    summary:
      'the statement names an object of the wrong kind (for example a view instead of a table, or a function instead of a procedure)',
    advice: 'Correct the name.',
  },
  { state: '42602', summary: 'a name is not a valid identifier', advice: "Quote it, or pass it with format('%I')." },
  { state: '42622', summary: 'a name is longer than 63 bytes', advice: 'Shorten it.' },
  {
    state: '428C9',
    summary: 'the statement gives a value to a column that PostgreSQL generates',
    advice: 'Leave the column out.',
  },
];

/** Syntax errors. */

export const SYNTAX_READINGS: readonly Reading[] = [
  {
    state: '42601',
    routines: ['makepol', 'parse_tsquery', 'pushval_morph', 'gettoken_query_standard'],
    summary: 'a text is not a valid search expression (tsquery)',
    advice: 'Use plainto_tsquery or websearch_to_tsquery, which take any text.',
  },
  {
    state: '42601',
    routines: ['jsonpath_yyerror'],
    summary: 'a text is not a valid JSON path',
    advice: 'Write the path as a constant of the statement, and pass values with vars.',
  },
  {
    state: '42601',
    message:
      /^(?:each (?:UNION|INTERSECT|EXCEPT) query must have the same number of columns|INSERT has more .*|VALUES lists must .*|unequal number of entries.*|subquery has too .*)$/,
    summary: 'the parts of the statement have different numbers of columns',
    advice: 'Give each part as many values as there are columns.',
  },
  {
    state: '42601',
    routines: ['scanner_yyerror'],
    message: /^syntax error at end of input$/,
    summary: 'the statement ends too early',
    advice: 'Complete it.',
  },
  {
    state: '42601',
    namedParameter: true,
    summary: 'parameter {at} has no value',
    advice: 'Give it one: where(…, { name: value }) or setParameter().',
  },
  {
    state: '42601',
    namedParameter: true,
    summary: 'a named parameter of the statement has no value',
    advice: 'Give it one: where(…, { name: value }) or setParameter().',
  },
  {
    state: '42601',
    routines: ['scanner_yyerror'],
    summary: 'the statement has a syntax error at {at}',
    advice: 'Correct the SQL there.',
  },
  {
    state: '42601',
    message: createMessagePattern('multiple assignments to same column "[^"]*"'),
    summary: 'the statement sets one column twice',
    advice: 'Set each column once.',
  },
  {
    state: '42601',
    routines: ['scanner_yyerror'],
    summary: 'the statement has a syntax error',
    advice: 'Correct the SQL, and pass values as parameters. The log of the server shows the place.',
  },
];

/** Several rows where one is allowed, and unsupported features. */

export const FEATURE_READINGS: readonly Reading[] = [
  {
    state: '21000',
    routines: ['ExecOnConflictUpdate', 'ExecMergeMatched', 'ExecUpdate'],
    summary: 'two rows of the batch have the same key',
    advice: 'Remove duplicates within the batch before upsert().',
  },
  {
    state: '21000',
    summary: 'a subquery returns more than one row where only one is allowed',
    advice: 'Use IN, or limit the subquery to one row.',
  },
  {
    state: '0A000',
    routines: ['heap_truncate_check_FKs'],
    detail: createMessagePattern('Table "<table>" references "<referenced>"\\.'),
    summary: 'table {referenced} cannot be emptied with clear() (TRUNCATE), because table {table} references it',
    advice: 'Delete the rows with delete(), which respects the foreign keys.',
  },
  {
    state: '0A000',
    routines: ['heap_truncate_check_FKs'],
    summary: 'the table cannot be emptied with clear() (TRUNCATE), because other tables reference it',
    advice: 'Delete the rows with delete(), which respects the foreign keys.',
  },
  {
    state: '0A000',
    routines: ['make_outerjoininfo'],
    summary: 'rows of a LEFT JOIN cannot be locked',
    advice: "Lock the main table only: setLock(mode, undefined, ['alias']), or lock: { mode, tables: ['alias'] }.",
  },
  {
    state: '0A000',
    routines: ['CheckSelectLocking', 'transformLockingClause', 'applyLockingClause'],
    summary: 'rows cannot be locked in a statement with DISTINCT, GROUP BY, aggregates or UNION',
    advice: 'Select the ids first, then lock their rows; use limit() and not take() with a join.',
  },
  {
    state: '0A000',
    routines: ['RevalidateCachedQuery'],
    summary: 'the table was changed since the statement was prepared',
    advice: 'Run it again.',
  },
];
