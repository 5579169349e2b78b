import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEmbeddedServer } from '../../../src/embedded/embedded-server.js';
import { createDataSource } from '../../../src/data-source.js';
import { ENTITIES } from '../../../src/entities/index.js';
import type { HealthReport } from '../../../src/health/check.js';
import { MIGRATIONS } from '../../../src/migrations/index.js';
import { runCli, workingFolder, type CliResult, type RunningCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { words } from '../../support/keepsake.js';
import { ask } from '../../support/migrator/query.js';
import { openProxy, type DatabaseProxy } from '../../support/proxy.js';
import { READY, serverOf, sessions, start } from '../../support/start.js';

jest.setTimeout(60_000);

const db = useDatabase();

const health = async (server: URL): Promise<{ status: number; report: HealthReport }> => {
  const response = await fetch(new URL('/health', server));
  return { status: response.status, report: (await response.json()) as HealthReport };
};

function assertNoPassword({ stdout, stderr }: { stdout: string; stderr: string }, url: string): void {
  const password = decodeURIComponent(new URL(url).password);
  if (password !== '') expect(stdout + stderr).not.toContain(password);
}

function assertFailedWith(result: CliResult, line: RegExp): void {
  expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
  expect(result.stderr).toMatch(line);
}

describe('start with DATABASE_URL', () => {
  let url: string;
  let proxy: DatabaseProxy;
  let running: RunningCli;
  let server: URL;

  beforeAll(async () => {
    url = await db.create({ bare: true });
    proxy = await openProxy(url);
    running = start({ DATABASE_URL: proxy.url });
    await running.says(READY);
    server = serverOf(running);
  });

  afterAll(async () => {
    running.kill('SIGKILL');
    await running.ended;
    await proxy.down();
  });

  it('prints the addresses in plain lines and without a password', () => {
    const { host, pathname, username } = new URL(proxy.url);
    const { stdout } = running;
    expect(stdout).toContain(`health       ${server.origin}/health\n`);
    expect(stdout).toContain(`database     ${host}${pathname}, user ${username}\n`);
    expect(stdout).toMatch(/^PostgreSQL {3}\d+(\.\d+)+$/m);
    expect(stdout).toContain(`migrations   ${MIGRATIONS.length} applied, ${MIGRATIONS.length} of them just now\n`);
    expect(stdout).toContain('sample data  present\n');
    expect(stdout).toMatch(/^psql +psql -h 127\.0\.0\.1 -p \d+ -U \w+ -d \w+$/m);
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    assertNoPassword(running, url);
  });

  it('prints the number of rows of all 21 tables, and no table is empty', () => {
    const tables = running.stdout.split('\n').flatMap((line) => /^([a-z_]+) +([\d,]+)$/.exec(line)?.slice(1, 3) ?? []);
    expect(tables.filter((_cell, i) => i % 2 === 0)).toHaveLength(ENTITIES.length);
    expect(tables).not.toContain('0');
    expect(ENTITIES).toHaveLength(21);
  });

  it.each(['localhost', '127.0.0.1', '[::1]'])('answers GET /health on %s', async (host) => {
    const { status, report } = await health(new URL(`http://${host}:${server.port}`));
    expect(status).toBe(200);
    expect(report).toMatchObject({ status: 'ok', migrations: { applied: MIGRATIONS.length, pending: 0 } });
  });

  it('answers 404 in JSON for other paths, and 4xx for malformed ones', async () => {
    const nowhere = await fetch(new URL('/nowhere', server));
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ status: 'error' });
    expect((await fetch(new URL('/health', server), { method: 'POST' })).status).toBe(404);
    expect((await fetch(new URL('/%E0%A4%A', server))).status).toBeLessThan(500);
  });

  it('keeps no connection to the database while it is idle', async () => {
    for (let i = 0; i < 50 && (await sessions(db.dataSource, url)) > 0; i += 1) await sleep(20);
    expect(await sessions(db.dataSource, url)).toBe(0);
  });

  it('answers 503 while the database is unreachable, and 200 when it is back', async () => {
    await proxy.down();
    const { status, report } = await health(server);
    expect(status).toBe(503);
    expect(report.reason).toContain('no server listens on this host and port');
    await proxy.up();
    expect((await health(server)).status).toBe(200);
  });

  it('is refused on a port that is taken, and suggests another', async () => {
    const second = await start({ DATABASE_URL: url, PORT: server.port }).ended;
    assertFailedWith(second, new RegExp(`^error: Port ${server.port} is taken: .*PORT=`));
  });

  it('finishes the running request at SIGTERM, closes idle connections, and exits 0', async () => {
    const idle = new Set([await fetch(new URL('/health', server)), await fetch(new URL('/nowhere', server))]);
    for (const response of idle) await response.text();
    proxy.freeze();
    const running503 = health(server);
    await sleep(150);
    const begin = performance.now();
    running.kill('SIGTERM');
    expect((await running503).status).toBe(503);
    expect((await running.ended).code).toBe(0);
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(running.stderr).toMatch(/Stopping/);
    assertNoPassword(running, url);
    expect(await sessions(db.dataSource, url)).toBe(0);
    proxy.thaw();
  });

  it('changes nothing at a second start, and exits 0 at Ctrl-C', async () => {
    const again = start({ DATABASE_URL: url });
    await again.says(READY);
    const tables = (text: string): string => text.slice(0, text.indexOf('server'));
    expect(tables(again.stdout)).toBe(tables(running.stdout));
    expect(again.stdout).toContain('0 of them just now');
    again.kill('SIGINT');
    expect((await again.ended).code).toBe(0);
    expect(await sessions(db.dataSource, url)).toBe(0);
  });

  it('starts without sample data in a database that contains other rows, and prints why', async () => {
    const used = await db.create();
    const dataSource = await createDataSource({ url: used }).initialize();
    await dataSource.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 't2_1', 'someone')`);
    await dataSource.destroy();
    const started = start({ DATABASE_URL: used });
    await started.says(READY);
    expect(started.stdout).toMatch(/^sample data {2}not written\. Refused to write sample data: .*authors \(1\)/m);
    expect((await health(serverOf(started))).status).toBe(200);
    started.kill('SIGTERM');
    expect((await started.ended).code).toBe(0);
  });
});

describe('start exits 1 and prints one line for', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a malformed URL', { DATABASE_URL: 'mysql://me:hunter2@localhost/db' }, /must begin with postgres:\/\//],
    [
      'production, on this machine',
      { NODE_ENV: 'production', DATABASE_URL: 'postgres://me:hunter2@localhost/db?sslmode=verify-full' },
      /the host is this machine/,
    ],
    [
      'production, without TLS',
      { NODE_ENV: 'production', DATABASE_URL: 'postgres://me:hunter2@db.example.com/db' },
      /the server is not verified/,
    ],
    ['production, without a database', { NODE_ENV: 'Production' }, /DATABASE_URL is not set/],
  ])('%s', async (_what, env, line) => {
    const result = await start(env).ended;
    assertFailedWith(result, line);
    expect(result.stderr).not.toContain('hunter2');
  });

  it('a database that cannot be reached', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const result = await start({ DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/db` }).ended;
    assertFailedWith(result, new RegExp(`127.0.0.1:${port}/db: no server listens on this host and port`));
    expect(result.stderr).not.toContain('hunter2');
  });

  it('a database that does not exist', async () => {
    const url = new URL(db.url);
    url.pathname = '/no_such_database';
    const result = await start({ DATABASE_URL: url.href }).ended;
    assertFailedWith(result, /no_such_database: the database does not exist/);
    assertNoPassword(result, url.href);
  });
});

