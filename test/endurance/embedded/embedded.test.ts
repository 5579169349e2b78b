/**
 * The embedded server, for real: other processes, kills and hostile folders included. Most of the time goes into initdb (half a
 * second), so tests that are not about it start from a prepared cluster.
 */
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { locateBinaries, prepareBinaries, type Resolver } from '../../../src/embedded/binaries.js';
import { ensureCluster } from '../../../src/embedded/cluster.js';
import {
  acquireEmbeddedServer,
  EmbeddedPostgresError,
  findEmbeddedServer,
} from '../../../src/embedded/embedded-server.js';
import { chooseLocation } from '../../../src/embedded/cluster.js';
import { chooseUser, type RunAs, systemUsers, type Users, isRoot } from '../../../src/embedded/processes.js';
import {
  acquire,
  bystander,
  cleanUp,
  forgetCluster,
  makeCluster,
  newCluster,
  newFolder,
  ordinaryUser,
  otherProcess,
  postmasterPid,
  query,
  removeLater,
  unfinishedPackage,
  until,
} from './support.js';

jest.setTimeout(60_000);
afterEach(cleanUp);
afterAll(forgetCluster);

/** What only root can get wrong, or set up: other users, closed folders. */
const testAsRoot = isRoot() ? test : test.skip;

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

/** One line, of our class, that matches. */
async function expectRefusal(work: Promise<unknown>, text: RegExp): Promise<void> {
  const error = await failure(work);
  expect(error).toBeInstanceOf(EmbeddedPostgresError);
  expect((error as Error).message).toMatch(text);
  expect((error as Error).message).not.toContain('\n');
}

