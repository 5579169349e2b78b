import fc from 'fast-check';
import { anyCharacter } from '../../../support/characters.js';
import { BROKEN, UNSEEN, words } from './characters.js';
import type { Hints } from './hints.js';
import { examplesOf, mutated, neighbours, ofLength, shapedLike } from './texts.js';

const LENGTHS = [1, 2, 98, 99, 100, 101];
const HOLE = new Array<unknown>(1);
const ITEMS = [...words('a A NULL null { } , " \\ \' \\N {} a,b'), '', ' ', ' a', 'a ', 'a b', ...BROKEN];
const LITERALS = [...words('{a,b} {} {{a},{b}} [2:3]={a,b} {a,NULL} {a a'), '{"a b"}'];

/** Returns lists of every size in the rules, and lists with every kind of invalid item. */
export function listEdges({ numbers, characters, patterns }: Hints): unknown[] {
  const good = patterns.flatMap(examplesOf);
  const sizes = numbers.filter(isSize).flatMap((size) => [size - 1, size, size + 1]);
  const items = [
    ...ITEMS,
    ...good.flatMap(neighbours),
    ...[...UNSEEN, ...characters].flatMap((unseen) => [unseen, `a${unseen}`, `a${unseen}b`]),
  ];
  return [
    ...[[], HOLE, [null], [undefined], ...LITERALS],
    ...[...new Set(sizes)].flatMap((size) => [
      numbered('a', size),
      numbered('A', size),
      Array.from({ length: size }, () => 'a'),
    ]),
    ...items.map((item) => [item]),
    ...LENGTHS.flatMap((length) => ['a', 'A', '漢', '😀', 'e\u0301'].map((script) => [ofLength(script, length)])),
    ...good.flatMap((item) =>
      [item, null, '', ' ', undefined, 5, [item]].flatMap((other) => [
        [item, other],
        [other, item],
        [item, other, item],
        [[item], other],
      ]),
    ),
    ...['a\u001fb', '\u001f', '\u001e', 'a\u001eb'].flatMap((item) => [[item], ['a', item], [item, 'a']]),
  ];
}

export function anyList({ numbers, patterns }: Hints): fc.Arbitrary<unknown> {
  const good = fc.oneof(...patterns.map(shapedLike), fc.constantFrom('a', 'A', 'b', 'B_1'));
  const bad = fc.oneof(mutated(good), fc.constantFrom<unknown>(null, undefined, '', 5, ['a']));
  const maxLength = Math.max(3, ...numbers.filter(isSize)) + 2;
  return fc.oneof(
    fc.uniqueArray(good, { maxLength }),
    fc.array(good, { maxLength }),
    fc.array(fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: bad }), {
      maxLength: 5,
    }),
    fc.array(fc.string({ unit: anyCharacter, maxLength: 5 }), { maxLength: 3 }),
    fc.array(fc.array(good, { maxLength: 3 }), { maxLength: 3 }),
  );
}

function numbered(prefix: string, size: number): string[] {
  return Array.from({ length: size }, (_, index) => `${prefix}${index}`);
}

function isSize(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number <= 200;
}
