import fc from 'fast-check';
import { MAX_DEPTH } from '../../../../src/columns/json.js';
import { anyCharacter } from '../../../support/characters.js';
import { words } from './characters.js';
import type { Hints } from './hints.js';

class Row {
  a = 1;
}

/** Values that JSON, JavaScript and PostgreSQL treat differently. */
const LEAVES: readonly unknown[] = [
  ...[NaN, Infinity, -0, undefined, null, 1e308, 5e-324, 2 ** 53 + 2, 1e21, 0.1, 5n, Symbol('x')],
  ...['\0', 'a\0', '\ud800', '\udc00\ud800', '\u2028', '😀', ''],
  ...[new Date(0), new Date(NaN), new Map([['a', 1]]), new Set([1]), /x/, new Error('x'), new Uint8Array([1])],
  ...[new Number(1), new String('a'), new Boolean(true), new Row(), Object.create(null) as object],
  ...[{ toJSON: () => 1 }, { toJSON: 1 }, parsed('{"__proto__":1}'), parsed('{"constructor":{"prototype":{"a":1}}}')],
  ...[[], {}, new Array<unknown>(1), [undefined], { a: undefined }, { length: 2, 0: 'a' }],
  ...words('constructor a\0 \ud800 a.b').map((key) => ({ [key]: 1 })),
  { '': 1 },
];

const NUMBERS = ['sss', 'ars', 'evs', 'trs'];
const MOMENT = '2026-01-31T23:59:59.000Z';
const event = { type: 'like', timestamp: MOMENT };
const outcome = { likes: 1, clicks: 0, revenue: -2.5, ctr: 1.2, sentiment: -1, removed: false, capturedAt: MOMENT };

/** Valid contents of JSON columns, which are then made invalid. */
const CONTENTS: readonly unknown[] = [
  ...[{}, { a: 1 }, { likes: 5, upvotes: 1.5 }, { likes: -1 }, { likes: '5' }, { likes: null }],
  ...[Object.fromEntries(NUMBERS.map((name) => [name, 0.25])), Object.fromEntries(NUMBERS.map((name) => [name, 50]))],
  ...[
    { sss: 0.4, ars: 0.25, evs: 0.2, trs: 0.15, segment: 'TWITTER_MORNING' },
    { sss: 1, ars: 0, evs: 0, trs: 0, other: 1 },
  ],
  ...[
    { sss: { score: 0.9, confidence: 1, reasons: ['asks for help'], more: 1 }, safety: {} },
    { sss: 1 },
    { sss: { score: '1' } },
  ],
  ...[
    { phase: 'normal' },
    { phase: 'holiday', matchedRules: ['x'], timezone: 'UTC', evaluatedAt: MOMENT, isPriority: true },
  ],
  ...[{ phase: 'x' }, { phase: 'normal', evaluatedAt: '2026-02-30T00:00:00Z' }, { phase: 'normal', unknown: 1 }],
  ...[
    outcome,
    { ...outcome, windows: { '15m': outcome }, generation: { confidence: 0.9, model: 'x' } },
    { ...outcome, likes: -1 },
  ],
  ...[
    [],
    [event],
    [event, { ...event, count: 2, utmCode: 'a-b' }],
    [{ ...event, other: 1 }],
    [{ type: 'like' }],
    [event, null],
  ],
  ...[['Early access'], ['a', 'a'], [''], [1], [[]], ['x'.repeat(200)], ['x'.repeat(201)]],
];

/** JSON of the largest valid size, and of one byte more. `json-size.test.ts` tests the size of all kinds of values. */
export function jsonEdges({ numbers }: Hints): unknown[] {
  const bounds = numbers.filter((number) => number >= 65_536);
  const sized = bounds.flatMap((bound) => [bound, bound + 1].flatMap(ofBytes));
  return [...JSON_EDGES, ...sized];
}

/** Returns an object and a list of this size in PostgreSQL, with three-byte characters and a number of 22 digits that JSON writes as 1e21. */
function ofBytes(bytes: number): unknown[] {
  const [object, list] = [9, 28].map((rest) => '\u2028'.repeat((bytes - rest) / 3) + 'x'.repeat((bytes - rest) % 3));
  return [{ a: object }, [list, 1e21]];
}

const JSON_EDGES: readonly unknown[] = [
  ...CONTENTS,
  ...LEAVES,
  ...LEAVES.flatMap((leaf) => [
    { a: leaf },
    [leaf],
    { a: [{ b: leaf }] },
    { phase: 'normal', isPriority: leaf },
    { likes: leaf },
  ]),
  ...[MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, MAX_DEPTH + 2, 200].flatMap((depth) => [
    nested(depth, false),
    nested(depth, true),
  ]),
  ...[
    circular(),
    { a: 'x'.repeat(100_000) },
    Object.fromEntries(Array.from({ length: 1000 }, (_, key) => [`k${key}`, key])),
  ],
];

const leaf = fc.oneof(
  fc.constantFrom(...LEAVES),
  fc.double(),
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.boolean(),
);
const key = fc.oneof(
  fc.constantFrom('a', 'sss', 'score', 'type', 'phase', 'likes', '__proto__', 'toJSON', 'constructor', ''),
  fc.string({ maxLength: 5 }),
);

const hostile = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;

/** Generates a valid content with one of its values replaced. */
const spoilt = fc.tuple(fc.constantFrom(...CONTENTS), leaf, fc.nat()).map(([content, other, place]) => {
  if (typeof content !== 'object' || content === null) return content;
  const keys = Object.keys(content);
  const taken = keys[place % (keys.length + 1)] ?? 'extra';
  if (Array.isArray(content)) return [...(content as unknown[]), other];
  return { ...content, [taken]: other };
});

export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...CONTENTS),
  spoilt,
  hostile,
  fc.dictionary(key, leaf, { maxKeys: 4 }),
  fc.array(leaf, { maxLength: 4 }),
  fc.jsonValue(),
  fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 4 }),
  fc.tuple(fc.nat({ max: MAX_DEPTH + 5 }), fc.boolean()).map(([depth, list]) => nested(depth, list)),
);

function nested(depth: number, list: boolean): unknown {
  let value: unknown = list ? [] : {};
  for (let level = 1; level < depth; level += 1) value = list ? [value] : { a: value };
  return value;
}

function circular(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function parsed(json: string): unknown {
  return JSON.parse(json);
}
