import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { validateSync } from 'class-validator';
import {
  Choice,
  Count,
  Day,
  EnumColumn,
  Flag,
  Id,
  JsonList,
  JsonObject,
  LOWER_SNAKE,
  Timestamp,
  declareEnum,
  Quantity,
  createQuantityRule,
  Ratio,
  Score,
  Text,
  TextList,
  createTextRules,
} from '../../../src/columns/index.js';
import { getFields } from '../../../src/columns/registry.js';
import { validatePresent } from '../../../src/columns/validators.js';

const Colour = declareEnum('colour_of_decorators_test', ['RED', 'BLUE']);
const manyTexts = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`);

/** What JSON.stringify would write as something else. */
class WithToJson {
  toJSON(): string {
    return 'x';
  }
}

interface Case {
  what: string;
  decorator: PropertyDecorator;
  accepts: unknown[];
  refuses: unknown[];
}

/** Column decorators also decide whether a value may be absent or null. */
const CASES: Case[] = [
  { what: 'Id', decorator: Id(), accepts: [undefined], refuses: [null, 'x'] },
  { what: 'Score', decorator: Score(), accepts: [0, 1], refuses: [undefined, null, 2] },
  { what: 'Score with a default', decorator: Score({ default: 0.5 }), accepts: [undefined, 1], refuses: [null, 2] },
  { what: 'Ratio', decorator: Ratio(), accepts: [0, 20], refuses: [undefined, null, -1] },
  {
    what: 'nullable Quantity',
    decorator: Quantity({ nullable: true }),
    accepts: [undefined, null, -3],
    refuses: [NaN],
  },
  { what: 'Count', decorator: Count(), accepts: [0], refuses: [undefined, null, -1] },
  { what: 'Flag', decorator: Flag({ default: false }), accepts: [undefined, true], refuses: [null, 'yes'] },
  { what: 'Choice', decorator: Choice(['A']), accepts: ['A'], refuses: [undefined, null, 'B'] },
  { what: 'nullable Choice', decorator: Choice(['A'], { nullable: true }), accepts: [null, 'A'], refuses: ['B'] },
  { what: 'EnumColumn', decorator: EnumColumn(Colour), accepts: ['RED'], refuses: [undefined, null, 'GREEN', 0] },
  { what: 'Text', decorator: Text({ max: 3 }), accepts: ['a'], refuses: [undefined, null, ''] },
  {
    what: 'Timestamp',
    decorator: Timestamp(),
    accepts: [new Date(0), new Date('9999-12-31T23:59:59.999Z')],
    refuses: [undefined, null, new Date(-1), new Date('+010000-01-01T00:00:00Z'), new Date(NaN), '2026-01-01', 0],
  },
  { what: 'Timestamp with now', decorator: Timestamp({ now: true }), accepts: [undefined], refuses: [null] },
  { what: 'Day', decorator: Day(), accepts: ['2026-01-31'], refuses: [undefined, null] },
  {
    what: 'TextList',
    decorator: TextList({ max: 3 }),
    accepts: [undefined, [], manyTexts(3), ['a b'], ['😀'], ['x'.repeat(100)]],
    refuses: [
      null,
      manyTexts(4),
      ['a', 'a'],
      [''],
      [' a'],
      ['a '],
      ['a\nb'],
      ['x'.repeat(101)],
      [null],
      [1],
      ['a\0b'],
      ['\ud800'],
      'a',
      new Array(1),
    ],
  },
  {
    what: 'TextList with a minimum and a format',
    decorator: TextList({ min: 1, max: 2, format: LOWER_SNAKE }),
    accepts: [['a'], ['a', 'b_c']],
    refuses: [undefined, null, [], ['A'], ['a', 'b', 'c']],
  },
  {
    what: 'JsonObject',
    decorator: JsonObject(),
    accepts: [{}, { a: { b: [1, 'x', null] } }, nested(32)],
    refuses: [
      undefined,
      null,
      [],
      'x',
      { a: NaN },
      { a: /x/ },
      { a: new Set([1]) },
      { a: new String('x') },
      { a: '\ud800' },
      { '\0': 1 },
      new Date(),
      nested(33),
      new WithToJson(),
      withProtoKey(),
    ],
  },
  {
    what: 'JsonObject of numbers',
    decorator: JsonObject({ values: [createQuantityRule()] }),
    accepts: [{ a: -1 }],
    refuses: [{ a: '1' }, { a: null }],
  },
  {
    what: 'JsonList',
    decorator: JsonList(),
    accepts: [undefined, [], [1, {}]],
    refuses: [null, {}, [undefined], new Array(2)],
  },
  {
    what: 'JsonList of texts',
    decorator: JsonList({ items: createTextRules({ max: 3 }) }),
    accepts: [[], ['abc']],
    refuses: [['abcd'], [1], [null]],
  },
];

describe.each(CASES)('$what', ({ decorator, accepts, refuses }) => {
  class Row {
    value: unknown;
  }
  decorator(Row.prototype, 'value');

  const verdicts = (value: unknown): boolean[] => {
    const field = getFields(Row).get('value');
    if (!field) throw new Error('The decorator registered no rules.');
    const row = Object.assign(new Row(), { value });
    return [validatePresent(field.rules, field.presence, value).length === 0, validateSync(row).length === 0];
  };

  test.each(accepts.map((value) => [value]))('accepts %p, and so does class-validator', (value) => {
    expect(verdicts(value)).toEqual([true, true]);
  });

  test.each(refuses.map((value) => [value]))('refuses %p, and so does class-validator', (value) => {
    expect(verdicts(value)).toEqual([false, false]);
  });
});

test('EnumColumn throws for a type that declareEnum() did not create', () => {
  expect(() => EnumColumn({ A: 'A' })).toThrow('declareEnum');
});

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}

function withProtoKey(): unknown {
  return JSON.parse('{"__proto__": {"isAdmin": true}}');
}
