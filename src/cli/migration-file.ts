import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKSUMS_FILE, checksumsSource } from './migration-file/checksums.js';
import { QUESTIONS } from '../generator/source.js';
import { MigrationFileError, migrationFiles, MIGRATIONS_FOLDER, moduleOf } from './migration-file/folder.js';

const INDEX = join(MIGRATIONS_FOLDER, 'index.ts');

const COMMENT = `/**\n${QUESTIONS.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;

/** @throws MigrationFileError unless it is PascalCase: it becomes a class name. */
export function assertMigrationName(name: string): void {
  if (/^[A-Z][A-Za-z0-9]{2,49}$/.test(name)) return;
  throw new MigrationFileError('A migration is named in PascalCase, 3 to 50 letters and digits: AddAuthorBio.');
}

/**
 * The timestamp of the next migration: now, or right after the newest one when a clock has jumped back.
 *
 * @throws MigrationFileError outside the repository
 */
export async function nextTimestamp(now: number): Promise<number> {
  const timestamps = (await migrationFiles()).map((file) => Number(file.split('-', 1)[0]));
  return Math.max(now, ...timestamps.map((timestamp) => timestamp + 1));
}

/**
 * Names the file TypeORM wrote as ours are, asks its author the questions, and adds it to the index and the checksums.
 *
 * @throws MigrationFileError when the index has lost its shape, or a released migration is not what was released
 */
export async function adoptMigration(name: string, timestamp: number): Promise<string> {
  const className = `${name}${timestamp}`;
  const written = join(MIGRATIONS_FOLDER, `${timestamp}-${name}.ts`);
  const source = houseStyle(await readFile(written, 'utf8'), className);
  await rm(written);
  return writeMigration(className, source);
}

/**
 * Writes a migration, formatted, and adds it to the index and the checksums.
 *
 * @throws MigrationFileError as adoptMigration
 */
export async function writeMigration(className: string, source: string): Promise<string> {
  const module = moduleOf(className);
  const file = join(MIGRATIONS_FOLDER, `${module}.ts`);
  await writeFile(file, await formatted(source, file));
  try {
    const index = withLine(await readFile(INDEX, 'utf8'), className, module);
    const checksums = await formatted(await checksumsSource(), CHECKSUMS_FILE);
    await writeFile(INDEX, index);
    await writeFile(CHECKSUMS_FILE, checksums);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return file;
}

function houseStyle(source: string, className: string): string {
  return source
    .replace(
      /^import \{ MigrationInterface, QueryRunner \}.*$/m,
      "import type { QueryRunner } from 'typeorm';\nimport type { ReversibleMigration } from './migration.js';",
    )
    .replaceAll(/\bpublic async\b/g, 'async')
    .replace(/^export class /m, `${COMMENT}export class `)
    .replace(
      / implements MigrationInterface \{\s*(name = .*)?/,
      ` implements ReversibleMigration {\n  readonly name = '${className}';\n  readonly reversible = true;\n\n`,
    );
}

function withLine(index: string, className: string, module: string): string {
  const firstComment = index.indexOf('\n/**');
  const end = index.lastIndexOf('];');
  if (firstComment < 0 || end < 0)
    throw new MigrationFileError(`${INDEX} has lost its shape: add ${className} by hand.`);
  const imports = `${index.slice(0, firstComment)}import { ${className} } from './${module}.js';\n`;
  return `${imports}${index.slice(firstComment, end)}  ${className},\n${index.slice(end)}`;
}

async function formatted(source: string, file: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  return format(source, { ...(await resolveConfig(file)), filepath: file });
}
