/*
 * What each kind of column must refuse and accept, written independently of src/columns: by its bounds, listed in
 * areas/. A word stands for all CHECKs of one column; a facet is one of them, named by the last part of its name.
 */

/** A value, and the ends of the names of CHECKs that would refuse it as well. */
export interface Value {
  readonly value: unknown;
  readonly dropFirst: readonly string[];
}

export interface Facet {
  readonly kind: string;
  readonly refused: readonly Value[];
  readonly accepted: readonly Value[];
}

export type Word = (column: string) => readonly Facet[];

const BEYOND_1 = 1 + Number.EPSILON;
const BELOW_0 = -Number.MIN_VALUE;
const LARGEST = Number.MAX_VALUE;
const NOT_FINITE = [NaN, Infinity, -Infinity];

export const score: Word = () => [range([BELOW_0, -1, BEYOND_1, 1.5, 82, ...NOT_FINITE], [0, '-0', 0.5, 1])];

export const ratio: Word = () => [range([BELOW_0, -1, ...NOT_FINITE], [0, 1, 20, LARGEST])];

export const quantity: Word = () => [range(NOT_FINITE, [-LARGEST, -0.25, 0, LARGEST])];

export const quantityToOne: Word = () => [range([BEYOND_1, 2, ...NOT_FINITE], [-LARGEST, -0.25, 1])];

const INT4_MAX = 2_147_483_647;

export function count(max = INT4_MAX): Word {
  return () => [range([-1, -INT4_MAX - 1, ...(max < INT4_MAX ? [max + 1, INT4_MAX] : [])], [0, 1, max])];
}

/** A timestamptz(3). PostgreSQL rounds finer values before it checks them. */
export const moment: Word = () => [
  range(
    [
      ...['-infinity', 'infinity', '1969-12-31T23:59:59.999Z', '10000-01-01T00:00:00Z'],
      ...['9999-12-31T23:59:59.9996Z', '4713-01-01T00:00:00Z BC', '0001-01-01T00:00:00Z'],
    ],
    ['1970-01-01T00:00:00Z', '2026-11-01T06:30:00.123Z', '9999-12-31T23:59:59.999Z'],
  ),
];

export const day: Word = () => [
  range(['-infinity', 'infinity', '1969-12-31', '10000-01-01'], ['1970-01-01', '2028-02-29', '9999-12-31']),
];

/** Unicode white space and invisible characters: zero-width and format characters, fillers, variation selectors, tags. */
const INVISIBLE = [
  ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2003, 0x200a, 0x200b, 0x200c, 0x200d],
  ...[0x2028, 0x2029, 0x202f, 0x205f, 0x2060, 0x3000, 0xfeff, 0xad, 0x200e, 0x202e, 0x2066, 0x2800, 0x3164, 0xfe0f],
  ...[0x01, 0x1f, 0x7f, 0x9f, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x2061, 0x206f, 0xfe00],
  ...[0xffa0, 0xfff9, 0xfffc, 0x16fe4, 0x1bca0, 0x1d159, 0x1d173, 0xe0001, 0xe0020, 0xe007f, 0xe0100, 0xe0fff],
].map((code) => String.fromCodePoint(code));

/** Text of at most `max` code points with at least one visible character. */
export function text(max: number): Word {
  return (column) => [
    { ...length(max), refused: [{ value: '', dropFirst: [`${column}_blank`] }, ...tooLong(max, 'x', '🙂', 'é')] },
    {
      kind: 'blank',
      refused: plain(...INVISIBLE, INVISIBLE.slice(0, 30).join(''), INVISIBLE.slice(30).join('')),
      accepted: plain('x', ' x ', '\u200bx', '🙂', '\u0301', '.', '—'),
    },
  ];
}

/** Text of at most `max` code points without another rule. */
export function anyText(max: number): Word {
  return () => [{ ...length(max, ' ', '\n'), refused: [...plain(''), ...tooLong(max, 'x', '🙂', ' ')] }];
}

interface Format {
  readonly refused: readonly string[];
  readonly accepted: readonly string[];
}

/** Text of a format that the empty text does not match. */
export function formatted({ refused, accepted }: Format, max: number): Word {
  const [letter = ''] = accepted;
  return (column) => [
    {
      kind: 'length',
      refused: [{ value: '', dropFirst: [`${column}_format`] }, ...tooLong(max, letter)],
      accepted: plain(letter, letter.repeat(max)),
    },
    { kind: 'format', refused: plain(...refused), accepted: plain(...accepted) },
  ];
}

// The first accepted text of each format is one character long, so that it can be repeated to any length.
export const UPPER_SNAKE: Format = {
  refused: ['none', 'Gold', 'A__B', '_A', 'A_', '1A', 'A B', 'A-B', 'Ä', 'A\n', '\nA', ' A', '\u0410'],
  accepted: ['A', 'A1', 'HUMOR_LIGHT', 'Z0_9Z_A0_Z9', 'A9_0'],
};

export const LOWER_SNAKE: Format = {
  refused: ['Reply', 'REPLY', 'a__b', '_a', 'a_', '1a', 'a b', 'a-b', 'ä', 'a\n', '\na', ' a', '\u0430'],
  accepted: ['a', 'a1', 'click_rate', 'z0_9z_a0_z9', 'a9_0'],
};

