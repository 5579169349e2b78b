import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SharedDbError } from '../errors/shared-db-error.js';
import type { MigrationChecksum } from '../migrations/migration.js';
import { QUESTIONS } from '../operations/generator/source.js';

/** The folder of the migrations, from the root of the repository. */
export const MIGRATIONS_FOLDER = 'src/migrations';

/** A migration file cannot be written, or breaks a rule of the history. */
class MigrationFileError extends SharedDbError {
  override readonly name = 'MigrationFileError';
}

/**
 * Returns the names of the migration files, oldest first.
 *
 * @throws MigrationFileError outside the repository
 */
async function listMigrationFiles(): Promise<string[]> {
  try {
    return (await readdir(MIGRATIONS_FOLDER)).filter((file) => /^\d+-.+\.ts$/.test(file)).sort();
  } catch {
    throw new MigrationFileError(
      `There is no folder ${MIGRATIONS_FOLDER} here: run this command in the root of the repository.`,
    );
  }
}

/**
 * Returns the sources of the migrations by class name, oldest first.
 *
 * @throws MigrationFileError when the name of a file does not follow from its class
 */
export async function readMigrationSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const file of await listMigrationFiles()) {
    const source = await readFile(join(MIGRATIONS_FOLDER, file), 'utf8');
    sources.set(findClassName(file, source), source);
  }
  return sources;
}

/** Returns the files whose comment still has dots in place of an answer. */
export async function listUnansweredMigrations(): Promise<string[]> {
  const sources = await readMigrationSources();
  return [...sources]
    .filter(([, source]) => /\b(?:WHY|WHAT|LOCKS|REVERSIBLE)\s+…/.test(source))
    .map(([className]) => `${MIGRATIONS_FOLDER}/${getModuleName(className)}.ts`);
}

/** Returns the file of a migration class, without `.ts`: `AddBio1795411800000` is in `1795411800000-add-bio`. */
export function getModuleName(className: string): string {
  const [, name = '', timestamp = ''] = /^(\D.*?)(\d{13})$/.exec(className) ?? [];
  return `${timestamp}-${name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()}`;
}

function findClassName(file: string, source: string): string {
  const [, className = ''] = /^export class (\w+)/m.exec(source) ?? [];
  if (`${getModuleName(className)}.ts` === file) return className;
  const found = className === '' ? 'no class' : `the class ${className}`;
  throw new MigrationFileError(
    `${MIGRATIONS_FOLDER}/${file} has ${found}: the name of a file must follow from its class, as 1795411800000-add-bio.ts from AddBio1795411800000.`,
  );
}

/** The file of the checksums. It is read as text, since the compiled module may be older. */
export const CHECKSUMS_FILE = join(MIGRATIONS_FOLDER, 'checksums.ts');

type Checksums = Readonly<Record<string, MigrationChecksum>>;

/**
 * Returns the content of the file of checksums, not formatted. A version marks every unreleased migration as released by it.
 *
 * @throws MigrationFileError when a released migration was edited, renamed or removed
 */
export async function renderChecksums(release: string | null = null): Promise<string> {
  const text = await readFile(CHECKSUMS_FILE, 'utf8').catch(() => '');
  return render(updateChecksums(parseChecksums(text), await readMigrationSources(), release));
}

/**
 * Returns the checksums of these sources (by class name).
 *
 * @param release the version that releases all unreleased migrations; null: they stay unreleased
 * @throws MigrationFileError when a released migration was edited, renamed or removed
 */
export function updateChecksums(
  before: Checksums,
  sources: ReadonlyMap<string, string>,
  release: string | null,
): Checksums {
  for (const [name, known] of Object.entries(before)) {
    if (known.release !== null) assertUnchanged(name, known, sources.get(name));
  }
  return Object.fromEntries(
    [...sources].map(([name, source]) => [
      name,
      { sha256: hashText(source), release: before[name]?.release ?? release },
    ]),
  );
}

/**
 * Parses the file of checksums, conflict markers of git included.
 *
 * @throws MigrationFileError when the text is damaged, since it alone records what was released
 */
