import fc from 'fast-check';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import {
  PROHIBITED_CLAIMS,
  REPLY_LIMITS,
  REPLY_SIGNATURE,
  WEIGHT_SUM_TOLERANCE,
} from '../../../src/constants/index.js';
import { ID } from '../../support/rows.js';
import type { Subject } from './subjects.js';
import { stepped } from './values/numbers.js';

const NOON = Date.UTC(2026, 0, 31, 12);
const MOMENTS = [0, 1, NOON - 1, NOON, NOON + 1, NOON + 3_600_000, Date.UTC(9999, 11, 31, 23, 59, 59, 999)];
const COUNTS = [0, 1, 2, 3, 4, 2 ** 31 - 2, 2 ** 31 - 1];
const AMOUNTS = [-1, -5e-324, 0, 5e-324, 0.5, 1];

/** Values for properties for which the values of their type are not enough. */
const VALUES_BY_PROPERTY: Readonly<Record<string, readonly unknown[]>> = {
  handle: [
    ...['a', 'ann', 'a_b', 'a-b', 'a.b', 'A1', 'é', 'ann\n', '\nann'],
    ...[3, 15, 16, 20, 21, 30, 31].map((length) => 'x'.repeat(length)),
  ],
  content: [
    ...Object.values(REPLY_LIMITS).flatMap((limit) => [limit - 1, limit, limit + 1].flatMap(repliesOf)),
    ...[...PROHIBITED_CLAIMS.source.matchAll(/[a-z ]+/g)].flatMap(([claim]) => claimsOf(claim)),
    ...['Drink water. ', 'c u r e', 'cu\nre', '\u017fecure', 'clinically  proven'].map(
      (text) => text + REPLY_SIGNATURE,
    ),
  ],
  safetyFlags: [
    ...[[], ['OVERRIDE'], ['DEATH_MENTION'], ['OVERRIDE', 'DEATH_MENTION'], ['OVERRIDE_X']],
    ...[['NONE'], ['NONE', 'OVERRIDE'], ['none'], ['NONE_']],
  ],
};

const WEIGHTS = ['sssWeight', 'arsWeight', 'evsWeight', 'trsWeight'];

/** Includes the choices that row rules mention. The CHECK of the column itself is not part of the subject. */
const WORDS = ['A', 'x', 'SKIPPED', 'ADJUSTED', 'NULL', ' '];

/** Generates rows for a rule on several columns. */
export function anyRow({ columns }: Subject): fc.Arbitrary<unknown[]> {
  if (columns.every(({ propertyName }) => WEIGHTS.includes(propertyName))) return fourWeights;
  return fc.tuple(...columns.map(anyOf));
}

/** Returns every combination of the selected values; none where there are more than `most`. */
export function combinations({ columns }: Subject, most: number): unknown[][] {
  const domains = columns.map(valuesOf);
  if (domains.reduce((count, { length }) => count * length, 1) > most) return [];
  return domains.reduce<unknown[][]>(
    (rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

function anyOf(column: ColumnMetadata): fc.Arbitrary<unknown> {
  const selected = fc.constantFrom(...valuesOf(column));
  switch (column.type) {
    case 'timestamptz':
      return fc.oneof(selected, fc.date({ min: new Date(0), max: new Date(NOON * 2), noInvalidDate: true }));
    case 'integer':
      return fc.oneof(selected, fc.nat());
    case 'double precision':
      return fc.oneof(
        selected,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      );
    default:
      return selected;
  }
}

function valuesOf(column: ColumnMetadata): readonly unknown[] {
  const values = VALUES_BY_PROPERTY[column.propertyName] ?? ofType(column);
  return column.isNullable ? [null, ...values] : values;
}

function ofType({ type, enum: labels, propertyName }: ColumnMetadata): readonly unknown[] {
  if (labels) return labels;
  if (type === 'timestamptz') return MOMENTS.map((time) => new Date(time));
  if (type === 'integer') return COUNTS;
  if (type === 'double precision') return AMOUNTS;
  if (type === 'boolean') return [true, false];
  if (type === 'uuid') return [ID];
  if (type === 'jsonb') return [{}];
  if (type === 'text') return WORDS;
  throw new Error(`No values are known for ${propertyName}: add them to test/schema/agreement/rows.ts.`);
}

function repliesOf(length: number): string[] {
  return ['x', '😀'].map((unit) => unit.repeat(length - REPLY_SIGNATURE.length) + REPLY_SIGNATURE);
}

function claimsOf(claim: string): string[] {
  return [claim, claim.toUpperCase(), `x${claim}s`, claim.slice(1)].map((text) => text + REPLY_SIGNATURE);
}

const weight = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((number) => number + 0),
  fc.constantFrom(0, 0.1, 0.12, 0.22, 0.24, 0.25, 0.42, 1 / 3, 1),
);

const off = fc.constantFrom(0, WEIGHT_SUM_TOLERANCE, -WEIGHT_SUM_TOLERANCE, 2 * WEIGHT_SUM_TOLERANCE, 0.1);

/** Generates four weights whose sum is 1 or differs from 1 by about the tolerance, to the last bit. */
const fourWeights = fc
  .tuple(weight, weight, weight, off, fc.integer({ min: -6, max: 6 }))
  .map(([first, second, third, more, steps]) => {
    const scale = Math.max(1, first + second + third);
    const three = [first / scale, second / scale, third / scale];
    const rest = 1 + more - three.reduce((sum, value) => sum + value, 0);
    return [...three, stepped(Math.min(Math.max(rest, 0), 1), steps)];
  });
