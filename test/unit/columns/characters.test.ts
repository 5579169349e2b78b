import { expect, test } from '@jest/globals';
import {
  BLANK_SYMBOLS,
  toCharacterClass,
  CONTROLS,
  INVISIBLE,
  toPostgresRegex,
  TRAILING_MARKS,
  UNICODE_VERSION,
} from '../../../src/columns/characters.js';

const BLANK = new Set(BLANK_SYMBOLS.map((code) => Number.parseInt(code, 16)));
const CLASSES = /[\p{Z}\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

test('the ranges of invisible characters equal those of Unicode', () => {
  const { listed, missing, surplus } = compareWithUnicode();
  const running = process.versions.unicode;
  process.stdout.write(
    `invisible characters: ${listed} of Unicode ${UNICODE_VERSION}; the running Node has ${running}, ` +
      `and knows ${missing.length} more: ${missing.map((point) => point.toString(16)).join(' ') || 'none'}\n`,
  );
  // An older Node does not know all of them yet; a newer one may know more, which the line above says.
  if (running === UNICODE_VERSION) expect({ missing, surplus }).toEqual({ missing: [], surplus: [] });
  else if (Number(running) > Number(UNICODE_VERSION)) expect(surplus).toEqual([]);
  else expect(missing).toEqual([]);
});

test.each([
  ['INVISIBLE', INVISIBLE],
  ['CONTROLS', CONTROLS],
  ['TRAILING_MARKS', TRAILING_MARKS],
])('%s is sorted, without overlap', (_name, ranges) => {
  const ends = ranges.flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });
  expect(ends).toEqual([...ends].sort((a, b) => a - b));
});

test('all control characters and trailing marks are invisible', () => {
  const part = new RegExp(`[${toCharacterClass(CONTROLS)}${toCharacterClass(TRAILING_MARKS)}]`, 'u');
  const whole = new RegExp(`[${toCharacterClass(INVISIBLE)}]`, 'u');
  expect(
    codePoints().filter((point) => part.test(String.fromCodePoint(point)) && !whole.test(String.fromCodePoint(point))),
  ).toEqual([]);
});

test('converts a regular expression for PostgreSQL', () => {
  expect(toPostgresRegex('[^\\u0001-\\u0020\\u{110BD}\\u{E0000}-\\u{E0FFF}]')).toBe(
    '[^\\u0001-\\u0020\\U000110BD\\U000E0000-\\U000E0FFF]',
  );
});

function compareWithUnicode(): { listed: number; missing: number[]; surplus: number[] } {
  const listed = new RegExp(`[${toCharacterClass(INVISIBLE)}]`, 'u');
  const points = codePoints();
  const isListed = new Set(points.filter((point) => listed.test(String.fromCodePoint(point))));
  const isInvisible = new Set(points.filter((point) => BLANK.has(point) || CLASSES.test(String.fromCodePoint(point))));
  return {
    listed: isListed.size,
    missing: points.filter((point) => isInvisible.has(point) && !isListed.has(point)),
    surplus: points.filter((point) => isListed.has(point) && !isInvisible.has(point)),
  };
}

/** All but NUL and the surrogates, which no text holds. */
function codePoints(): number[] {
  return Array.from({ length: 0x110000 }, (_, point) => point).filter(
    (point) => point > 0 && (point < 0xd800 || point > 0xdfff),
  );
}