export function parseChecksums(text: string): Checksums {
  const entries = [
    ...text.matchAll(/^ {2}(\w+): \{\s*sha256: '([0-9a-f]{64})',\s*release: (?:null|'([^']+)'),?\s*\},$/gm),
  ];
  const names = new Set(entries.map(([, name]) => name));
  const isComplete = text.includes('export const CHECKSUMS') && text.split('sha256').length - 1 === names.size;
  if (!isComplete || names.size !== entries.length) {
    throw new MigrationFileError(
      `${CHECKSUMS_FILE} is missing or damaged: restore it from git, then run npm run docs:generate.`,
    );
  }
  return Object.fromEntries(
    entries.map(([, name = '', sha256 = '', release]) => [name, { sha256, release: release ?? null }]),
  );
}

function assertUnchanged(name: string, { sha256: expected, release }: MigrationChecksum, source?: string): void {
  if (source === undefined) {
    throw new MigrationFileError(
      `${name} was released in ${release ?? ''} and was removed or renamed: restore it, and undo it in a new migration.`,
    );
  }
  if (hashText(source) !== expected) {
    throw new MigrationFileError(
      `${name} was released in ${release ?? ''} and has been edited: restore it, and write a new migration.`,
    );
  }
}

function hashText(source: string): string {
  return createHash('sha256').update(source.replaceAll('\r\n', '\n')).digest('hex');
}

function render(checksums: Checksums): string {
  const lines = Object.entries(checksums).map(([name, checksum]) => `${name}: ${JSON.stringify(checksum)},`);
  return `/**
 * GENERATED by \`npm run docs:generate\` from the migrations; \`npm version\` sets the release. A released migration never changes.
 */
import type { MigrationChecksum } from './migration.js';

export const CHECKSUMS: Readonly<Record<string, MigrationChecksum>> = {
${lines.join('\n')}
};
`;
}

const INDEX = join(MIGRATIONS_FOLDER, 'index.ts');

const COMMENT = `/**\n${QUESTIONS.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;

/** Throws MigrationFileError unless the name is PascalCase, since it becomes a class name. */
export function assertMigrationName(name: string): void {
  if (/^[A-Z][A-Za-z0-9]{2,49}$/.test(name)) return;
  throw new MigrationFileError('The name of a migration must be PascalCase, 3 to 50 letters and digits: AddAuthorBio.');
}

/**
 * Returns the timestamp of the next migration: now, or one after the newest migration when the clock is behind it.
 *
 * @throws MigrationFileError outside the repository
 */
export async function chooseTimestamp(now: number): Promise<number> {
  const timestamps = (await listMigrationFiles()).map((file) => Number(file.split('-', 1)[0]));
  return Math.max(now, ...timestamps.map((timestamp) => timestamp + 1));
}

/**
 * Turns the file that TypeORM wrote into one of ours: name, types, the questions for its author. Adds it to the index and the checksums.
 *
 * @throws MigrationFileError when the index cannot be parsed, or a released migration was edited, renamed or removed
 */
export async function adoptMigration(name: string, timestamp: number): Promise<string> {
  const className = `${name}${timestamp}`;
  const written = join(MIGRATIONS_FOLDER, `${timestamp}-${name}.ts`);
  const source = applyHouseStyle(await readFile(written, 'utf8'), className);
  await rm(written);
  return writeMigration(className, source);
}

/**
 * Writes a migration, formatted, and adds it to the index and the checksums.
 *
 * @throws MigrationFileError as adoptMigration
 */
export async function writeMigration(className: string, source: string): Promise<string> {
  const module = getModuleName(className);
  const file = join(MIGRATIONS_FOLDER, `${module}.ts`);
  await writeFile(file, await formatSource(source, file));
  try {
    const index = withLine(await readFile(INDEX, 'utf8'), className, module);
    const checksums = await formatSource(await renderChecksums(), CHECKSUMS_FILE);
    await writeFile(INDEX, index);
    await writeFile(CHECKSUMS_FILE, checksums);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return file;
}

function applyHouseStyle(source: string, className: string): string {
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
  if (firstComment < 0 || end < 0) throw new MigrationFileError(`${INDEX} cannot be parsed: add ${className} by hand.`);
  const imports = `${index.slice(0, firstComment)}import { ${className} } from './${module}.js';\n`;
  return `${imports}${index.slice(firstComment, end)}  ${className},\n${index.slice(end)}`;
}

async function formatSource(source: string, file: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  return format(source, { ...(await resolveConfig(file)), filepath: file });
}
