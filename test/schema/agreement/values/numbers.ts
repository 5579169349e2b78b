import fc from 'fast-check';
import type { Hints } from './hints.js';

const EDGES = [
  ...[0, -0, 1, -1, 0.5, 0.1 + 0.2, 0.82, 1e-7, 1e21, -1e21, 5e-324, -5e-324, Number.MIN_VALUE, Number.EPSILON],
  ...[NaN, Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE, 1.7976931348623155e308, 2.2250738585072014e-308],
  ...[
    2 ** 31 - 1,
    2 ** 31,
    2 ** 31 + 0.5,
    2 ** 31 - 0.5,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 63,
    2 ** 64,
  ],
  ...['5', '0.5', ' 1 ', '1e0', '0x1', '0b1', '1_000', '+1', '-0', 'NaN', 'inf', '-Infinity', '', '1,5', '١'],
];

/** Returns numbers around every bound in the rules, and at the limits of doubles and integers. */
export function numberEdges({ numbers }: Hints): unknown[] {
  return [...EDGES, ...numbers.flatMap(around)];
}

export function anyNumber({ numbers }: Hints): fc.Arbitrary<unknown> {
  const bound = fc.constantFrom(0, 1, ...numbers);
  return fc.oneof(
    fc.double(),
    fc.double({ min: -0.5, max: 1.5 }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.tuple(bound, fc.integer({ min: -8, max: 8 })).map(([number, steps]) => stepped(number, steps)),
    fc.tuple(bound, fc.integer({ min: -100, max: 100 })).map(([number, more]) => number + more),
    fc.tuple(bound, fc.double({ min: -1, max: 1, noNaN: true })).map(([number, more]) => number + more),
    fc.double().map(String),
  );
}

/** Returns the number, its neighbouring doubles and its neighbouring integers. */
function around(number: number): number[] {
  const near = [-2, -1, 1, 2].map((steps) => stepped(number, steps));
  return [number, ...near, number - 1, number + 1, number - 0.5, number + 0.5, number * (1 + Number.EPSILON), -number];
}

/** Returns the double that many steps away. */
export function stepped(number: number, steps: number): number {
  if (!Number.isFinite(number)) return number;
  // Positive doubles have the order of their bits, negative ones the reverse order.
  const bits = new BigInt64Array(new Float64Array([number]).buffer);
  const order = ordered(bits[0] ?? 0n) + BigInt(steps);
  return new Float64Array(new BigInt64Array([ordered(order)]).buffer)[0] ?? number;
}

function ordered(bits: bigint): bigint {
  return bits >= 0n ? bits : -(bits & 0x7fff_ffff_ffff_ffffn);
}
