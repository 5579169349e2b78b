import fc from 'fast-check';
import { anyCharacter } from '../../../support/characters.js';
import { words } from './characters.js';

const OBJECTS: readonly unknown[] = [
  ...[
    new Date(0),
    new Date(NaN),
    /x/,
    new Error('x'),
    new Map([['a', 1]]),
    new Set(['a']),
    new WeakMap(),
    Promise.resolve(1),
  ],
  ...[
    new String('a'),
    new Number(1),
    new Boolean(true),
    new Uint8Array([97]),
    new ArrayBuffer(1),
    Object.create(null) as object,
  ],
  ...[
    { toJSON: () => ({}) },
    { toPostgres: () => 'x' },
    { valueOf: () => 1 },
    { toString: () => 'x' },
    { toString: 5 },
  ],
  ...[{}, { id: null }, { id: '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11' }, { length: 1 }],
];

const LISTS: readonly unknown[] = [
  ...[[], [[]], [[], []], [null], [undefined], [''], [0], [NaN], ['a', 1], [['a']], [['a'], 'b'], [{}]],
  ...['a b', 'a b c'].map((all) => [words(all), words(all)]),
];

/** Values of other types than that of the column. Functions are left out, because TypeORM takes them for SQL. */
export const STRANGERS: readonly unknown[] = [
  ...[undefined, null, true, false, 0, 1, -1, 0.5, -0, NaN, Infinity, -Infinity, 5n, Symbol('x')],
  ...['', ' ', '\0', ...words('0 1 5 0.5 -1 true null NULL NaN Infinity DEFAULT {} []')],
  ...OBJECTS,
  ...LISTS,
];

/** Generates values of any type. */
export const stranger: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...STRANGERS),
  fc.anything({
    stringUnit: anyCharacter,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
);
