import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import of one source file, both as paths from the repository's root. */
export interface ImportEdge {
  from: string;
  to: string;
}

/**
 * Who may import whom: rooms are the folders of src/, its loose files are rooms of their own. What is not listed is
 * forbidden; a path instead of a room allows that file alone.
 */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  connection: [],
  constants: [],
  migrations: [],
  // Asks a connection that it is given of which environment its database is.
  guard: ['src/connection/shared-db-error.ts'],
  // Takes any DataSource: which entities it has is not its concern.
  migrator: ['connection', 'guard', 'migrations', 'src/schema/bookkeeping.ts'],
  // Pure functions: the name of a CHECK is made where its rule is written.
  columns: ['src/connection/naming-strategy.ts'],
  entities: ['columns', 'constants'],
  // The root of all errors, and the sentences of constraints; nothing of validation opens a connection.
  validation: ['entities', 'columns', 'constants', 'connection'],
  retention: ['entities', 'connection', 'constants'],
  repositories: ['entities', 'connection', 'constants', 'validation'],
  seeds: ['entities', 'connection', 'constants', 'columns', 'guard'],
  // Functions over the catalog; the caller brings the connection, which knows its schema.
  schema: ['src/connection/client-options.ts', 'src/connection/schema-name.ts'],
  // Pure functions: from two catalogs to the statements between them.
  generator: ['schema', 'src/connection/sql-text.ts'],
  // Judges migrations that it is given; whoever calls brings them and the connection.
  lint: ['src/connection/shared-db-error.ts'],
  backup: ['connection', 'schema'],
  rehearsal: ['backup', 'connection', 'migrator', 'schema', 'data-source'],
  // Who may what follows from what is kept how long, and is compared as the rest of the catalog is.
  roles: ['connection', 'retention', 'schema', 'src/migrator/lock.ts'],
  health: ['connection', 'repositories', 'data-source'],
  'data-source': ['connection', 'guard', 'columns', 'entities', 'migrations', 'validation'],
  index: [
    'connection',
    'constants',
    'entities',
    'guard',
    'health',
    'migrator',
    'repositories',
    'retention',
    'seeds',
    'validation',
    'data-source',
  ],
  cli: ['*'],
  ormconfig: ['connection', 'data-source'],
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
  const [first = '', second] = file.split(sep);
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
