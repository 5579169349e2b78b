/**
 * Part of `npm version`: marks every unreleased migration as released by the new version, after which it never changes again.
 * npm runs it before it commits the new version, so that the commit contains the file.
 */
import { readFile } from 'node:fs/promises';
import { generateChecksums } from './generate/checksums.js';
import { generateVersion } from './generate/version.js';
import { runScript, write } from './generate/generated-file.js';

void runScript(async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  await write(await generateChecksums(version));
  await write(await generateVersion());
});
