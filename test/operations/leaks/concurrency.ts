/** What goes wrong around a statement that holds planted values: other sessions, limits, the end of the connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { HANDLE, POST_TEXT } from './planted.js';
import type { Path } from './probe.js';

/** `display_name` is the text as well as a way to lock the row. */
const LOCK = 'UPDATE authors SET display_name = $2 WHERE handle = $1';
const PARAMETERS = [HANDLE, POST_TEXT];

/** Two sessions, in transactions that are rolled back. */
async function withTwo(
  dataSource: DataSource,
  work: (one: QueryRunner, other: QueryRunner) => Promise<unknown>,
  isolation?: 'REPEATABLE READ',
): Promise<unknown> {
  const runners = [dataSource.createQueryRunner(), dataSource.createQueryRunner()] as const;
  try {
    for (const runner of runners) await runner.startTransaction(isolation);
    return await work(...runners);
  } finally {
    for (const runner of runners) {
      await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  }
}

const pidOf = async (runner: QueryRunner): Promise<number> => {
  const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return row?.pid ?? 0;
};

/** Ends (or cancels) a session in the middle of a statement with parameters. */
const struck =
  (strike: string): Path<DataSource>['fail'] =>
  async (dataSource) => {
    const runner = dataSource.createQueryRunner();
    try {
      const pid = await pidOf(runner);
      const running = runner.query('SELECT pg_sleep(30), $1::text, $2::text', PARAMETERS);
      // Awaited below; until then it is nobody's.
      running.catch(() => undefined);
      const [row] = await dataSource.query<{ done: boolean }[]>(`SELECT ${strike}($1) AS done FROM pg_sleep(0.1)`, [
        pid,
      ]);
      if (row?.done !== true) throw new Error('There was no session to strike.');
      return (await running) as unknown;
    } finally {
      // Until its end is noticed, the pool would give the connection to the next.
      await sleep(50);
      await runner.release();
    }
  };

export const CONCURRENCY: readonly Path<DataSource>[] = [
  {
    name: 'deadlock',
    fail: (dataSource) =>
      withTwo(dataSource, async (one, other) => {
        await one.query(`SET LOCAL deadlock_timeout = '50ms'`);
        await one.query(LOCK, PARAMETERS);
        await other.query('SELECT pg_advisory_xact_lock(4711)');
        const waiting = other.query(LOCK, PARAMETERS);
        waiting.catch(() => undefined);
        try {
          return (await one.query('SELECT pg_advisory_xact_lock(4711), $1::text, $2::text', PARAMETERS)) as unknown;
        } catch (error) {
          await one.rollbackTransaction();
          await waiting;
          throw error;
        }
      }),
    expected: { sqlState: '40P01' },
  },
  {
    name: 'serialization failure',
    fail: (dataSource) =>
      withTwo(
        dataSource,
        async (one, other) => {
          await one.query('SELECT FROM authors WHERE handle = $1', [HANDLE]);
          await other.query(LOCK, PARAMETERS);
          await other.commitTransaction();
          return one.query(LOCK, PARAMETERS) as Promise<unknown>;
        },
        'REPEATABLE READ',
      ),
    expected: { sqlState: '40001' },
  },
  {
    name: 'lock timeout',
    fail: (dataSource) =>
      withTwo(dataSource, async (one, other) => {
        await one.query(LOCK, PARAMETERS);
        await other.query(`SET LOCAL lock_timeout = '50ms'`);
        return other.query(LOCK, PARAMETERS);
      }),
    expected: { sqlState: '55P03' },
  },
  {
    name: 'statement timeout',
    fail: (dataSource) =>
      withTwo(dataSource, async (one) => {
        await one.query(`SET LOCAL statement_timeout = '50ms'`);
        return one.query('SELECT pg_sleep(5), $1::text, $2::text', PARAMETERS);
      }),
    expected: { sqlState: '57014' },
  },
  {
    name: 'a transaction that has failed already',
    fail: (dataSource) =>
      withTwo(dataSource, async (one) => {
        await one.query('SELECT $1::integer', [POST_TEXT]).catch(() => undefined);
        return one.query(LOCK, PARAMETERS);
      }),
    expected: { sqlState: '25P02' },
  },
  {
    name: 'a write in a read-only transaction',
    fail: (dataSource) =>
      withTwo(dataSource, async (one) => {
        await one.query('SET TRANSACTION READ ONLY');
        return one.query(LOCK, PARAMETERS);
      }),
    expected: { sqlState: '25006' },
  },
  {
    name: 'permission denied',
    fail: (dataSource) =>
      withTwo(dataSource, async (one) => {
        await one.query('SET LOCAL ROLE pg_read_all_settings');
        return one.query(LOCK, PARAMETERS);
      }),
    expected: { sqlState: '42501' },
  },
  { name: 'a cancelled statement', fail: struck('pg_cancel_backend'), expected: { sqlState: '57014' } },
  { name: 'a killed backend', fail: struck('pg_terminate_backend'), expected: { sqlState: '57P01' } },
];
