import { expect, describe, test } from '@jest/globals';
import { inspect } from 'node:util';
import { DataSource } from 'typeorm';
import { useDatabase } from '../../support/database.js';
import { runOn } from '../../support/own-server.js';
import { HANDLE, leaksIn, LOGIN, PASSWORD, POST_TEXT } from './planted.js';
import { newTally, printedDuring, probe, thrownBy } from './probe.js';
import { shownSurfaces, surfacesOf } from './surfaces.js';

const db = useDatabase();

/** The surfaces on which an error shows something, of those that this package does not keep clean itself. */
const seenOn = (error: unknown): string[] => [
  ...new Set(surfacesOf(error).flatMap(([surface, text]) => (leaksIn(text).length > 0 ? [surface] : []))),
];

describe('a planted value is seen', () => {
  test.each([
    ['as it is', (value: string) => value],
    ['in capital letters', (value: string) => value.toUpperCase()],
    ['within others', (value: string) => `x${value}y`],
    ['percent-encoded', encodeURIComponent],
    [
      'percent-encoded in whole',
      (value: string) => [...Buffer.from(value)].map((byte) => `%${byte.toString(16)}`).join(''),
    ],
    ['in JSON', JSON.stringify],
    ['in JSON in JSON', (value: string) => JSON.stringify(JSON.stringify({ value }))],
    ['inspected', (value: string) => inspect({ value })],
    ['in base64', (value: string) => Buffer.from(value).toString('base64')],
    ['in base64 behind one letter', (value: string) => Buffer.from(`:${value}`).toString('base64url')],
    ['in base64 behind two letters', (value: string) => Buffer.from(`u:${value}:`).toString('base64')],
    ['in hexadecimal', (value: string) => Buffer.from(value).toString('hex')],
    ['as bytes', (value: string) => JSON.stringify(Buffer.from(value))],
    [
      'as bytes, inspected',
      (value: string) =>
        inspect([...Buffer.from(value)], { maxArrayLength: null, compact: 200, breakLength: Infinity }),
    ],
    ['cut off', (value: string) => `${value.slice(0, 16)}…`],
  ])('%s', (_name, write) => {
    for (const value of [PASSWORD, LOGIN, HANDLE, POST_TEXT]) expect(leaksIn(write(value))).not.toEqual([]);
  });
});

test('a text without planted values is not reported', () => {
  expect(leaksIn('A post of an author, with a password: *** (hunter2, invented, handle).')).toEqual([]);
});

describe('surfaces', () => {
  test('an error with a value in its message is found on every surface that is not ours', () => {
    expect(seenOn(new Error(PASSWORD))).toEqual([
      'message',
      'stack',
      'structuredClone',
      'String()',
      'util.inspect',
      'util.inspect, hidden properties too',
      'util.format',
      'JSON of all its properties',
      'console.error',
      'console.dir',
    ]);
  });

  test.each<[string, () => Error, string]>([
    ['an enumerable property', () => Object.assign(new Error('failed'), { detail: HANDLE }), 'JSON'],
    ['its fields', () => Object.assign(new Error('failed'), { detail: HANDLE }), 'JSON of its fields'],
    [
      'a hidden property',
      () => Object.defineProperty(new Error('failed'), 'query', { value: POST_TEXT }),
      'util.inspect, hidden properties too',
    ],
    [
      'a getter',
      () => Object.defineProperty(new Error('failed'), 'sql', { get: () => HANDLE, enumerable: true }),
      'JSON',
    ],
    ['its cause', () => new Error('failed', { cause: new Error(PASSWORD) }), 'cause'],
    ['a cause below', () => new Error('a', { cause: new Error('b', { cause: new Error(PASSWORD) }) }), 'console.error'],
    ['one of several', () => new AggregateError([new Error(PASSWORD)], 'failed'), 'util.inspect'],
    ['what is thrown instead of an error', () => POST_TEXT as never, 'message'],
  ])('show %s', (_name, make, surface) => {
    expect(seenOn(make())).toContain(surface);
  });

  test('values in errors of TypeORM and node-postgres are found', async () => {
    const url = new URL(db.url);
    const bare = new DataSource({ type: 'postgres', url: url.href, extra: { password: PASSWORD }, logging: true });
    const { result, printed } = await printedDuring(async () => {
      await bare.initialize().catch(() => undefined);
      return shownSurfaces(bare).flatMap(([, text]) => leaksIn(text));
    });
    expect(result).not.toEqual([]);
    expect(printed).toBeDefined();
    const raw: unknown = await runOn(db.url, `SELECT '${HANDLE}'::integer`).catch((reason: unknown) => reason);
    expect(seenOn(raw)).toEqual(expect.arrayContaining(['message', 'stack', 'util.inspect', 'console.error']));
  });
});

describe('what is printed', () => {
  test.each<[string, () => unknown]>([
    [
      'by the console',
      () => {
        console.warn('It failed:', { PASSWORD });
      },
    ],
    ['on standard output', () => process.stdout.write(HANDLE)],
    ['on standard error, as bytes', () => process.stderr.write(Buffer.from(POST_TEXT))],
  ])('%s is noticed', async (_name, print) => {
    const { printed } = await printedDuring(() => Promise.resolve(print()));
    expect(leaksIn(printed)).not.toEqual([]);
  });
});

describe('probes', () => {
  test('a probe counts its checks and names surface and value', () => {
    const tally = newTally();
    expect(
      probe(tally, [
        ['message', HANDLE],
        ['stack', ''],
      ]),
    ).toEqual(['message: handle']);
    expect(tally).toEqual({ paths: 1, probes: 2, leaks: 1 });
  });

  test('a probe fails when nothing is thrown, or another error', async () => {
    const nothing = { name: 'x', fail: () => Promise.resolve(), expected: {} };
    await expect(thrownBy(nothing, undefined)).rejects.toThrow('"x" did not fail.');
    const other = { name: 'x', fail: () => Promise.reject(new Error('other')), expected: { sqlState: '23505' } };
    await expect(thrownBy(other, undefined)).rejects.toThrow();
    await expect(thrownBy({ ...other, expected: TypeError }, undefined)).rejects.toThrow();
  });
});
