/** What is not SQL. */
import { english, type Reading } from './reading.js';

export const SYNTAX_READINGS: readonly Reading[] = [
  {
    state: '42601',
    routines: ['makepol', 'parse_tsquery', 'pushval_morph', 'gettoken_query_standard'],
    sentence: 'a text is no search expression (tsquery)',
    advice: 'Use plainto_tsquery or websearch_to_tsquery, which take any text.',
  },
  {
    state: '42601',
    routines: ['jsonpath_yyerror'],
    sentence: 'a text is no JSON path',
    advice: 'Write the path as a constant of the statement, and pass values with vars.',
  },
  {
    state: '42601',
    message:
      /^(?:each (?:UNION|INTERSECT|EXCEPT) query must have the same number of columns|INSERT has more .*|VALUES lists must .*|unequal number of entries.*|subquery has too .*)$/,
    sentence: 'the parts of the statement have different numbers of columns',
    advice: 'Give each part as many values as there are columns.',
  },
  {
    state: '42601',
    routines: ['scanner_yyerror'],
    message: /^syntax error at end of input$/,
    sentence: 'the statement ends too early',
    advice: 'Complete it.',
  },
  {
    state: '42601',
    namedParameter: true,
    sentence: 'parameter {at} has no value',
    advice: 'Give it one: where(…, { name: value }) or setParameter().',
  },
  {
    state: '42601',
    namedParameter: true,
    sentence: 'a named parameter of the statement has no value',
    advice: 'Give it one: where(…, { name: value }) or setParameter().',
  },
  {
    state: '42601',
    routines: ['scanner_yyerror'],
    sentence: 'the statement has a syntax error at {at}',
    advice: 'Correct the SQL there.',
  },
  {
    state: '42601',
    message: english('multiple assignments to same column "[^"]*"'),
    sentence: 'the statement sets one column twice',
    advice: 'Set each column once.',
  },
  {
    state: '42601',
    routines: ['scanner_yyerror'],
    sentence: 'the statement has a syntax error',
    advice: 'Correct the SQL, and pass values as parameters. The log of the server shows the place.',
  },
];
