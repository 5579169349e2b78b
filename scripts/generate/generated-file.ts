import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';

/** A file that follows from others, and is in git so that a review shows what a change does to it. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Writes the file, formatted as everything else is. */
export async function write(file: GeneratedFile): Promise<void> {
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, await formatSource(file));
}

/** What is wrong with the file in the working tree; undefined when it is what would be written. */
export async function findIssue(file: GeneratedFile): Promise<string | undefined> {
  const found = await readFile(file.path, 'utf8').catch(() => undefined);
  if (found === undefined) return 'is missing';
  return found === (await formatSource(file)) ? undefined : 'is out of date';
}

/** Files of a folder that nothing generates any more: the page of a table that is gone. */
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
  // Of SQL it knows nothing.
  if (inferredParser === null) return `${content.trimEnd()}\n`;
  return format(content, { ...(await resolveConfig(path)), filepath: path });
}
