/** Values that a type, function or operator does not accept. */
import { createMessagePattern, VALIDATE, type Reading } from './reading.js';

export const VALUE_READINGS: readonly Reading[] = [
  {
    state: '22P02',
    message: /^invalid input value for enum (?<name>"?\w+"?)(?:: [^]*)?$/,
    summary: 'a text is not a value of the enum {name}',
    advice: 'Use one of the values of the enum; check input from outside before you use it.',
  },
  { state: '22P02', routines: ['enum_in'], summary: 'a text is not a value of its enum', advice: VALIDATE },
  {
    state: '22P02',
    message: /^invalid input syntax for type (?<type>[\w ]+?)(?:: [^]*)?$/,
    summary: 'a text cannot be read as {type}',
    advice: VALIDATE,
  },
  { state: '22P02', summary: 'a text cannot be read as the type of its column or parameter', advice: VALIDATE },
  {
    state: '22021',
    summary: 'a text contains invalid UTF-8 or a NUL character, which PostgreSQL cannot store',
    advice: 'Remove them before you write.',
  },
  {
    state: '22P05',
    summary:
      'a text or JSON value contains a character that PostgreSQL cannot store (\\u0000, half of a surrogate pair)',
    advice: 'Remove it before you write.',
  },
  {
    state: '22001',
    message: createMessagePattern('value too long for type <type>'),
    summary: 'a text is too long for {type}',
    advice: 'Shorten it before you write.',
  },
  { state: '22001', summary: 'a text is too long for its column', advice: 'Shorten it before you write.' },
  {
    state: '22003',
    message: /^(?:(?:value )?".*" is out of range for type )?(?<type>[\w ]+?)(?: out of range)?$/,
    summary: 'a number is out of the range of {type}',
    advice: VALIDATE,
  },
  { state: '22003', summary: 'a number is out of the range of its type', advice: VALIDATE },
  {
    state: '22007',
    message: /^invalid input syntax for type (?<type>[\w ]+?)(?:: [^]*)?$/,
    summary: 'a text cannot be read as {type}',
    advice: 'Pass a Date, or a text in ISO 8601 (2026-01-31T12:00:00Z).',
  },
  {
    state: '22007',
    summary: 'a text is not a valid date or time',
    advice: 'Pass a Date, or a text in ISO 8601 (2026-01-31T12:00:00Z).',
  },
  { state: '22008', summary: 'a date or time does not exist or is out of range', advice: VALIDATE },
  { state: '22012', summary: 'the statement divides by zero', advice: 'Guard the divisor: NULLIF(…, 0).' },
  {
    state: '2201W',
    summary: 'the limit is negative',
    advice: 'Give take() or limit() a number from 0.',
  },
  { state: '2201X', summary: 'the offset is negative', advice: 'Give skip() or offset() a number from 0.' },
  {
    state: '2201B',
    summary: 'a text is not a valid regular expression',
    advice: 'Escape what users typed, or use ILIKE.',
  },
  {
    state: '22025',
    summary: 'a LIKE pattern ends with a backslash, which escapes nothing',
    advice: 'Escape \\, % and _ in what users typed with a backslash.',
  },
  {
    state: '22019',
    summary: 'the escape character of a LIKE pattern is not one character',
    advice: 'Give one character.',
  },
  { state: '22000', summary: 'the parts of a value contradict each other', advice: VALIDATE },
  {
    state: '22004',
    summary: 'a function received null for an argument that must not be null',
    advice: 'Replace null with COALESCE.',
  },
  {
    state: '22023',
    summary: 'a function or setting received a value that it does not accept',
    advice: 'Look up the accepted values in the PostgreSQL documentation, and validate input from outside.',
  },
  { state: '22030', summary: 'a JSON object contains the same key twice', advice: 'Make the keys unique.' },
  { state: '22032', summary: 'a text is not valid JSON', advice: 'Pass an object, which is written as JSON.' },
  {
    state: '2202E',
    summary: 'the lists do not form a valid array',
    advice: 'Give all inner lists the same length, and keys and values in pairs.',
  },
  { state: '22P03', summary: 'a parameter in binary form cannot be read', advice: 'Pass it as text.' },
  ...['2201E', '2201F'].map((state) => ({
    state,
    summary: 'the statement computes a root, power or logarithm that is not defined for its argument',
    advice: 'Guard the argument: NULLIF, GREATEST.',
  })),
  ...['22013', '2202H', '2201G', '22011', '22010'].map((state) => ({
    state,
    summary: 'an argument is out of its range (a window frame, sample, bucket or substring)',
    advice: VALIDATE,
  })),
  ...['2203A', '22033', '22034', '22035', '22036', '22037', '22038', '22039', '2203B', '2203C', '2203D', '2203F'].map(
    (state) => ({
      state,
      summary: 'a JSON path does not match the structure of the JSON value',
      advice: 'Use lax mode, or check first that the key exists.',
    }),
  ),
];
