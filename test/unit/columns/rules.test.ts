import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import {
  createRangeRule,
  createChoiceRule,
  createCountRule,
  flagRule,
  createFormatRule,
  isoTimestampRule,
  jsonObjectRule,
  createListRule,
  LOWER_SNAKE,
  createQuantityRule,
  ratioRule,
  scoreRule,
  createTextRules,
  UPPER_SNAKE,
  uuidRule,
} from '../../../src/columns/index.js';
import { validateValue } from '../../../src/columns/validators.js';
import { dayRule } from '../../../src/columns/timestamps.js';
import { INT4_MAX } from '../../../src/columns/numbers.js';
import type { ColumnRule } from '../../../src/columns/registry.js';

const NO_NUMBERS = [NaN, Infinity, -Infinity, '0.5', '', null, undefined, true, [], {}, 1n];
const UUID = '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11';

interface Case {
  what: string;
  rules: ColumnRule | ColumnRule[];
  accepts: unknown[];
  refuses: unknown[];
}

const CASES: Case[] = [
  {
    what: 'a score',
    rules: scoreRule,
    accepts: [0, -0, 0.5, 1, Number.MIN_VALUE],
    refuses: [-Number.MIN_VALUE, 1 + Number.EPSILON, ...NO_NUMBERS],
  },
  {
    what: 'a ratio',
    rules: ratioRule,
    accepts: [0, 1, 20, Number.MAX_VALUE],
    refuses: [-Number.MIN_VALUE, ...NO_NUMBERS],
  },
  {
    what: 'a quantity',
    rules: createQuantityRule(),
    accepts: [-Number.MAX_VALUE, 0, Number.MAX_VALUE],
    refuses: NO_NUMBERS,
  },
  {
    what: 'a quantity of at most 1',
    rules: createQuantityRule(1),
    accepts: [-7, 1],
    refuses: [1 + Number.EPSILON, ...NO_NUMBERS],
  },
  {
    what: 'a number between bounds',
    rules: createRangeRule(-1, 1),
    accepts: [-1, 0, 1],
    refuses: [-1.01, 1.01, ...NO_NUMBERS],
  },
  {
    what: 'a count',
    rules: createCountRule(),
    accepts: [0, -0, 1, INT4_MAX],
    refuses: [-1, 0.5, INT4_MAX + 1, ...NO_NUMBERS],
  },
  { what: 'a count with a limit', rules: createCountRule(10), accepts: [0, 10], refuses: [11, ...NO_NUMBERS] },
  { what: 'a flag', rules: flagRule, accepts: [true, false], refuses: [0, 1, 'true', null, undefined] },
  {
    what: 'a choice',
    rules: createChoiceRule(['A', 'B']),
    accepts: ['A', 'B'],
    refuses: ['a', ' A', '', 'AB', ['A'], 0, null],
  },
  {
    what: 'a uuid',
    rules: uuidRule,
    accepts: [UUID, '00000000-0000-0000-0000-000000000000'],
    refuses: [UUID.toUpperCase(), `{${UUID}}`, UUID.replaceAll('-', ''), `${UUID}\n`, UUID.slice(1), '', 7, [UUID]],
  },
  {
    what: 'a day',
    rules: dayRule,
    accepts: ['1970-01-01', '2024-02-29', '9999-12-31'],
    refuses: [
      '1969-12-31',
      '2026-02-29',
      '2026-13-01',
      '2026-1-1',
      '10000-01-01',
      '2026-01-01T00:00:00Z',
      new Date(),
      0,
    ],
  },
  {
    what: 'a moment in JSON',
    rules: isoTimestampRule,
    accepts: [
      '1970-01-01T00:00:00Z',
      '2026-01-31T23:59:59.999Z',
      '2024-02-29T12:00:00.123456Z',
      '9999-12-31T23:59:59Z',
    ],
    refuses: [
      ...['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00', '2026-01-01', '1969-12-31T23:59:59Z'],
      ...['2026-01-01T00:00:00+01:00', '2026-01-01T00:00:60Z', '2026-01-01T00:00:00Z ', new Date(), 0, null],
    ],
  },
  {
    what: 'text of 2 to 4 characters',
    rules: createTextRules({ min: 2, max: 4 }),
    // The flag is one character to a reader, two code points to PostgreSQL; the accent is one of its own.
    accepts: ['ab', 'abcd', '😀😀😀😀', '🇩🇪', 'e\u0301', '\u202eab'],
    refuses: ['a', 'abcde', '😀', '😀😀😀😀😀', '    ', '\u200b\u200b', 'a\0b', 'a\ud800b', '\udc00b', 7, ['ab'], null],
  },
  {
    what: 'text that may be blank',
    rules: createTextRules({ max: 3, blank: true }),
    accepts: [' ', '\u200b\n'],
    refuses: ['', '    '],
  },
  {
    what: 'text that contains a signature',
    rules: createTextRules({ max: 20, contains: '—Vita' }),
    accepts: ['—Vita', 'hello —Vita, bye'],
    refuses: ['-Vita', '— Vita', '–Vita', '—vita', 'hello'],
  },
  {
    what: 'upper snake case',
    rules: createFormatRule(UPPER_SNAKE),
    accepts: ['A', 'A1', 'HUMOR_LIGHT', 'X_2'],
    refuses: ['a', '_A', 'A_', 'A__B', '1A', 'A B', 'A\n', 'Ä', '', null],
  },
  {
    what: 'lower snake case',
    rules: createFormatRule(LOWER_SNAKE),
    accepts: ['a', 'click_rate', 'a1_2'],
    refuses: ['A', '_a', 'a_', 'a__b', '1a', 'a-b', 'a\n', ''],
  },
  {
    what: 'a JSON object',
    rules: jsonObjectRule,
    accepts: [{}, { a: [null, { b: 1 }], c: undefined }],
    refuses: [[], null, undefined, 'x', { a: NaN }, { a: new Date() }, { a: '\0' }, { a: () => 1 }, { a: 1n }],
  },
  {
    what: 'a list of texts',
    rules: createListRule(...createTextRules({ max: 3 })),
    accepts: [[], ['a', 'a', 'abc']],
    refuses: ['abc', {}, null, [''], ['abcd'], [null], [undefined], [['a']], new Array(1)],
  },
];

describe.each(CASES)('$what', ({ rules, accepts, refuses }) => {
  const list = Array.isArray(rules) ? rules : [rules];
  const isValid = (value: unknown): boolean => list.every((rule) => rule.isValid(value));

  test.each(accepts.map((value) => [value]))('accepts %p', (value) => {
    expect(isValid(value)).toBe(true);
    expect(validateValue(list, value)).toEqual([]);
  });

  test.each(refuses.map((value) => [value]))('refuses %p', (value) => {
    expect(isValid(value)).toBe(false);
    expect(validateValue(list, value)).not.toEqual([]);
  });
});

test('a value that is not text has one issue, not also one about its length', () => {
  expect(validateValue(createTextRules({ min: 2, max: 4 }), 7)).toEqual([
    { path: '', kind: 'text', message: 'must be text of well-formed Unicode without NUL' },
  ]);
});

test('every broken rule is named', () => {
  const kinds = validateValue(createTextRules({ min: 10, max: 20, contains: '—Vita' }), 'short').map(
    ({ kind }) => kind,
  );
  expect(kinds).toEqual(['length', 'contains']);
});
