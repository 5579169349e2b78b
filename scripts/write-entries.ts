/**
 * The last step of `npm run build`: marks `dist` as CommonJS, and writes an ES module beside it for each entry of the package. The ES
 * module re-exports the CommonJS one by name, so that a class exists once, however it is loaded.
 */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { runScript } from './generate/generated-file.js';

/** The entries of `exports` in package.json: name of the ES module, and the module that it re-exports. */
const ENTRIES = {
  index: './src/index.js',
  constants: './src/constants/index.js',
  express: './src/express/index.js',
  migrations: './src/migrator.js',
  nest: './src/nest/index.js',
  testing: './src/testing/index.js',
};

void runScript(async () => {
  await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
  const require = createRequire(resolve('dist/package.json'));
  for (const [name, module] of Object.entries(ENTRIES)) {
    const names = Object.keys(require(module) as object).sort();
    const source = `import entry from '${module}';\nexport const {\n  ${names.join(',\n  ')},\n} = entry;\n`;
    await writeFile(`dist/${name}.mjs`, source);
    await writeFile(`dist/${name}.d.mts`, `export * from '${module}';\n`);
  }
});
