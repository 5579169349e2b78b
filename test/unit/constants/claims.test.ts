import { describe, expect, test } from '@jest/globals';
import { containsProhibitedClaim, PROHIBITED_CLAIMS, REPLY_SIGNATURE } from '../../../src/constants/reply.js';
import { ReplyContentInput } from '../../../src/validation/inputs.js';
import { Reply } from '../../../src/entities/index.js';
import { ID, rowOf } from '../../support/rows.js';
import { inputRefusalOf, refusalOf } from '../validation/refusal.js';

const CLAIMS = ['cure', 'prevent', 'treat', 'clinically proven'];

/** Ways to write a claim that readers do not see, or hardly. */
const DISGUISES: Readonly<Record<string, (claim: string) => string>> = {
  'as it is': (claim) => claim,
  'in capitals': (claim) => claim.toUpperCase(),
  'in mixed case': (claim) => Array.from(claim, (c, i) => (i % 2 ? c.toUpperCase() : c)).join(''),
  ...Object.fromEntries(
    [
      0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0xad, 0x180e, 0x34f, 0x61c, 0x202e, 0xfe0f, 0x115f, 0xffa0, 0xe0061, 0x01,
      0x7f,
    ].map((code) => [
      `with U+${code.toString(16)} inside`,
      (claim: string) => inside(claim, String.fromCodePoint(code)),
    ]),
  ),
  'with two spaces': (claim) => claim.replace(' ', '  '),
  ...Object.fromEntries(
    [0x09, 0x0a, 0x0d, 0xa0, 0x85, 0x1680, 0x2003, 0x2028, 0x202f, 0x205f, 0x2800, 0x3000, 0x200b, 0x3164].map(
      (code) => [
        `with U+${code.toString(16)} for the space`,
        (claim: string) => claim.replace(' ', String.fromCodePoint(code)),
      ],
    ),
  ),
  'with white space of several kinds': (claim) => claim.replace(' ', ' \u200b\n\u00a0\u200d '),
  'in full-width letters': (claim) => shifted(claim, 0xff41),
  'in bold mathematical letters': (claim) => shifted(claim, 0x1d41a),
  'in letters in circles': (claim) => shifted(claim, 0x24d0),
  'with accents': (claim) => inside(claim, '\u0301'),
  'with accents in one character': (claim) => claim.replaceAll('e', 'é').replaceAll('i', 'ï').normalize('NFC'),
  'struck out': (claim) => inside(claim, '\u0336'),
  'with a dotless i': (claim) => claim.replaceAll('i', 'ı'),
};

/** Texts of the same letters that make no claim. */
const HARMLESS = [
  ...[
    'Drink water, it helps.',
    'cu re',
    'cu\nre',
    'c u r e',
    'music u recommend',
    'pre vent',
    'focu\u2003relief',
    'tre at',
  ],
  ...[
    'clinically tested',
    'proven clinically',
    'clinically\u200b \nand proven',
    'curl',
    'trent',
    'thérapie',
    '治療',
    'лечение',
    '',
  ],
];

describe.each(CLAIMS)('the claim %j', (claim) => {
  test.each(Object.entries(DISGUISES))('is found %s, by the function, the entity and the input', (_how, disguise) => {
    const text = `Water may ${disguise(claim)} you. `;
    expect(containsProhibitedClaim(text)).toBe(true);
    const content = text + REPLY_SIGNATURE;
    expect(refusalOf(Reply, rowOf(Reply, { content }))).toEqual(['content:content_makes_no_claims']);
    expect(inputRefusalOf(ReplyContentInput, { content, utmCode: 'a' })).toEqual(['content:content_makes_no_claims']);
  });
});

test.each(HARMLESS)('%j is not a claim', (text) => {
  expect(containsProhibitedClaim(text)).toBe(false);
  const content = `${text} is what people say ${REPLY_SIGNATURE}`;
  expect(refusalOf(Reply, rowOf(Reply, { content, decisionId: ID }))).toEqual([]);
});

test.each(['secure', 'obscure', 'pedicure', 'retreat'])('%s is matched although harmless, as documented', (word) => {
  expect(PROHIBITED_CLAIMS.test(word)).toBe(true);
  expect(containsProhibitedClaim(word)).toBe(true);
});

test('containsProhibitedClaim finds everything that the documented pattern finds', () => {
  for (const claim of CLAIMS)
    expect([PROHIBITED_CLAIMS.test(claim), containsProhibitedClaim(claim)]).toEqual([true, true]);
});

test('a text of one megabyte is checked too', () => {
  expect(containsProhibitedClaim('\u200b '.repeat(500_000))).toBe(false);
  expect(containsProhibitedClaim(`${'\u0301'.repeat(1_000_000)}cure`)).toBe(true);
});

function inside(text: string, character: string): string {
  return Array.from(text, (letter) => (letter === ' ' ? letter : letter + character)).join('');
}

function shifted(text: string, to: number): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCodePoint(to + letter.charCodeAt(0) - 97));
}
