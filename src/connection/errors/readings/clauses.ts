/** Clauses and types that do not fit together. */
import { CAST, english, type Reading } from './reading.js';

export const CLAUSE_READINGS: readonly Reading[] = [
  {
    state: '42P10',
    routines: ['infer_arbiter_indexes'],
    sentence: 'no unique key has exactly the columns that upsert() or onConflict was given, or the key is partial',
    advice: `Give the columns of one unique key in conflictPaths; for a partial key also its condition in indexPredicate: '"platform_post_id" IS NOT NULL'.`,
  },
  {
    state: '42P10',
    routines: ['transformDistinctClause', 'transformDistinctOnClause'],
    sentence: 'a DISTINCT statement orders by what it does not select',
    advice: 'Select the columns of ORDER BY, too.',
  },
  {
    state: '42P10',
    sentence: 'ORDER BY or GROUP BY gives the position of a column that is not selected',
    advice: 'Write the name of the column.',
  },
  {
    state: '42803',
    routines: ['check_ungrouped_columns_walker', 'substitute_grouped_columns_mutator'],
    sentence: 'column {at} must be in GROUP BY or inside of an aggregate function',
    advice: 'Add it with addGroupBy(), or aggregate it.',
  },
  {
    state: '42803',
    sentence: 'the statement uses an aggregate function, or a column beside one, where PostgreSQL cannot',
    advice: 'Add the columns with addGroupBy(); move conditions on aggregates to having().',
  },
  {
    state: '42P20',
    sentence: 'the statement uses a window function where PostgreSQL cannot',
    advice: 'Compute it in a subquery and filter outside.',
  },
  {
    state: '42P19',
    sentence: 'the recursive query has no valid form',
    advice: 'Refer to it once, after UNION, and not in an aggregate.',
  },
  {
    state: '42804',
    message: english('column "<column>" is of type <type1> but expression is of type <type2>'),
    sentence: 'column {column} is of type {type1}, and the statement gives it {type2}',
    advice: CAST,
  },
  {
    state: '42804',
    message: english('argument of (?:[\\w/ ]+) must be type <type1>, not type <type2>'),
    sentence: 'a condition or argument must be of type {type1} and is of type {type2}',
    advice: CAST,
  },
  {
    state: '42804',
    message: english('column "<column>" cannot be cast automatically to type <type1>'),
    sentence: 'column {column} cannot be cast automatically to type {type1}',
    advice: 'Add a USING expression to the migration.',
  },
  { state: '42804', sentence: 'an expression has another type than its place in the statement needs', advice: CAST },
  {
    state: '42846',
    message: english('cannot cast type <type1> to <type2>'),
    sentence: 'PostgreSQL cannot cast {type1} to {type2}',
    advice: 'Convert the value before, or give it as text.',
  },
  { state: '42846', sentence: 'PostgreSQL cannot cast a value to the type that the statement names', advice: CAST },
  { state: '42P21', sentence: 'the statement mixes collations', advice: 'Give the comparison one COLLATE.' },
  {
    state: '42P22',
    sentence: 'PostgreSQL cannot tell which collation to use',
    advice: 'Give the comparison a COLLATE.',
  },
  {
    state: '42809',
    sentence:
      'the statement uses an object of another kind than it needs (a view for a table, a function for a procedure)',
    advice: 'Correct the name.',
  },
  { state: '42602', sentence: 'a name is not written as names are', advice: "Quote it, or pass it with format('%I')." },
  { state: '42622', sentence: 'a name is longer than 63 bytes', advice: 'Shorten it.' },
  {
    state: '428C9',
    sentence: 'the statement gives a value to a column that PostgreSQL generates',
    advice: 'Leave the column out.',
  },
];
