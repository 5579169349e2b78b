import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import {
  canTraverse,
  chooseUser,
  getCode,
  EmbeddedPostgresError,
  toEmbeddedError,
  type RunAs,
  systemUsers,
  USE_ANOTHER_SERVER,
  isRoot,
} from './processes.js';

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
    // A link has no owner worth trusting: in a folder everybody may write to it could lead anywhere.
    return stats.isDirectory() ? stats.uid : -1;
  } catch (error) {
    if (getCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Every folder the data of `wanted` may be in: itself, and where root puts it when the server cannot reach it. There everybody may
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
