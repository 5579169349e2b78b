import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** A file that follows from others, and is in git so that a review shows what a change does to it. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Writes the file, formatted as everything else is. */
export async function write(file: GeneratedFile): Promise<void> {
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, await formatted(file));
}

/** Is the file in the working tree what would be written? */
export async function isCurrent(file: GeneratedFile): Promise<boolean> {
  const found = await readFile(file.path, 'utf8').catch(() => undefined);
  return found === (await formatted(file));
}

async function formatted({ path, content }: GeneratedFile): Promise<string> {
  return format(content, { ...(await resolveConfig(path)), filepath: path });
}
