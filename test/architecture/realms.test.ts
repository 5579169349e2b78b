import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sourceFiles } from './imports.js';

/*
 * A value from outside may come from another realm (Jest, `node:vm`, structuredClone), where it is not an instance of our Date, Error or Map.
 * The source code recognises such values with `types` of `node:util`, `Array.isArray`, `isError`, `isDate` and `isPlainObject`.
 */
const BY_REALM =
  /instanceof (Date|Error|AggregateError|TypeError|Map|Set|Promise|RegExp|Array|ArrayBuffer|Uint8Array|Buffer|Object|Function|URL)\b|[!=]==? Object\.prototype\b/;

/** The function that other code calls for this. */
const ALLOWED = ['src/errors/shared-db-error.ts: return value instanceof Error || types.isNativeError(value);'];

test('the source code recognises no value with instanceof and a built-in class, which fails for values of other realms', () => {
  const found = sourceFiles().flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => BY_REALM.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual(ALLOWED);
});
