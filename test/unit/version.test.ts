import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PACKAGE_VERSION } from '../../src/version.js';

test('src/version.ts has the version of package.json, which npm version changes', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(PACKAGE_VERSION).toBe(version);
});
