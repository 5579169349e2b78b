import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sourceFiles } from './imports.js';

/*
 * What comes from outside may be of another realm (Jest, `node:vm`, structuredClone), where it is no instance of our Date, Error or
 * Map. Such values are recognised by `node:util`'s types, `Array.isArray`, `isError`, `isDate` and `isPlainObject`.
 */
const BY_REALM =
  /instanceof (Date|Error|AggregateError|TypeError|Map|Set|Promise|RegExp|Array|ArrayBuffer|Uint8Array|Buffer|Object|Function|URL)\b|[!=]==? Object\.prototype\b/;

/** The functions that are there for it. */
const ALLOWED = ['src/errors/shared-db-error.ts: return value instanceof Error || types.isNativeError(value);'];

test('no value is recognised by a class of JavaScript itself', () => {
  const found = sourceFiles().flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => BY_REALM.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual(ALLOWED);
});
