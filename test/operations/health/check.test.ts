import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import { acquireEmbeddedServer } from '../../../src/embedded/embedded-server.js';
import { PoolSaturated } from '../../../src/errors/translate.js';
import { createHealthCheck, type HealthReport } from '../../../src/health/check.js';
import { MIGRATIONS } from '../../../src/migrations/index.js';
import { useDatabase } from '../../support/database.js';
import { type DatabaseProxy, openProxy } from '../../support/proxy.js';

const ALL = MIGRATIONS.length;
const db = useDatabase();

const proxies: DatabaseProxy[] = [];

async function proxyTo(url: string): Promise<DatabaseProxy> {
  const proxy = await openProxy(url);
  proxies.push(proxy);
  return proxy;
}

afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.down();
});

const checkOf = (url: string, timeoutMs?: number): (() => Promise<HealthReport>) =>
  createHealthCheck(createDataSource({ url }), timeoutMs === undefined ? {} : { timeoutMs });

async function run(url: string, ...statements: string[]): Promise<void> {
  const dataSource = await createDataSource({ url }).initialize();
  try {
    for (const statement of statements) await dataSource.query(statement);
  } finally {
    await dataSource.destroy();
  }
}

/** Sessions of health checks in this file's database, after those that are closing had time to. */
async function sessions(): Promise<number> {
  const count = async (): Promise<number> => {
    const [row] = await db.dataSource.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'shared-db health' AND datname = current_database()`,
    );
    return row?.n ?? 0;
  };
  for (let i = 0; i < 50 && (await count()) > 0; i += 1) await sleep(20);
  return count();
}

function assertOneHarmlessLine(reason: string | undefined, url: string): void {
  const { password, username } = new URL(url);
  expect(reason).toMatch(/^[^\n]+$/);
  if (password !== '') expect(reason).not.toContain(decodeURIComponent(password));
  expect(reason).not.toContain(`${username}:`);
}

describe('a database that is up to date', () => {
  it('is ok, with latency, version and migrations', async () => {
    const report = await createHealthCheck(db.dataSource)();
    expect(report).toEqual({
      status: 'ok',
      database: { ok: true, latencyMs: expect.any(Number), version: expect.stringMatching(/^\d+(\.\d+)+$/) },
      migrations: { applied: ALL, pending: 0 },
    });
    expect(report.database.latencyMs).toBeLessThanOrEqual(500);
  });

  it('is checked without an initialised DataSource', async () => {
    await expect(checkOf(db.url)()).resolves.toMatchObject({ status: 'ok', migrations: { applied: ALL, pending: 0 } });
  });

  it('is ok while every connection of the pool is busy', async () => {
    const busy = await createDataSource({ url: db.url, poolSize: 1, connectTimeoutMs: 1500 }).initialize();
    const only = busy.createQueryRunner();
    await only.connect();
    try {
      await expect(busy.query('SELECT 1')).rejects.toThrow(PoolSaturated);
      await expect(createHealthCheck(busy)()).resolves.toMatchObject({ status: 'ok' });
    } finally {
      await only.release();
      await busy.destroy();
    }
  });

  it('is checked once for calls at the same time, and again for a later call', async () => {
    const proxy = await proxyTo(db.url);
    const check = checkOf(proxy.url);
    const reports = await Promise.all(Array.from({ length: 20 }, check));
    expect(new Set(reports).size).toBe(1);
    expect(reports[0]?.status).toBe('ok');
    expect(proxy.made).toBe(1);
    await check();
    expect(proxy.made).toBe(2);
  });

  it('keeps no connection', async () => {
    const check = checkOf(db.url);
    for (let i = 0; i < 5; i += 1) await check();
    expect(await sessions()).toBe(0);
  });
});

describe('migrations', () => {
  it('are all pending in a bare database', async () => {
    const url = await db.create({ bare: true });
    const report = await checkOf(url)();
    expect(report).toMatchObject({
      status: 'error',
      database: { ok: true },
      migrations: { applied: 0, pending: ALL },
    });
    expect(report.reason).toContain(`${ALL} of ${ALL} migrations pending; run migration:run`);
    assertOneHarmlessLine(report.reason, url);
  });

  it('are behind when one is missing', async () => {
    const url = await db.create();
    await run(url, 'DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations)');
    const report = await checkOf(url)();
    expect(report).toMatchObject({ status: 'error', migrations: { applied: ALL - 1, pending: 1 } });
    expect(report.reason).toContain(`1 of ${ALL} migrations pending`);
  });

  it('of a newer build are fine: it deploys before we are replaced', async () => {
    const url = await db.create();
    await run(url, `INSERT INTO migrations ("timestamp", name) VALUES (9000000000000, 'FromTheFuture9000000000000')`);
    await expect(checkOf(url)()).resolves.toMatchObject({
      status: 'ok',
      migrations: { applied: ALL + 1, pending: 0 },
    });
  });

  it('are unknown, and the database slow, while their table is locked', async () => {
    const locker = db.dataSource.createQueryRunner();
    await locker.startTransaction();
    try {
      await locker.query('LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE');
      const report = await checkOf(db.url, 300)();
      expect(report).toMatchObject({
        status: 'error',
        database: { ok: true },
        migrations: { applied: null, pending: null },
      });
      expect(report.reason).toContain('did not answer within 300 ms');
    } finally {
      await locker.rollbackTransaction();
      await locker.release();
    }
    expect(await sessions()).toBe(0);
  });

  it('are unknown to a user who may not read them, and the reason says what to grant', async () => {
    const url = new URL(await db.create());
    const role = `health_${process.pid}_${Date.now()}`;
    await run(url.href, `CREATE ROLE ${role} LOGIN PASSWORD 'hunter2'`);
    try {
      const as = new URL(url);
      as.username = role;
      as.password = 'hunter2';
      const report = await checkOf(as.href)();
      expect(report).toMatchObject({ status: 'error', database: { ok: true }, migrations: { pending: null } });
      expect(report.reason).toContain('grant it SELECT on the table migrations');
      assertOneHarmlessLine(report.reason, as.href);
    } finally {
      await run(url.href, `DROP ROLE ${role}`);
    }
  });
});

describe('a database that cannot be used', () => {
  const nothing = {
    database: { ok: false, latencyMs: null, version: null },
    migrations: { applied: null, pending: null },
  };

  it('is reported as down when no server listens, and as up afterwards', async () => {
    const proxy = await proxyTo(db.url);
    const check = checkOf(proxy.url);
    await proxy.down();
    const report = await check();
    expect(report).toMatchObject({ status: 'error', ...nothing });
    expect(report.reason).toContain(
      `${new URL(proxy.url).host}${new URL(proxy.url).pathname}: no server listens on this host and port`,
    );
    assertOneHarmlessLine(report.reason, proxy.url);
    await proxy.up();
    await expect(check()).resolves.toMatchObject({ status: 'ok' });
  });

  it('is down when there is no such database', async () => {
    const url = new URL(db.url);
    url.pathname = '/no_such_database';
    const report = await checkOf(url.href)();
    expect(report).toMatchObject({ status: 'error', ...nothing });
    expect(report.reason).toContain('the database does not exist');
    assertOneHarmlessLine(report.reason, url.href);
  });

  it('is reported as slow when the server accepts and sends nothing, and the socket is closed', async () => {
    const proxy = await proxyTo(db.url);
    proxy.freeze();
    const begin = performance.now();
    const report = await checkOf(proxy.url, 200)();
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(report).toMatchObject({ status: 'error', ...nothing });
    expect(report.reason).toContain('did not answer within 200 ms');
    assertOneHarmlessLine(report.reason, proxy.url);
    await sleep(50);
    expect(proxy.open).toBe(0);
  });

  it.each([
    ['the first statement', 'server_version', false],
    ['the list of migrations', 'ORDER BY id', true],
  ])('is reported as slow when the server hangs at %s, and the socket is closed', async (_what, text, answered) => {
    const proxy = await proxyTo(db.url);
    proxy.freeze(text);
    const report = await checkOf(proxy.url, 300)();
    expect(report).toMatchObject({ status: 'error', database: { ok: answered }, migrations: { pending: null } });
    expect(report.reason).toContain('did not answer within 300 ms');
    await sleep(50);
    expect(proxy.open).toBe(0);
    proxy.thaw();
    await expect(checkOf(proxy.url)()).resolves.toMatchObject({ status: 'ok' });
  });
});

it('is reported as slow when the TLS handshake hangs, and the socket is closed', async () => {
  let open = 0;
  const server = createServer((socket) => {
    open += 1;
    socket.on('close', () => (open -= 1)).on('error', () => undefined);
    // "S" agrees to TLS, and then nothing comes.
    socket.once('data', () => socket.write('S'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const report = await checkOf(`postgres://me@127.0.0.1:${port}/db?sslmode=verify-full`, 200)();
    expect(report.reason).toContain('did not answer within 200 ms');
    await sleep(50);
    expect(open).toBe(0);
  } finally {
    server.close();
  }
});

describe('a real server that is stopped (SIGSTOP)', () => {
  it('is reported as slow, and as ok when it continues (SIGCONT)', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'shared-db-test-'));
    await chmod(parent, 0o755);
    const server = await acquireEmbeddedServer({ folder: join(parent, 'data'), durable: false });
    const postmaster = Number((await readFile(join(server.folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const check = checkOf(server.url());
    try {
      process.kill(postmaster, 'SIGSTOP');
      const report = await check();
      expect(report).toMatchObject({ status: 'error', database: { ok: false } });
      expect(report.reason).toContain('did not answer within 500 ms');
      assertOneHarmlessLine(report.reason, server.url());
      process.kill(postmaster, 'SIGCONT');
      // Bare, so behind: but it answers.
      await expect(check()).resolves.toMatchObject({ database: { ok: true }, migrations: { applied: 0 } });
    } finally {
      process.kill(postmaster, 'SIGCONT');
      await server.release();
      await rm(server.folder, { recursive: true, force: true });
      await rm(parent, { recursive: true, force: true });
    }
  }, 60_000);
});