const processInfo = (word: 'pgid' | 'uid', pid: number): string =>
  execFileSync('ps', ['-o', `${word}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();

describe('an embedded server', () => {
  test('is created and started with the default database, UTF-8, UTC and the given settings', async () => {
    const folder = join(await newFolder(), 'not/there/yet');
    const notices: string[] = [];
    const server = await acquire(folder, {
      settings: { max_connections: '37' },
      onNotice: (line) => notices.push(line),
    });
    expect(server).toMatchObject({ started: true, folder });
    expect(server.version).toMatch(/^\d+\.\d+$/);
    expect(notices.at(-1)).toBe(
      `PostgreSQL ${server.version} was started on 127.0.0.1:${server.port}, data in ${folder}` +
        (isRoot() ? `, as the user ${(await systemUsers.find(String((await stat(folder)).uid)))?.name ?? ''}` : ''),
    );
    const rows = await query(
      server.url(),
      `SELECT current_user, current_database(), datcollate, pg_encoding_to_char(encoding), current_setting('TimeZone'),
              current_setting('max_connections'), current_setting('fsync'), current_setting('unix_socket_directories')
         FROM pg_database WHERE datname = current_database()`,
    );
    expect(rows).toEqual([['antone', 'antone', 'C.UTF-8', 'UTF8', 'UTC', '37', 'off', '']]);
  });

  test('requires a password, which only its user can read', async () => {
    const folder = await newCluster();
    const server = await acquire(folder);
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
    const stranger = server.url().replace(/:[0-9a-f]+@/, ':wrong@');
    expect(await failure(query(stranger, 'SELECT 1'))).toMatchObject({ code: '28P01' });
  });

  test('keeps committed rows, because it is durable by default', async () => {
    const folder = await newCluster();
    const first = await acquire(folder, { durable: true });
    expect(await query(first.url(), 'SHOW fsync')).toEqual([['on']]);
    await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.release();
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    const second = await acquire(folder);
    expect(second.started).toBe(true);
    expect(await query(second.url(), 'SELECT n FROM kept')).toEqual([[42]]);
  });

  test('keeps running after Ctrl-C in the terminal, because it has its own process group', async () => {
    const server = await acquire(await newCluster());
    const pid = await postmasterPid(server.folder);
    expect(processInfo('pgid', pid)).toBe(String(pid));
  });

  test('is found by findEmbeddedServer() without being started', async () => {
    const folder = join(await newFolder(), 'data');
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    expect(await readdir(join(folder, '..'))).toEqual([]);
    await makeCluster(folder);
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    const server = await acquire(folder);
    expect(await findEmbeddedServer(folder)).toBe(server.url());
    expect(await findEmbeddedServer(folder, 'a/b')).toBe(server.url('a/b'));
  });
});

describe('sharing', () => {
  test('stops with the last process that releases it; a second release has no effect', async () => {
    const folder = await newCluster();
    const first = await acquire(folder);
    const second = await acquire(folder);
    expect(second).toMatchObject({ started: false, port: first.port });
    await first.release();
    await first.release();
    expect(await query(second.url(), 'SELECT 1')).toEqual([[1]]);
    await second.release();
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    expect(await readdir(folder)).not.toContain('postmaster.pid');
  });

  test('two processes that race on an empty folder get one server, and the last one stops it', async () => {
    const parent = await newFolder();
    const folder = join(parent, 'data');
    const [a, b] = await Promise.all([otherProcess(folder), otherProcess(folder)]);
    expect(a.answer.error ?? b.answer.error).toBeUndefined();
    expect(a.answer.url).toBe(b.answer.url);
    expect([a.answer.started, b.answer.started].sort()).toEqual([false, true]);
    expect(await readdir(parent)).toEqual(['data']);
    await a.leave();
    expect(await query(b.answer.url ?? '', 'SELECT 1')).toEqual([[1]]);
    await b.leave();
    expect(await findEmbeddedServer(folder)).toBeUndefined();
  });

  test('is shared by parallel calls in one process', async () => {
    const folder = join(await newFolder(), 'data');
    const servers = await Promise.all(Array.from({ length: 4 }, () => acquire(folder)));
    expect(servers.filter((server) => server.started)).toHaveLength(1);
    expect(new Set(servers.map((server) => server.port)).size).toBe(1);
  });

  test('is started again by a process that finds it stopping', async () => {
    const folder = await newCluster();
    let server = await acquire(folder);
    for (let round = 0; round < 4; round += 1) {
      const [, next] = await Promise.all([server.release(), acquire(folder)]);
      expect(await query(next.url(), 'SELECT 1')).toEqual([[1]]);
      server = next;
    }
  });

  test('keeps running for the next process when its user is killed', async () => {
    const folder = await newCluster();
    const other = await otherProcess(folder);
    await other.kill();
    const server = await acquire(folder);
    expect(server).toMatchObject({ started: false, port: other.answer.port });
    await server.release();
    expect(await findEmbeddedServer(folder)).toBeUndefined();
  });
});

describe('after a crash', () => {
  test('of the server (SIGKILL) it starts again with its data, and its former user cannot stop it', async () => {
    const folder = await newCluster();
    const before = await acquire(folder, { durable: true });
    await query(before.url(), 'CREATE TABLE kept AS SELECT 42 AS n');
    process.kill(await postmasterPid(folder), 'SIGKILL');
    const after = await acquire(folder);
    expect(after.started).toBe(true);
    await before.release();
    expect(await query(after.url(), 'SELECT n FROM kept')).toEqual([[42]]);
  });

  test('a pid file with the number of another process does not prevent the start', async () => {
    const folder = await newCluster();
    const before = await acquire(folder);
    const text = await readFile(join(folder, 'postmaster.pid'), 'utf8');
    await before.release();
    const { uid, gid } = await stat(folder);
    const pid = await bystander(uid, gid);
    await writeFile(join(folder, 'postmaster.pid'), text.replace(/^\d+/, String(pid)));
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    const after = await acquire(folder);
    expect(after.started).toBe(true);
    expect(await query(after.url(), 'SELECT 1')).toEqual([[1]]);
    expect(() => process.kill(pid, 0)).not.toThrow();
  });
});

describe('refuses, in one line that says what to do,', () => {
  test('to work in production', async () => {
    const work = acquireEmbeddedServer({ folder: '/nowhere', nodeEnv: 'production' });
    await expectRefusal(work, /not for production .*: set DATABASE_URL/);
  });

  test('a folder with other files, which stay unchanged', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'thesis.txt'), 'years of work');
    await expectRefusal(acquire(folder), /not empty and holds no PostgreSQL data.*choose another folder/);
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });

  test('data of another version', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'PG_VERSION'), '9\n');
    await expectRefusal(
      acquire(folder),
      /created by PostgreSQL 9, but the installed version is \d+: move or remove the folder, or install/,
    );
  });

  test('a cluster of another origin', async () => {
    const folder = await newFolder();
    const { version } = await prepareBinaries(undefined);
    await writeFile(join(folder, 'PG_VERSION'), `${version.split('.')[0] ?? ''}\n`);
    await expectRefusal(acquire(folder), /of another program \(no file password\): choose another folder/);
  });

  test('settings that the server does not know', async () => {
    const folder = await newCluster();
    const work = acquire(folder, { settings: { max_conections: '5' } });
    await expectRefusal(work, /did not start: unrecognized configuration parameter "max_conections"; correct that/);
  });

  test('a folder without write permission', async () => {
    const user = await ordinaryUser();
    const folder = join(await newFolder(0o555), 'data');
    const { answer } = await otherProcess(folder, user);
    expect(answer.error).toMatch(
      /^EmbeddedPostgresError: cannot create .*EACCES.*choose a folder that you can write to/,
    );
  });

  test('when the binaries are not installed', async () => {
    const resolver: Resolver = () => {
      throw new Error('Cannot find module');
    };
    const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
    await expectRefusal(
      locateBinaries(resolver),
      new RegExp(`no embedded PostgreSQL for ${platform} is installed.*DATABASE_URL.*docker compose up -d`),
    );
  });

  test('to start when initdb fails, gives its reason, and leaves no files', async () => {
    const parent = await newFolder();
    const initdb = join(parent, 'initdb');
    const output = 'running bootstrap script ... 42 UTC [7] FATAL:  No space left on device';
    await writeFile(initdb, `#!/bin/sh\nmkdir "$2"; echo "${output}"; echo "initdb: removing contents"; exit 1\n`);
    await chmod(initdb, 0o755);
    const binaries = { initdb, postgres: '', pgCtl: '', version: '18.4' };
    const place = { folder: join(parent, 'data'), runAs: undefined };
    const options = { durable: false, notice: () => undefined };
    await expectRefusal(
      ensureCluster(place, binaries, options),
      /initdb failed for .*data: No space left on device; correct that, choose another folder, or set DATABASE_URL/,
    );
    expect(await readdir(parent)).toEqual(['initdb']);
  });
});

