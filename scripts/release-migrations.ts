/**
 * Part of `npm version`: every migration that no release had yet is from now on part of this one, and never changes again.
 * Run before the commit of the new version, which takes the file along.
 */
import { readFile } from 'node:fs/promises';
import { generateChecksums } from './generate/checksums.js';
import { write } from './generate/generated-file.js';
import { refuseInProduction } from './generate/refusing.js';

await refuseInProduction(async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  await write(await generateChecksums(version));
});
