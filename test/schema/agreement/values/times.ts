import fc from 'fast-check';
import { words } from './characters.js';
import type { Hints } from './hints.js';
import { mutated } from './texts.js';

/** The limits of calendars, clocks, JavaScript and PostgreSQL, in milliseconds. */
const TIMES = [
  ...[
    0,
    1,
    999,
    1000,
    -1,
    -1000,
    NaN,
    8.64e15,
    8.64e15 - 1,
    -8.64e15,
    2 ** 31 * 1000,
    Date.UTC(9999, 11, 31, 23, 59, 59, 999),
  ],
  ...[Date.UTC(2024, 1, 29), Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1), Date.UTC(1, 0) - 62_135_596_800_000],
  ...[-62_135_596_800_000, -62_167_219_200_000, -62_198_755_200_000, 210_866_803_200_000, -210_866_803_200_000],
];

const WRITTEN = [
  ...words(
    '2026-01-31T12:00:00Z 2026-01-31T12:00:00.123456Z 2026-01-31 2026-02-30T00:00:00Z 10000-01-01 12345 24:00 x',
  ),
  ...words('now today infinity -infinity epoch allballs'),
  ...['', '0001-01-01 BC', '2026-01-31 12:00:60'],
];

/** Returns timestamps around every bound in the rules, and at the limits of calendars. */
export function momentEdges({ numbers }: Hints): unknown[] {
  const bounds = numbers.flatMap((second) => [-1000, -1, 0, 1, 1000].map((more) => second * 1000 + more));
  return [...[...TIMES, ...bounds].map((time) => new Date(time)), ...WRITTEN, Date.UTC(2026, 0, 31)];
}

export function anyMoment({ numbers }: Hints): fc.Arbitrary<unknown> {
  const bound = fc.constantFrom(0, ...numbers.map((second) => second * 1000));
  return fc.oneof(
    fc.date({ noInvalidDate: false }),
    fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    fc.tuple(bound, fc.integer({ min: -100_000, max: 100_000 })).map(([time, more]) => new Date(time + more)),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
}

const DAYS = [
  ...words('1970-01-01 1969-12-31 1970-01-02 9999-12-31 9999-12-30 10000-01-01 0000-01-01 0001-01-01 -0001-01-01'),
  ...words('2024-02-29 2023-02-29 2024-02-30 2024-02-31 2024-04-31 2000-02-29 1900-02-29 2100-02-29 2024-12-32'),
  ...words('2024-00-01 2024-01-00 2024-13-01 2024-1-1 24-01-01 20240101 2024/01/01 01/02/2024 2024-01-01T00:00:00Z'),
  ...words(
    '2024-001 2024-W01-1 today tomorrow now epoch infinity -infinity J2451545 2024-01-01T23:59:59+14:00 2024-01-01x',
  ),
  ...words('294276-12-31 5874897-12-31 5874898-01-01 ٢٠٢٤-٠١-٠١ ２０２４-01-01 2024‐01‐01 -'),
  ...[
    '',
    '2024-01-01 ',
    ' 2024-01-01',
    '2024-01-01\n',
    '2024-01-01 BC',
    '2024-01-01\0',
    '2024-01-01 00:00',
    '2024-01-01\u00a0',
  ],
  'January 1, 2024',
];

export const DAY_EDGES: readonly unknown[] = [...DAYS, ...DAYS.map((day) => new Date(day)), 20240101, 0];

const day = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
  .map((date) => date.toISOString().slice(0, 10));

export const anyDay: fc.Arbitrary<unknown> = fc.oneof(
  day,
  mutated(day),
  written(fc.nat({ max: 10_001 }), fc.nat({ max: 13 }), fc.nat({ max: 32 })),
  written(fc.integer({ min: 1969, max: 2105 }), fc.nat({ max: 13 }), fc.integer({ min: 26, max: 32 })),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
);

/** Returns `YYYY-MM-DD`, even for a day that does not exist. */
function written(...parts: readonly fc.Arbitrary<number>[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts)
    .map((numbers) => numbers.map((number, index) => String(number).padStart(index === 0 ? 4 : 2, '0')).join('-'));
}
