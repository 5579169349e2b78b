import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createJsonSizeRule } from '../../../src/columns/json.js';
import { anyCharacter } from '../../support/characters.js';
import { useDatabase } from '../../support/database.js';

/*
 * The limit of a JSON column is in bytes of PostgreSQL's own text, which has other spaces, numbers and escapes than JSON.stringify.
 */
const db = useDatabase();

const text = fc
  .string({ unit: anyCharacter, maxLength: 12 })
  .filter((value) => value.isWellFormed() && !value.includes('\0'));

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  // Numbers of every magnitude, because PostgreSQL writes zeros where JavaScript writes exponents.
  fc
    .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -30, max: 30 }))
    .map(([m, e]) => Number(`${m}e${e}`)),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    -5e-324,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    1e21,
    1e20,
    1e-6,
    1e-7,
    0.1,
    123.456,
    1.5e300,
  ),
);

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      number,
      text,
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('"\\/\b\f\n\r\t\u0001\u001f\u007f', '\u2028😀é'),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 5 }),
  ),
})).value;

test('the validator computes the size of JSON as PostgreSQL does, to the byte', async () => {
  const values = fc.sample(json, { numRuns: 5_000, seed: 20_261_127 });
  const sizes = await db.dataSource.query<{ bytes: number }[]>(
    'SELECT octet_length(given::jsonb::text) AS bytes FROM unnest($1::text[]) WITH ORDINALITY AS all_of (given, at) ORDER BY at',
    [values.map((value) => JSON.stringify(value))],
  );
  const different = values.filter((value, index) => {
    const bytes = sizes[index]?.bytes ?? NaN;
    return !createJsonSizeRule(bytes).isValid(value) || createJsonSizeRule(bytes - 1).isValid(value);
  });
  expect(different).toEqual([]);
  expect(sizes).toHaveLength(5_000);
  process.stdout.write(
    `JSON sizes compared with PostgreSQL to the byte: ${sizes.length}, differences ${different.length}\n`,
  );
});
