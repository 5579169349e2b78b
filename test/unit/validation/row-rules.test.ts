import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { getEntityRules } from '../../../src/columns/registry.js';
import { ENTITIES } from '../../../src/entities/index.js';
import { rowOf } from '../../support/rows.js';
import { RULE_PAIRS } from '../../support/rule-pairs.js';
import { refusalOf } from './refusal.js';

describe.each(RULE_PAIRS.map((pair) => ({ ...pair, name: pair.entity.name })))('$name: $rule', (pair) => {
  const { entity, rule, refuses, accepts } = pair;

  test.each(refuses.map((changes) => [changes]))('refuses %p', (changes) => {
    expect(refusalOf(entity, rowOf(entity, changes)).map(meaningOf)).toContain(rule);
  });

  test.each(accepts.map((changes) => [changes]))('accepts %p', (changes) => {
    expect(refusalOf(entity, rowOf(entity, changes))).toEqual([]);
  });
});

test('every rule over several columns has test cases', () => {
  const rules = ENTITIES.flatMap((entity) =>
    getEntityRules(entity).rows.map(({ meaning }) => `${entity.name}: ${meaning}`),
  );
  expect(RULE_PAIRS.map(({ entity, rule }) => `${entity.name}: ${rule}`).sort()).toEqual(rules.sort());
});

function meaningOf(violation: string): string {
  return violation.slice(violation.lastIndexOf(':') + 1);
}
