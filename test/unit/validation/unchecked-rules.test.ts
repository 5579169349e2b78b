import { describe, expect, test } from '@jest/globals';
import type { RowRule } from '../../../src/columns/registry.js';
import { GIVEN_AS_SQL, validateRow, UNKNOWN } from '../../../src/validation/validate-entity.js';

const rule: RowRule = {
  meaning: 'a_before_b',
  message: 'a is less than b',
  properties: ['a', 'b'],
  isValid: ({ a, b }) => (a as number) < (b as number),
};
const judge = (values: Record<string, unknown>, changes: Partial<RowRule> = {}, faulty: string[] = []) =>
  validateRow({ ...rule, ...changes }, new Map(Object.entries(values)), new Set(faulty))?.message;

describe('a rule without CHECK', () => {
  test('is judged where all that it reads is known', () => {
    expect(judge({ a: 1, b: 2 })).toBeUndefined();
    expect(judge({ a: 2, b: 1 })).toBe('a is less than b');
  });

  test('refuses a write that does not know all that it reads, and says what to do', () => {
    expect(judge({ a: 1 })).toBe(
      '"a is less than b" cannot be checked without b: load the row, change it and save it, or write all of a, b',
    );
  });

  test('refuses a value given as SQL', () => {
    expect(judge({ a: GIVEN_AS_SQL, b: 2 })).toBe(
      '"a is less than b" cannot be checked where a is given as SQL: give the value itself',
    );
  });

  test('says nothing more of a value that is faulty by itself, or of a parent that is stored first', () => {
    expect(judge({ a: 'x' }, {}, ['a'])).toBeUndefined();
    expect(judge({ a: UNKNOWN, b: 2 })).toBeUndefined();
  });
});

test('a rule with a CHECK leaves to it what is not known', () => {
  const sql = '"a" < "b"';
  expect(judge({ a: 1 }, { sql })).toBeUndefined();
  expect(judge({ a: GIVEN_AS_SQL, b: 2 }, { sql })).toBeUndefined();
  expect(judge({ a: 2, b: 1 }, { sql })).toBe('a is less than b');
});