describe('start without DATABASE_URL', () => {
  it('runs an embedded server that health finds, that needs its password, and that stops with the command', async () => {
    const { folder, remove } = await workingFolder();
    const data = `${folder}/.data/postgres`;
    const started = start({}, folder);
    try {
      await started.says(READY);
      expect(started.stdout).toMatch(/^database +127\.0\.0\.1:\d+\/antone, user antone \(embedded\)$/m);
      expect(started.stdout).toMatch(
        /^psql +PGPASSWORD="\$\(cat \S+\/password\)" psql -h 127\.0\.0\.1 -p \d+ -U antone -d antone$/m,
      );
      const url = (await findEmbeddedServer(data)) ?? '';
      assertNoPassword(started, url);
      // A database of a working folder is for development, also if it was migrated before the environment was recorded.
      expect(await words(url)).toEqual(['development']);
      await ask(url, 'DROP TABLE database_environment');
      expect(await runCli(['migration:run'], { folder })).toMatchObject({ code: 0 });
      expect(await words(url)).toEqual(['development']);

      const wrong = new URL(url);
      wrong.password = 'hunter2';
      const [healthy, refused] = await Promise.all([
        runCli(['health'], { folder }),
        start({ DATABASE_URL: wrong.href }).ended,
      ]);
      expect(healthy).toMatchObject({ code: 0, stdout: expect.stringMatching(/^status +ok\n/) as unknown });
      assertFailedWith(refused, /rejects the password: check the user and password/);
      expect(refused.stderr).not.toContain('hunter2');

      started.kill('SIGTERM');
      expect((await started.ended).code).toBe(0);
      expect(await findEmbeddedServer(data)).toBeUndefined();
    } finally {
      started.kill('SIGKILL');
      await started.ended;
      await remove();
    }
  });
});
