import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { drain } from '../../../src/connection/pool.js';
import { withRetry } from '../../../src/connection/retry.js';
import { createDataSource, type ConnectionOptions } from '../../../src/data-source.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { crash, pause, postmasterPid, restart, stopForGood } from '../../support/own-server-life.js';
import { startOwnServer, type OwnServer } from '../../support/own-server.js';

jest.setTimeout(60_000);

let server: OwnServer;
const open: DataSource[] = [];

beforeAll(async () => {
  server = await startOwnServer();
});
afterEach(async () => {
  for (const dataSource of open.splice(0)) if (dataSource.isInitialized) await dataSource.destroy();
});
afterAll(() => stopForGood(server));

const connect = async (options: Partial<ConnectionOptions> = {}): Promise<DataSource> => {
  const dataSource = createDataSource({ url: server.url(), ...options });
  open.push(dataSource);
  return dataSource.initialize();
};

const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return toDatabaseError(error) ?? error;
};

const pidOf = async (dataSource: DataSource): Promise<number> => {
  const [row] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  return row?.pid ?? 0;
};

describe('a session', () => {
  test('has a name, its time limits and UTC, whatever the settings of the role are', async () => {
    await server.run(`ALTER ROLE antone SET statement_timeout = 0`);
    await server.run(`ALTER ROLE antone SET timezone = 'Asia/Tokyo'`);
    const dataSource = await connect({ applicationName: 'pool-test' });
    const rows = await dataSource.query<{ name: string; setting: string }[]>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('application_name', 'statement_timeout', 'lock_timeout',
         'idle_in_transaction_session_timeout', 'TimeZone') ORDER BY name`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      application_name: 'pool-test',
      idle_in_transaction_session_timeout: '60000',
      lock_timeout: '5000',
      statement_timeout: '10000',
      TimeZone: 'UTC',
    });
  });

  test('is named by the URL when the options give no name', async () => {
    const dataSource = await connect({ url: `${server.url()}?application_name=from%20the%20URL` });
    expect(await dataSource.query(`SELECT current_setting('application_name') AS name`)).toEqual([
      { name: 'from the URL' },
    ]);
  });

  test('is one of at most ten', async () => {
    const dataSource = await connect();
    const runs = Array.from({ length: 25 }, () => dataSource.query('SELECT pg_sleep(0.02), pg_backend_pid() AS pid'));
    const rows = (await Promise.all(runs)) as { pid: number }[][];
    expect(new Set(rows.map(([row]) => row?.pid)).size).toBe(10);
  });
});

describe('a saturated pool', () => {
  test('throws a retryable error in time, and works again afterwards', async () => {
    const dataSource = await connect({ poolSize: 2, connectTimeoutMs: 1500 });
    const busy = [1, 2].map(() => dataSource.query('SELECT pg_sleep(3)'));
    await sleep(50);
    const begin = performance.now();
    const error = await failureOf(dataSource.query('SELECT 1'));
    expect(error).toMatchObject({ name: 'PoolSaturated', code: 'POOL_SATURATED', retryable: true });
    expect(performance.now() - begin).toBeLessThan(2_800);
    expect(await withRetry(() => dataSource.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    await Promise.all(busy);
  });
});

describe('drain', () => {
  test('waits for running and waiting statements, then closes every connection', async () => {
    const dataSource = await connect({ poolSize: 1 });
    const work = [1, 2].map(() => dataSource.query(`SELECT pg_sleep(0.2), 'done' AS was`));
    const rows = Promise.all(work);
    expect(await drain(dataSource)).toBe(true);
    expect(await rows).toMatchObject([[{ was: 'done' }], [{ was: 'done' }]]);
    expect(dataSource.isInitialized).toBe(false);
    const [left] = await server.run<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'shared-db' AND state = 'active'`,
    );
    expect(left?.n).toBe(0);
  });

  test('waits up to its limit, and returns that statements were interrupted', async () => {
    const dataSource = await connect();
    const cut = failureOf(dataSource.query('SELECT pg_sleep(5)'));
    await sleep(50);
    const begin = performance.now();
    expect(await drain(dataSource, 200)).toBe(false);
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(await cut).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('does nothing for a DataSource that is not open', async () => {
    const dataSource = await connect();
    expect(await drain(dataSource)).toBe(true);
    expect(await drain(dataSource)).toBe(true);
  });
});

describe('a server that goes away', () => {
  test('for a restart: queries fail with a retryable error, and with withRetry none fails', async () => {
    const dataSource = await connect();
    const running = failureOf(dataSource.query('SELECT pg_sleep(5)'));
    let over = false;
    let done = 0;
    const worker = async (): Promise<void> => {
      while (!over) {
        await withRetry(() => dataSource.query('SELECT 1'), { maxDurationMs: 30_000 });
        done += 1;
        await sleep(5);
      }
    };
    const workers = [1, 2, 3].map(worker);
    await sleep(100);
    await restart(server);
    const before = done;
    while (done < before + 10) await sleep(10);
    over = true;
    await Promise.all(workers);
    expect(await running).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
  });

  test('without notice (SIGKILL of every process): the pool opens new connections afterwards', async () => {
    const dataSource = await connect();
    const running = failureOf(dataSource.query('SELECT pg_sleep(5)'));
    await sleep(50);
    await crash(server);
    expect(await running).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await withRetry(() => dataSource.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  test('while initialize() waits for it', async () => {
    const dataSource = createDataSource({ url: server.url(), connectRetryMs: 30_000 });
    open.push(dataSource);
    await restart(server, async () => {
      const started = dataSource.initialize();
      await sleep(200);
      expect(dataSource.isInitialized).toBe(false);
      return started;
    });
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('permanently: initialize() gives up in time, and at once with one attempt', async () => {
    const gone = new URL(server.url());
    gone.port = '1';
    for (const [connectRetryMs, atLeast, atMost] of [
      [0, 0, 3_000],
      [600, 590, 6_000],
    ] as const) {
      const begin = performance.now();
      const error = await failureOf(createDataSource({ url: gone.href, connectRetryMs }).initialize());
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', sqlState: 'ECONNREFUSED' });
      expect(performance.now() - begin).toBeGreaterThanOrEqual(atLeast);
      expect(performance.now() - begin).toBeLessThan(atMost);
    }
  });

  test('but refuses the login: initialize() does not retry', async () => {
    const begin = performance.now();
    const url = server.url('postgres', 'antone', 'wrong');
    expect(await failureOf(createDataSource({ url }).initialize())).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});

describe('a server that hangs (SIGSTOP)', () => {
  test('during a query: the query fails in time, and its connection is not used again', async () => {
    const dataSource = await connect({ poolSize: 1, statementTimeoutMs: 100 });
    const migration = (await connect({ purpose: 'migrate', statementTimeoutMs: 1_000 })).query(
      `SET statement_timeout = 0; SELECT pg_sleep(6.5)`,
    );
    // Asked while nothing hangs yet; the limit is a tenth of a second for the statement and five seconds for the answer.
    const pid = await pidOf(dataSource);
    const thaw = pause(pid);
    try {
      const begin = performance.now();
      expect(await failureOf(dataSource.query('SELECT 1'))).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
      expect(performance.now() - begin).toBeLessThan(9_000);
      expect(await withRetry(() => pidOf(dataSource))).not.toBe(pid);
      // Whoever may take longer is not given up.
      await expect(migration.then(() => 'done')).resolves.toBe('done');
    } finally {
      thaw();
    }
  });

  test('during connecting: the attempt fails in time', async () => {
    const thaw = pause(await postmasterPid(server));
    try {
      const begin = performance.now();
      const dataSource = createDataSource({ url: server.url(), connectTimeoutMs: 400, connectRetryMs: 0 });
      expect(await failureOf(dataSource.initialize())).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
      expect(performance.now() - begin).toBeLessThan(3_000);
    } finally {
      thaw();
    }
  });
});
