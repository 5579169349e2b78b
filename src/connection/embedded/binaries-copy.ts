import { randomUUID } from 'node:crypto';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, EmbeddedPostgresError, explained } from './embedded-postgres-error.js';
import { temporaryFolders } from './place.js';

/** Static libraries are for compilers. Links are not copied either: `repair` makes them afterwards. */
const isNeeded = (name: string): boolean => !name.endsWith('.a');

/** Size of each plain file below `folder`, by its path relative to it. */
async function filesBelow(folder: string): Promise<Map<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isNeeded(entry.name));
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(async (path) => (await lstat(path)).size));
  return new Map(paths.map((path, index) => [path.slice(folder.length + 1), sizes[index] ?? 0]));
}

/** Copies files one by one, so that the modes are ours: readable for everybody, whatever umask the package met. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const path of (await filesBelow(from)).keys()) {
    const parents = dirname(path) === '.' ? [] : dirname(path).split('/');
    for (const [index] of parents.entries()) {
      const folder = join(to, ...parents.slice(0, index + 1));
      await mkdir(folder).then(
        () => chmod(folder, 0o755),
        () => undefined,
      );
    }
    await copyFile(join(from, path), join(to, path));
    await chmod(join(to, path), 0o755);
  }
}

/**
 * Whether the copy is there and whole (systems that tidy up their temporary folder delete file by file). Temporary folders are
 * open to everybody: programs that somebody else could have put there are not run.
 */
async function isWhole(copy: string, original: string): Promise<boolean> {
  let stats;
  try {
    stats = await lstat(copy);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const ours = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
  if (!ours) {
    throw new EmbeddedPostgresError(
      `${copy} is not ours, so its programs are not to be trusted: remove it and try again`,
    );
  }
  const [copied, wanted] = await Promise.all([filesBelow(copy), filesBelow(original)]);
  return [...wanted].every(([path, size]) => copied.get(path) === size);
}

async function copyTo(copy: string, original: string, finish: (native: string) => Promise<void>): Promise<void> {
  const draft = `${copy}.new-${randomUUID()}`;
  try {
    await copyTree(original, draft);
    await finish(draft);
    // An incomplete one makes place. A server still running from it goes on: it finds the new files under the same names.
    await rename(copy, `${draft}.old`).catch(() => undefined);
    await rename(draft, copy);
  } catch (error) {
    // Another process was faster; what it made is as good as ours.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await Promise.all([draft, `${draft}.old`].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/**
 * Copies of the folder `native` (bin, lib, share) in the temporary folders, one after the other: the next is for when programs
 * cannot be run from the one before. Made once per version and user, then found again. About 60 MB each.
 */
export async function* copyBinaries(
  native: string,
  finish: (native: string) => Promise<void>,
): AsyncGenerator<string, void> {
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  for (const temporary of await temporaryFolders()) {
    const copy = join(temporary, `shared-db-embedded-${manifest.version}-${process.getuid?.() ?? 0}`);
    await explained(`copy the embedded PostgreSQL to ${copy}`, async () => {
      if (!(await isWhole(copy, native))) await copyTo(copy, native, finish);
    });
    yield copy;
  }
}
