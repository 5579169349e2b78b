import { describe, expect, test } from '@jest/globals';
import type { RowRule } from '../../../src/columns/registry.js';
import { GIVEN_AS_SQL, validateRow, UNKNOWN } from '../../../src/validation/validate-entity.js';

const rule: RowRule = {
  meaning: 'a_before_b',
  message: 'a is less than b',
  properties: ['a', 'b'],
  isValid: ({ a, b }) => (a as number) < (b as number),
};
const check = (values: Record<string, unknown>, changes: Partial<RowRule> = {}, faulty: string[] = []) =>
  validateRow({ ...rule, ...changes }, new Map(Object.entries(values)), new Set(faulty))?.message;

describe('a rule without CHECK', () => {
  test('is checked when all its values are known', () => {
    expect(check({ a: 1, b: 2 })).toBeUndefined();
    expect(check({ a: 2, b: 1 })).toBe('a is less than b');
  });

  test('refuses a write that lacks a value it reads, and says what to do', () => {
    expect(check({ a: 1 })).toBe(
      '"a is less than b" cannot be checked without b: load the row, change it and save it, or write all of a, b',
    );
  });

  test('refuses a value given as SQL', () => {
    expect(check({ a: GIVEN_AS_SQL, b: 2 })).toBe(
      '"a is less than b" cannot be checked where a is given as SQL: give the value itself',
    );
  });

  test('is skipped when a value breaks its own rule, or a parent is stored first', () => {
    expect(check({ a: 'x' }, {}, ['a'])).toBeUndefined();
    expect(check({ a: UNKNOWN, b: 2 })).toBeUndefined();
  });
});

test('a rule with a CHECK is skipped when a value is not known', () => {
  const sql = '"a" < "b"';
  expect(check({ a: 1 }, { sql })).toBeUndefined();
  expect(check({ a: GIVEN_AS_SQL, b: 2 }, { sql })).toBeUndefined();
  expect(check({ a: 2, b: 1 }, { sql })).toBe('a is less than b');
});
