import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transform, type Options } from '@swc/core';
import ts from 'typescript';

/** As jest.config.js and tsconfig.json have it: decorators with metadata, fields by assignment. */
const OPTIONS: Options = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
  },
  module: { type: 'es6' },
};

/**
 * Compiles the commands of a source tree as `npm run build` does, but without the type check: starting them from JavaScript
 * takes 0.4 s instead of the 1.1 s that the loader of TypeScript needs, and the tests start about fifty.
 *
 * @param root folder with `src` and `ormconfig.ts`
 * @param target must be below a folder with `node_modules` and a package.json of type `module`
 */
export async function buildProgram(root: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const files = [...ts.sys.readDirectory(join(root, 'src'), ['.ts']), join(root, 'ormconfig.ts')];
  await Promise.all(files.map((file) => compile(file, join(target, relative(root, file).replace(/\.ts$/, '.js')))));
}

async function compile(file: string, target: string): Promise<void> {
  const { code } = await transform(await readFile(file, 'utf8'), { ...OPTIONS, filename: file, swcrc: false });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