describe('initdb', () => {
  test('takes the built-in locale of PostgreSQL on a system without C.UTF-8, and says so', async () => {
    const user = await ordinaryUser();
    const parent = await newFolder(0o755, user);
    const binaries = await prepareBinaries(user);
    const initdb = join(parent, 'initdb');
    const refusal = `case "$*" in *\\ --locale=C.UTF-8*) echo 'initdb: error: invalid locale name "C.UTF-8"'; exit 1; esac`;
    await writeFile(initdb, `#!/bin/sh\n${refusal}\nexec ${binaries.initdb} "$@"\n`);
    await chmod(initdb, 0o755);
    const notices: string[] = [];
    const place = { folder: join(parent, 'data'), runAs: user };
    const options = { durable: false, notice: (line: string) => notices.push(line) };
    await ensureCluster(place, { ...binaries, initdb }, options);
    expect(notices).toEqual([expect.stringMatching(/no locale C.UTF-8: PostgreSQL uses its built-in one/)]);
    const server = await acquire(place.folder);
    const sql = `SELECT datlocprovider, datlocale, upper('é') FROM pg_database WHERE datname = 'antone'`;
    expect(await query(server.url(), sql)).toEqual([['b', 'C.UTF-8', 'É']]);
  });
});

describe('binaries', () => {
  test('work without the install script of their package: links and execute bits are set', async () => {
    const resolver = await unfinishedPackage(await newFolder());
    expect((await prepareBinaries(undefined, resolver)).version).toMatch(/^\d+\.\d+$/);
  });

  testAsRoot('out of reach of the server are copied to where it can reach them, once', async () => {
    const user = await systemUsers.find('nobody');
    const closed = await newFolder(0o700);
    const resolver = await unfinishedPackage(closed);
    const version = `0.0.0-test-${process.pid}`;
    const manifest = join(closed, 'package/package.json');
    await writeFile(manifest, JSON.stringify({ type: 'module', version }));

    const { postgres } = await prepareBinaries(user, resolver);
    const copy = join(postgres, '../..');
    removeLater(copy);
    expect(copy).toMatch(new RegExp(`/shared-db-embedded-${version}-0$`));
    const { ino } = await stat(copy);
    await prepareBinaries(user, resolver);
    expect((await stat(copy)).ino).toBe(ino);

    // A tidy system removed a file; a stranger made the folder.
    await rm(join(copy, 'share/postgresql/postgres.bki'));
    await prepareBinaries(user, resolver);
    expect(await readdir(join(copy, 'share/postgresql'))).toContain('postgres.bki');
    await chown(copy, user?.uid ?? 0, 0);
    await expectRefusal(prepareBinaries(user, resolver), /another user owns .* so its programs are not run: remove it/);
  });
});

