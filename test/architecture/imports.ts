import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import of one source file, both as paths from the repository's root. */
export interface ImportEdge {
  from: string;
  to: string;
}

/** What every room may import: errors of one hierarchy, and the settings of a connection. */
const RUNTIME = ['errors', 'connection'] as const;

/**
 * Who may import whom. Rooms are the folders of src/ and of src/operations/; the loose files of src/ are rooms of their own. What is
 * not listed is forbidden; a path instead of a room allows that file alone.
 *
 * Operations know the runtime and each other and nothing of the model: no table, entity, figure or migration of ours. So they work on
 * any TypeORM project; test/operations/foreign/ runs them on one.
 */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // The model.
  constants: [],
  migrations: [],
  // Pure functions: the name of a CHECK is made where its rule is written.
  columns: ['src/connection/naming-strategy.ts'],
  entities: ['columns', 'constants'],
  validation: ['entities', 'columns', 'constants', 'errors', 'src/connection/save-call.ts'],
  repositories: ['entities', 'constants', 'validation', ...RUNTIME],
  retention: ['entities', 'constants', ...RUNTIME],
  // What operations are told of our schema: its snapshot, requirements, rights.
  schema: ['retention', 'operations/catalog', 'operations/roles'],
  seeds: ['entities', 'constants', 'columns', 'operations/environment-guard', ...RUNTIME],
  // The runtime. Errors say what NODE_ENV has to do with them.
  errors: ['src/connection/environment.ts'],
  connection: ['errors'],
  embedded: [...RUNTIME],
  health: ['data-source', 'operations/migrator', ...RUNTIME],
  // The operations.
  'operations/environment-guard': ['errors', 'src/connection/environment.ts'],
  'operations/catalog': ['operations/migrator', ...RUNTIME],
  'operations/generator': ['operations/catalog', 'errors'],
  'operations/lint': ['errors'],
  'operations/migrator': ['operations/environment-guard', 'src/operations/catalog/bookkeeping.ts', ...RUNTIME],
  'operations/backup': ['operations/catalog', ...RUNTIME],
  'operations/rehearsal': ['operations/backup', 'operations/catalog', 'operations/migrator', ...RUNTIME],
  'operations/roles': ['operations/catalog', 'src/operations/migrator/lock.ts', ...RUNTIME],
  // Where they meet.
  'data-source': [
    ...['columns', 'entities', 'migrations', 'validation', 'src/operations/environment-guard/guard.ts'],
    ...RUNTIME,
  ],
  index: [
    ...['constants', 'entities', 'validation', 'repositories', 'retention', 'seeds', 'health', 'data-source'],
    ...['operations/environment-guard', 'operations/migrator'],
    ...RUNTIME,
  ],
  cli: ['*'],
  ormconfig: ['connection', 'embedded', 'data-source', 'seeds'],
};

export function sourceFiles(): string[] {
  return [...ts.sys.readDirectory('src', ['.ts']), 'ormconfig.ts'].map((file) => relative('.', file));
}

/** The imports of a file that lead to other files of the project; `import type` and `import()` count too. */
export function importsOf(file: string, source = readFileSync(file, 'utf8')): ImportEdge[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => ({ from: file, to: normalize(join(dirname(file), fileName.replace(/\.js$/, '.ts'))) }));
}

export function roomOf(file: string): string {
  const [first = '', second, third = ''] = file.split(sep);
  if (second === 'operations') return `operations/${third}`;
  return (first === 'src' && second !== undefined ? second : first).replace(/\.ts$/, '');
}

/** What an edge breaks, in words; undefined when it is allowed. */
export function violationOf({ from, to }: ImportEdge): string | undefined {
  const [source, target] = [roomOf(from), roomOf(to)];
  if (source === target) return undefined;
  const allowed = ALLOWED[source];
  if (!allowed) return `${from} is in no known room: add "${source}" to the rules or move it`;
  if (allowed.includes('*') || allowed.includes(target) || allowed.includes(to)) return undefined;
  return `${from} imports ${to}: ${source} may not know ${target}`;
}

/** Does the file read the environment? */
export function readsEnvironment(source: string): boolean {
  return /\bprocess\s*\.\s*env\b|\bprocess\s*\[|import\.meta\.env|loadEnvFile/.test(source);
}