export const POST_ID: Format = {
  refused: ['a b', ' ', 'a.b', 'a/b', 'ä', 'a\n', 'a+', '🙂'],
  accepted: ['a', '1850000000000000000', 't3_1abcd-EF'],
};

export const UTM_CODE: Format = {
  refused: ['ABC', 'a b', ' ', 'a.b', 'ä', 'a\n', 'a=b', 'a&b'],
  accepted: ['a', '0', '-', 'r_0f3a-1'],
};

export function choice(values: string): Word {
  const list = values.split(' ');
  const [first = ''] = list;
  const foreignRoles = ['', ' ', 'OTHER', first.toLowerCase(), `${first} `, ` ${first}`, `${first}\n`];
  return () => [{ kind: 'choice', refused: plain(...foreignRoles), accepted: plain(...list) }];
}

/** A list of `min` to `max` texts of a format, or of trimmed free text of 1 to 100 code points. */
export function list(min: number, max: number, format: Format = FREE_ITEM): Word {
  const [item = ''] = format.accepted;
  const many = (size: number): unknown => Array.from({ length: size }, () => item);
  return () => [
    {
      kind: 'size',
      refused: plain(many(max + 1), ...(min > 0 ? [many(min - 1)] : [])),
      accepted: plain(many(min), many(max)),
    },
    {
      kind: 'items',
      refused: plain(
        ...[
          [null],
          [item, null],
          [''],
          [item, ''],
          ['', item],
          [[item, item]],
          [[item], [item]],
          [`${item}\u001f${item}`],
        ],
        ...['\u001e', '\u001f'].map((control) => [control]),
        ...[[item.repeat(101)], [item, item.repeat(101)]],
        ...format.refused.flatMap((bad) => [
          [item, bad],
          [bad, item],
        ]),
      ),
      accepted: plain(
        [item],
        ...format.accepted.flatMap((good) => [
          [item, good],
          [good, item],
          [good, good],
        ]),
      ),
    },
  ];
}

const FREE_ITEM: Format = {
  refused: [
    ' ',
    ' x',
    'x ',
    'x\n',
    'a\tb',
    '\u0001',
    '\u007f',
    'x\u007fx',
    'x'.repeat(101),
    '🙂'.repeat(101),
    '\u00a0x',
    'x\u2003',
    '\u2800',
    ...INVISIBLE,
    '\u200dx',
    'x\u180e',
    'x\u{e0001}',
    'x \u200d',
  ],
  accepted: [
    'x',
    'so hungover',
    'x'.repeat(100),
    '🙂'.repeat(100),
    "O'Neill",
    'a,b',
    '"quoted"',
    '{}',
    'NULL',
    '\\',
    '\u2764\ufe0f',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}',
    '\u0301',
  ],
};

const OTHER_JSON = ['1', '"text"', 'true', 'null'];

/** A JSON object of at most 64 KiB. */
export const jsonObject: Word = () => [
  { kind: 'shape', refused: plain('[]', '[{}]', ...OTHER_JSON), accepted: plain('{}', '{"a": [1, null]}') },
  jsonSize('{"a": ', '}'),
];

/** A JSON list of at most 64 KiB, or more. */
export function jsonList(maxBytes?: number): Word {
  return () => [
    { kind: 'shape', refused: plain('{}', '{"0": 1}', ...OTHER_JSON), accepted: plain('[]', '["a", {}]') },
    jsonSize('[', ']', maxBytes),
  ];
}

/** The size is that of PostgreSQL's own text of the value: without the original spaces, with all zeros of a number. */
function jsonSize(before: string, after: string, maxBytes = 65_536): Facet {
  const room = maxBytes - before.length - after.length;
  const textOf = (unit: string, bytes: number): string => {
    const units = Math.floor((bytes - 2) / Buffer.byteLength(unit));
    return `${before}"${unit.repeat(units)}${'x'.repeat(bytes - 2 - units * Buffer.byteLength(unit))}"${after}`;
  };
  const number = (digits: number): string => `${before}1e${digits - 1}${after}`;
  return {
    kind: 'size',
    refused: plain(
      ...['x', '🙂', 'é'].map((unit) => textOf(unit, room + 1)),
      ...(room > 1e5 ? [] : [number(room + 1)]),
    ),
    accepted: plain(
      ...['x', '🙂', 'é'].map((unit) => textOf(unit, room)),
      textOf('x', room)
        .replace(' ', '')
        .padEnd(maxBytes + 1000),
      ...(room > 1e5 ? [] : [number(room)]),
    ),
  };
}

export function plain(...values: readonly unknown[]): Value[] {
  return values.map((value) => ({ value, dropFirst: [] }));
}

function range(refused: readonly unknown[], accepted: readonly unknown[]): Facet {
  return { kind: 'range', refused: plain(...refused), accepted: plain(...accepted) };
}

function length(max: number, ...more: readonly string[]): Facet {
  return { kind: 'length', refused: [], accepted: plain('x', 'x'.repeat(max), '🙂'.repeat(max), ...more) };
}

function tooLong(max: number, ...characters: readonly string[]): Value[] {
  return plain(...characters.map((character) => character.repeat(max + 1)));
}
