import fc from 'fast-check';
import type { Hints } from './hints.js';
import { UNSEEN } from './characters.js';
import { mutated, neighbours } from './texts.js';

const UUID = '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11';

export const UUID_EDGES: readonly unknown[] = [
  ...[
    UUID,
    UUID.toUpperCase(),
    UUID.replace('6f8f', '6F8f'),
    `{${UUID}}`,
    `{${UUID.toUpperCase()}}`,
    UUID.replaceAll('-', ''),
  ],
  ...[
    `urn:uuid:${UUID}`,
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    UUID.replace('-', ''),
  ],
  ...[
    '6f8f-1e6e-9d0c-4a7e-8f43-2b0f-3c9f-6a11',
    `${UUID} `,
    ` ${UUID}`,
    UUID.replace('6', 'g'),
    UUID.slice(1),
    `${UUID}0`,
  ],
  ...[
    `{${UUID}`,
    `${UUID}}`,
    UUID.replaceAll('-', '\u2013'),
    UUID.replaceAll('-', '--'),
    UUID.replace('6', '６'),
    [UUID],
    { id: UUID },
  ],
  ...neighbours(UUID),
];

export const anyUuid: fc.Arbitrary<unknown> = fc.oneof(
  fc.uuid(),
  mutated(fc.uuid()),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.uuid().map((uuid) => ({ id: uuid })),
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF-{}')), minLength: 30, maxLength: 40 }),
);

/** Returns each label of an enum, and texts that are similar to it. */
export function labelEdges({ words }: Hints): unknown[] {
  return [
    ...words.flatMap((word) => [
      word,
      [word],
      new String(word),
      { toString: () => word },
      { [word]: 1 },
      ...neighbours(word),
    ]),
    ...words.flatMap((word) => UNSEEN.slice(0, 12).flatMap((unseen) => [word + unseen, unseen + word])),
    ...[words, words.join(), words.join('|'), 'UNKNOWN', '', 'A'.repeat(63), 'A'.repeat(64), 'A'.repeat(10_000)],
  ];
}

export function anyLabel({ words }: Hints): fc.Arbitrary<unknown> {
  const word = fc.constantFrom(...words);
  return fc.oneof(
    word,
    mutated(word),
    fc.mixedCase(word),
    fc.array(word, { maxLength: 3 }),
    fc.string({ maxLength: 70 }),
  );
}

export const FLAG_EDGES: readonly unknown[] = [
  ...[
    true,
    false,
    0,
    1,
    2,
    -1,
    'true',
    'false',
    't',
    'f',
    'T',
    'TRUE',
    'tru',
    'yes',
    'y',
    'no',
    'n',
    'on',
    'of',
    'off',
    'o',
    '0',
    '1',
  ],
  ...['2', ' true ', 'true\n', '', 'null', new Boolean(false), [true], [], {}, { valueOf: () => true }],
];

const spelling = fc.constantFrom('true', 'false', 'yes', 'no', 'on', 'off', 't', 'f', '1', '0');

export const anyFlag: fc.Arbitrary<unknown> = fc.oneof(
  fc.boolean(),
  spelling,
  mutated(spelling),
  fc.mixedCase(spelling),
  fc.integer(),
);
