import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transform } from '@swc/core';

/** As jest.config.js and tsconfig.json have it: decorators with metadata, fields by assignment. */
const OPTIONS = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
  },
  // As the package is built.
  module: { type: 'commonjs' },
  swcrc: false,
};

export async function buildProgram(root, target, folders = ['src']) {
  await rm(target, { recursive: true, force: true });
  const lists = await Promise.all(folders.map((folder) => sourcesIn(join(root, folder))));
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), '{ "type": "commonjs" }');
  await Promise.all([join(root, 'ormconfig.ts'), ...lists.flat()].map((file) => compileFile(root, target, file)));
}

async function sourcesIn(folder) {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((name) => /(?<!\.d)\.ts$/.test(name)).map((name) => join(folder, name));
}

async function compileFile(root, target, filename) {
  const { code } = await transform(await readFile(filename, 'utf8'), { ...OPTIONS, filename });
  const file = join(target, relative(root, filename).replace(/\.ts$/, '.js'));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
}
