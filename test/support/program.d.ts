/**
 * Compiles source files as `npm run build` does, but without the type check: starting the commands from JavaScript takes a
 * fraction of what the loader of TypeScript needs, and the tests start about fifty. JavaScript itself, since `global-setup.js`
 * has nobody to translate for it.
 *
 * @param root folder with `ormconfig.ts`
 * @param target must be below a folder with `node_modules` and a package.json of type `module`
 * @param folders below `root`, which are compiled too; default: `src`
 */
export function buildProgram(root: string, target: string, folders?: readonly string[]): Promise<void>;
