import { readFile } from 'node:fs/promises';
import type { GeneratedFile } from './generated-file.js';

/** Returns the file with the version of package.json. */
export async function generateVersion(): Promise<GeneratedFile> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  return {
    path: 'src/version.ts',
    content: `/** GENERATED from package.json by \`npm run docs:generate\` and \`npm version\`. */\nexport const PACKAGE_VERSION = '${version}';\n`,
  };
}
