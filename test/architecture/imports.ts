import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import of one source file, both as paths from the repository's root. */
export interface ImportEdge {
  from: string;
  to: string;
}

/** The typed errors, the connection, and where the package is: most folders may import them. */
const RUNTIME = ['errors', 'connection', 'package', 'version'] as const;

/**
 * The folders that each folder of src/ and src/operations/ may import; a file directly in src/ counts as a folder. An import that is not
 * listed is forbidden. A path instead of a folder allows that file only.
 *
 * The operations may import the runtime and each other, and nothing of the model: no entity, figure or migration of ours. So they work on
 * any TypeORM project (decision 0018).
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // The model.
  constants: [],
  migrations: [],
  // For the names of CHECKs, which columns/ creates with the rule.
  columns: ['src/connection/naming-strategy.ts', 'src/errors/sql-text.ts'],
  entities: ['columns', 'constants', 'src/errors/sql-text.ts'],
  validation: ['entities', 'columns', 'constants', 'errors', 'src/connection/save-call.ts'],
  repositories: ['entities', 'columns', 'constants', 'validation', ...RUNTIME],
  retention: ['entities', 'constants', ...RUNTIME],
  // Describes our schema for the operations: snapshot, requirements, rights.
  schema: ['retention', 'operations/catalog', 'operations/roles'],
  seeds: ['entities', 'constants', 'columns', 'operations/environment-guard', ...RUNTIME],
  // The runtime. Error messages name the value of NODE_ENV.
  package: [],
  version: [],
  errors: ['src/connection/environment.ts'],
  connection: ['errors'],
  embedded: [...RUNTIME],
  health: ['data-source', 'operations/migrator', ...RUNTIME],
  migrator: ['*'],
  nest: ['*'],
  express: ['*'],
  testing: ['*'],
  // The operations.
  'operations/environment-guard': ['errors', 'src/connection/environment.ts', 'src/connection/database-access.ts'],
  'operations/catalog': ['operations/migrator', ...RUNTIME],
  'operations/generator': ['operations/catalog', 'errors'],
  'operations/lint': ['errors', 'package'],
  'operations/migrator': ['operations/environment-guard', 'src/operations/catalog/bookkeeping.ts', ...RUNTIME],
  'operations/backup': ['operations/catalog', ...RUNTIME],
  'operations/rehearsal': ['operations/backup', 'operations/catalog', 'operations/migrator', ...RUNTIME],
  'operations/roles': ['operations/catalog', 'src/operations/migrator/lock.ts', ...RUNTIME],
  // These join model, runtime and operations.
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

/** Returns a file's imports of other files of the project, `import type` and `import()` included. */
export function importsOf(file: string, source = readFileSync(file, 'utf8')): ImportEdge[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => ({ from: file, to: normalize(join(dirname(file), fileName.replace(/\.js$/, '.ts'))) }));
}

export function folderOf(file: string): string {
  const [first = '', second, third = ''] = file.split(sep);
  if (second === 'operations') return `operations/${third}`;
  return (first === 'src' && second !== undefined ? second : first).replace(/\.ts$/, '');
}

/** Returns the message for a forbidden import; undefined when it is allowed. */
export function violationOf({ from, to }: ImportEdge): string | undefined {
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target) return undefined;
  const allowed = ALLOWED[source];
  if (!allowed)
    return `${from} is in a folder without import rules: add "${source}" to test/architecture/imports.ts, or move the file`;
  if (allowed.includes('*') || allowed.includes(target) || allowed.includes(to)) return undefined;
  return `${from} imports ${to}: ${source} may not import ${target}`;
}

/** Returns whether source code reads the environment. */
export function readsEnvironment(source: string): boolean {
  return /\bprocess\s*\.\s*env\b|\bprocess\s*\[|import\.meta\.env|loadEnvFile/.test(source);
}
