import fc from 'fast-check';
import { anyCharacter } from '../../../support/characters.js';
import { BROKEN, character, CODE, DASHES, SCRIPTS, UNSEEN } from './characters.js';
import type { Hints } from './hints.js';

/** The cache of `shapedLike`. */
const shaped = new Map<string, fc.Arbitrary<string>>();

const LONG = ['a'.repeat(100_000), 'a_'.repeat(50_000), 'A_'.repeat(50_000), `${'a_'.repeat(50_000)}-`];

/** Returns texts of every length in the rules, and texts that are similar to every quoted text in them. */
export function textEdges({ numbers, words, characters, patterns }: Hints): unknown[] {
  const lengths = [1, 2, ...numbers.filter(isLength)].flatMap((length) => [length - 1, length, length + 1]);
  const good = [...words, ...patterns.flatMap(examplesOf)];
  return [
    ...[...new Set(lengths)].flatMap((length) => [...SCRIPTS, ...good].map((text) => ofLength(text, length))),
    ...[...UNSEEN, ...characters].flatMap((unseen) => [unseen, unseen.repeat(12), `a${unseen}`]),
    ...BROKEN.flatMap((broken) => [broken, 'a'.repeat(12) + broken]),
    ...[UNSEEN.join(''), ...CODE, ...LONG],
    ...good.flatMap(neighbours),
  ];
}

export function anyText({ numbers, words, patterns }: Hints): fc.Arbitrary<unknown> {
  const length = fc
    .tuple(fc.constantFrom(1, 2, ...numbers.filter(isLength)), fc.integer({ min: -2, max: 2 }))
    .map(([bound, more]) => bound + more);
  const grapheme = fc.string({ unit: 'grapheme', maxLength: 40 });
  const good = fc.oneof(...words.map((word) => fc.constant(word)), ...patterns.map(shapedLike), grapheme);
  return fc.oneof(
    good,
    mutated(good),
    fc.tuple(grapheme, good).map(([before, text]) => before + text),
    fc.tuple(fc.oneof(fc.constantFrom(...SCRIPTS), good), length).map(([text, points]) => ofLength(text, points)),
    fc.array(character, { maxLength: 12 }).map((all) => all.join('')),
    fc.string({ unit: anyCharacter, maxLength: 30 }),
  );
}

/** Returns a few texts that match the pattern, the same in every run. */
export function examplesOf(pattern: RegExp): string[] {
  return fc.sample(shapedLike(pattern), { numRuns: 4, seed: 1 });
}

/** Generates texts that match the pattern. Cached, because many columns share a pattern and fast-check parses it slowly. */
export function shapedLike(pattern: RegExp): fc.Arbitrary<string> {
  const known = shaped.get(pattern.source) ?? fc.stringMatching(pattern);
  shaped.set(pattern.source, known);
  return known;
}

/** Generates texts with one character inserted, removed or replaced. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.constantFrom('put in', 'take away', 'replace');
  return fc.tuple(texts, fc.nat(), change, character).map(([text, place, how, other]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + (how === 'take away' ? '' : other) + text.slice(how === 'put in' ? at : at + 1);
  });
}

/** Repeats the text to this number of code points. */
export function ofLength(text: string, length: number): string {
  const points = Array.from(text === '' ? 'a' : text);
  return Array.from({ length: Math.max(length, 0) }, (_, index) => points[index % points.length]).join('');
}

/** Returns texts that are similar to the text. */
export function neighbours(text: string): string[] {
  const ends = ['\n', '\r\n', ' ', '\0', '\u2028', '\u00a0', '\u200b', '.', '-', '_', text];
  const dashes = text.includes('\u2014') ? DASHES.map((dash) => text.replace('\u2014', dash)) : [];
  const spellings = [text.toLowerCase(), text.toUpperCase(), text.normalize('NFKD'), text.slice(1), text.slice(0, -1)];
  const alike = [text, ...spellings, ...dashes];
  return [...alike, ...alike.map((one) => `Drink water! ${one}`), ...ends.flatMap((end) => [text + end, end + text])];
}

function isLength(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number <= 10_000;
}
