import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { ConnectionLost, toDatabaseError } from '../../../src/errors/translate.js';
import { serializeError } from '../../../src/errors/redaction.js';
import { findFirstError, isError } from '../../../src/errors/shared-db-error.js';

/*
 * Errors of Node itself are of another realm than this file, as are those of `node:vm` and structuredClone.
 */
const REALMS: Readonly<Record<string, (code: string) => Error>> = {
  'this realm': (code) => new AggregateError([Object.assign(new Error('no'), { code })], 'all failed'),
  'a vm context': (code) =>
    runInNewContext(`new AggregateError([Object.assign(new Error('no'), { code })], 'all failed')`, { code }) as Error,
};

describe.each(Object.entries(REALMS))('an error of %s', (_realm, make) => {
  test('is an error, and its first is found', () => {
    expect(isError(make('ECONNREFUSED'))).toBe(true);
    expect(findFirstError(make('ECONNREFUSED'))).toHaveProperty('code', 'ECONNREFUSED');
    expect(toDatabaseError(make('ECONNREFUSED'))).toBeInstanceOf(ConnectionLost);
    expect(serializeError(make('ECONNREFUSED'))).toMatchObject({ name: 'ConnectionLost', retryable: true });
  });

  test('of something else stays one', () => {
    expect(toDatabaseError(make('ENOENT'))).toBeUndefined();
    expect(serializeError(make('ENOENT'))).toMatchObject({
      name: 'AggregateError',
      errors: [{ name: 'Error', code: 'ENOENT' }],
    });
  });
});

test('a structured clone of an error is one, an object that looks like one is not', () => {
  expect(isError(structuredClone(new TypeError('x')))).toBe(true);
  expect(isError({ name: 'Error', message: 'x', stack: '' })).toBe(false);
});

test('errors that contain themselves have an end', () => {
  const circular = new AggregateError([], 'round');
  circular.errors.push(circular);
  expect(toDatabaseError(circular)).toBeUndefined();
  expect(serializeError(circular)).toHaveProperty('name', 'AggregateError');
});