describe('users', () => {
  test('an ordinary user runs it as themselves', async () => {
    const user = await ordinaryUser();
    const folder = join(await newFolder(0o755, user), 'data');
    const other = await otherProcess(folder, user);
    expect(other.answer).toMatchObject({ started: true });
    expect((await stat(folder)).uid).toBe(user?.uid ?? process.getuid?.());
    expect(await query(other.answer.url ?? '', 'SELECT 1')).toEqual([[1]]);
    await other.leave();
    await until(async () => (await findEmbeddedServer(folder)) === undefined);
  });

  testAsRoot('root uses the server of an ordinary user as that user', async () => {
    const user = await ordinaryUser();
    const folder = await newCluster(user);
    const server = await acquire(folder);
    expect(await query(server.url(), 'SELECT 1')).toEqual([[1]]);
    expect(processInfo('uid', await postmasterPid(folder))).toBe(String(user?.uid));
  });

  testAsRoot('root in a folder closed to the server gets the data elsewhere, and is told', async () => {
    const folder = join(await newFolder(0o700), 'data');
    const notices: string[] = [];
    const server = await acquire(folder, { onNotice: (line) => notices.push(line) });
    removeLater(server.folder);
    expect(server.folder).toMatch(/\/shared-db-data-[0-9a-f]{12}$/);
    expect(notices[0]).toMatch(new RegExp(`cannot reach ${folder}: the data is in ${server.folder}$`));
    expect(await query(server.url(), 'SELECT 1')).toEqual([[1]]);
    expect(await findEmbeddedServer(folder)).toBe(server.url());
    expect(await acquire(folder)).toMatchObject({ started: false, port: server.port });
  });

  testAsRoot('root does not use a folder that a stranger put there', async () => {
    const folder = join(await newFolder(0o700), 'data');
    const { folder: substitute } = await chooseLocation(folder, false, () => undefined);
    removeLater(substitute);
    await mkdir(substitute);
    await expectRefusal(acquire(folder), /does not belong to the user \w+: remove it/);
  });

  describe('for root', () => {
    const named = (name: string): RunAs => ({ name, uid: 70, gid: 70 });
    const machine = (names: string[], create?: string): Users => ({
      find: (name) => Promise.resolve(names.includes(name) ? named(name) : undefined),
      create: (name) => {
        if (create === undefined) names.push(name);
        return Promise.resolve(create);
      },
    });
    const choose = async (createUser: boolean, users: Users): Promise<[string, string[]]> => {
      const notices: string[] = [];
      const { name } = await chooseUser(createUser, (line) => notices.push(line), users);
      return [name, notices];
    };

    test('the server runs as postgres where that user exists', async () => {
      expect(await choose(false, machine(['postgres', 'nobody']))).toEqual(['postgres', []]);
    });

    test('the server runs as postgres, which is created on request', async () => {
      const [name, notices] = await choose(true, machine(['nobody']));
      expect([name, notices]).toEqual(['postgres', ['created the system user postgres to run the server']]);
    });

    test('the server runs as nobody, and the notice gives the reason', async () => {
      const [name, [notice]] = await choose(false, machine(['nobody']));
      expect([name, notice]).toEqual(['nobody', expect.stringMatching(/running as nobody \(the option createUser/)]);
      const [second, notices] = await choose(true, machine(['nobody'], 'read-only'));
      expect([second, notices[0]]).toEqual(['nobody', 'cannot create the system user postgres: read-only']);
    });

    test('the start is refused without any such user, with what to do', async () => {
      await expectRefusal(
        choose(false, machine([])),
        /neither a user postgres nor nobody: run `useradd --system postgres`/,
      );
    });
  });
});
