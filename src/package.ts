import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** True in the repository, where the source runs as ES modules. False in the built package, which is CommonJS. */
export const FROM_SOURCE = typeof require === 'undefined';

/**
 * The root of the package: `dist` in the built package, the repository when the source runs. It holds `src` and `ormconfig`.
 */
export const PACKAGE_ROOT = FROM_SOURCE ? findRepository() : join(__dirname, '..');

/** Resolves modules as files of this package would. */
export const packageRequire = createRequire(join(PACKAGE_ROOT, 'package.json'));

/** Commands and generators run from `src/cli` or `scripts`, tests from the root of the repository. */
function findRepository(): string {
  const program = process.argv[1] ?? '';
  const [, root] = /^(.*)[\\/](?:src[\\/]cli|scripts)[\\/][^\\/]+\.ts$/.exec(program) ?? [];
  return root === undefined ? resolve('.') : resolve(root);
}
