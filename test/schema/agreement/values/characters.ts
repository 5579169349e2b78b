import fc from 'fast-check';
import { anyCharacter } from '../../../support/characters.js';

/** Texts that are repeated to any length. Languages and programs differ in what they count as one character. */
export const SCRIPTS: readonly string[] = [
  ...['a', 'é', 'e\u0301', 'Z\u0351\u0347', '漢字', 'שלום', 'ﷺ', '😀', '👩‍👩‍👧', '🇩🇪', '\ufe0f', '\u{e0061}'],
  // Marks that change the direction of text.
  ...['\u202ea\u202c', '\u2066a\u2069'],
];

/** Characters that are or look invisible, and their neighbours. */
export const UNSEEN = characters(`
  01 08 09 0a 0b 0c 0d 1b 1c 1d 1e 1f 20 7f 80 84 85 86 9f a0 ad 34f 61c 115f 1160 167f 1680 180e 1fff
  2000 2007 200a 200b 200c 200d 200e 200f 2027 2028 2029 202a 202e 202f 2030 205e 205f 2060 2061 2066 2800 2fff
  3000 3001 3164 fe0f feff ffa0 fff9 ffff 1d159 e0001 e0020
`);

/** Characters that look like the em dash of the signature. */
export const DASHES = [
  ...characters('2d 2010 2012 2013 2014 2015 2212 2e3a 30fc 4e00 fe58 ff0d'),
  '\u2014\u200b',
  '\u2014 ',
];

/** Texts that PostgreSQL cannot store. */
export const BROKEN: readonly string[] = [
  ...['\0', 'a\0b', 'a\0', '\ud800', '\udfff', 'a\ud83d', '\ude00a', '\ude00\ud83d', '\ud83d\ud83d\ude00'],
];

/** Texts with a special meaning in some program. */
export const CODE: readonly string[] = [
  ...["'; DROP TABLE authors; --", "' OR '1'='1", "\\'", '[object Object]', "''", "E'\\x00'"],
  ...words('" \\ \\\\ $$ $1 :orm_param_0 % %s _ - -- /* NULL null \\N \\x00 \\u0000 &#0; %00 <b> ${a} {{a}} .*'),
  ...words('{a,b} {"a"} {NULL} (a) [1:1]={a} __proto__ constructor a- _a a_ a__b A a A_B a_b aB A_b 1 1a a1 A1_2'),
];

/** Generates single characters, more often the special ones. */
export const character = fc.oneof(
  fc.constantFrom(...UNSEEN, ...DASHES, ...BROKEN),
  fc.constantFrom(...Array.from('aAzZ019_-. /\\\'"{},~^$')),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }),
);

/** Returns the texts between white space. */
export function words(list: string): string[] {
  return list.trim().split(/\s+/);
}

function characters(codes: string): string[] {
  return words(codes).map((code) => String.fromCodePoint(Number.parseInt(code, 16)));
}
