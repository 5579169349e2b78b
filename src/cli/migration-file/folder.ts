import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SharedDbError } from '../../connection/shared-db-error.js';

/** Where migrations are written: in the repository, seen from its root. */
export const MIGRATIONS_FOLDER = 'src/migrations';

/** A migration cannot be written, or one must not be as it is. */
export class MigrationFileError extends SharedDbError {
  override readonly name = 'MigrationFileError';
}

/**
 * The names of the files, oldest first.
 *
 * @throws MigrationFileError outside the repository
 */
export async function migrationFiles(): Promise<string[]> {
  try {
    return (await readdir(MIGRATIONS_FOLDER)).filter((file) => /^\d+-.+\.ts$/.test(file)).sort();
  } catch {
    throw new MigrationFileError(`There is no folder ${MIGRATIONS_FOLDER} here: run this in the repository’s root.`);
  }
}

/**
 * The texts of the files by the name of their class, oldest first.
 *
 * @throws MigrationFileError when a file does not hold the class that it is named after
 */
export async function migrationSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const file of await migrationFiles()) {
    const source = await readFile(join(MIGRATIONS_FOLDER, file), 'utf8');
    sources.set(classIn(file, source), source);
  }
  return sources;
}

/** The module of a migration class: `AddBio1795411800000` is in `1795411800000-add-bio`. */
export function moduleOf(className: string): string {
  const [, name = '', timestamp = ''] = /^(\D.*?)(\d{13})$/.exec(className) ?? [];
  return `${timestamp}-${name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()}`;
}

function classIn(file: string, source: string): string {
  const [, className = ''] = /^export class (\w+)/m.exec(source) ?? [];
  if (`${moduleOf(className)}.ts` === file) return className;
  const found = className === '' ? 'no class' : `the class ${className}`;
  throw new MigrationFileError(
    `${MIGRATIONS_FOLDER}/${file} has ${found}: a file is named after its class, as 1795411800000-add-bio.ts is after AddBio1795411800000.`,
  );
}
