/** Parameters of a statement and their values. */
import { CAST, english, type Reading } from './reading.js';

export const PARAMETER_READINGS: readonly Reading[] = [
  {
    state: '42P02',
    sentence: 'parameter {at} has no value',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '42P02',
    sentence: 'a parameter of the statement has no value',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '08P01',
    message: /^bind message supplies (?<n>\d+) parameters, but prepared statement "\w*" requires (?<m>\d+)$/,
    sentence: 'the number of parameters in the statement is {m}, the number of values given is {n}',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '08P01',
    routines: ['exec_bind_message'],
    sentence: 'the number of values given is not the number of parameters in the statement',
    advice: 'Give one value for each parameter of the statement.',
  },
  {
    state: '42P18',
    message: english('could not determine data type of parameter \\$<n>'),
    sentence: 'the type of parameter ${n} cannot be told from the statement',
    advice: 'Cast it, or leave out a value that the statement does not use.',
  },
  { state: '42P18', sentence: 'the type of a parameter cannot be told from the statement', advice: CAST },
  {
    state: '42P08',
    message: english('inconsistent types deduced for parameter \\$<n>'),
    sentence: 'parameter ${n} is used with different types',
    advice: CAST,
  },
  { state: '42P08', sentence: 'a parameter is used with different types', advice: CAST },
];
