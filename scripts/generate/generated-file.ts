import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { SharedDbError } from '../../src/errors/shared-db-error.js';

/** A file that is generated from others and kept in git, so that a diff shows the effect of a change. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Writes the file, formatted by Prettier. */
export async function write(file: GeneratedFile): Promise<void> {
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, await formatSource(file));
}

/** Returns the problem of the file in the working tree; undefined when it is up to date. */
export async function findIssue(file: GeneratedFile): Promise<string | undefined> {
  const found = await readFile(file.path, 'utf8').catch(() => undefined);
  if (found === undefined) return 'is missing';
  return found === (await formatSource(file)) ? undefined : 'is out of date';
}

/** Returns the files of a folder that no generator writes any more, such as the page of a dropped table. */
export async function findSurplusFiles(folder: string, files: readonly GeneratedFile[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !files.some((file) => file.path === path))
    .sort();
}

async function formatSource({ path, content }: GeneratedFile): Promise<string> {
  const { inferredParser } = await getFileInfo(path);
  // Prettier has no parser for SQL.
  if (inferredParser === null) return `${content.trimEnd()}\n`;
  return format(content, { ...(await resolveConfig(path)), filepath: path });
}

/** Runs a script. An error of ours becomes one line on standard error and exit code 1. */
export async function runScript(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof SharedDbError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
