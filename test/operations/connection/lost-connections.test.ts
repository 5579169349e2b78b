import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  QueryRunnerAlreadyReleasedError,
  type DataSource,
  type EntityManager,
  type ObjectLiteral,
  type QueryDeepPartialEntity,
  type QueryRunner,
} from 'typeorm';
import { Author, ConnectionLost, withRetry } from '@shared/db';
import { createDataSource } from '../../../src/data-source.js';
import { useDatabase } from '../../support/database.js';
import { openProxy, type DatabaseProxy } from '../../support/proxy.js';
import { rowOf } from '../../support/rows.js';

/*
 * A connection that is lost is ConnectionLost in whatever call notices it, so that withRetry runs the work again. TypeORM alone says
 * that a query runner was released, which reads like a mistake of the program and is not retried.
 */
const db = useDatabase();
let proxy: DatabaseProxy;
let dataSource: DataSource;

const author = (platformId: string): QueryDeepPartialEntity<Author> => rowOf(Author, { platformId });

beforeAll(async () => {
  proxy = await openProxy(db.url);
  dataSource = await createDataSource({ url: proxy.url, poolSize: 2 }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await proxy.down();
});
beforeEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
});

type Lose = (manager: EntityManager) => Promise<void>;

/** Ends the session on the server, as an operator or a restart does (57P01). */
const terminate: Lose = async (manager) => {
  const [row] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  await db.dataSource.query('SELECT pg_terminate_backend($1, 5000)', [row?.pid]);
};

/** Cuts the wire; the server says nothing. */
const cut: Lose = async () => {
  await proxy.down();
  await proxy.up();
};

/** Lets this process hear of it before the next call, or not. */
const noticed =
  (lose: Lose): Lose =>
  async (manager) => {
    await lose(manager);
    await sleep(20);
  };

const LOSSES: readonly (readonly [string, Lose])[] = [
  ['the session was ended', terminate],
  ['the session was ended, and this process knows', noticed(terminate)],
  ['the wire was cut', cut],
  ['the wire was cut, and this process knows', noticed(cut)],
];

type Call = (manager: EntityManager) => Promise<unknown>;

const runnerOf = ({ queryRunner }: EntityManager): QueryRunner => {
  if (queryRunner === undefined) throw new Error('Only the manager of a transaction has a query runner.');
  return queryRunner;
};

const CALLS: readonly (readonly [string, Call])[] = [
  ['manager.query()', (manager) => manager.query('SELECT 1')],
  ['manager.sql', (manager) => manager.sql`SELECT ${1}::int`],
  ['manager.find()', (manager) => manager.find(Author)],
  ['manager.findOneByOrFail()', (manager) => manager.findOneByOrFail(Author, { platformId: 'first' })],
  ['manager.count()', (manager) => manager.count(Author)],
  ['manager.exists()', (manager) => manager.exists(Author)],
  ['manager.save()', (manager) => manager.getRepository<ObjectLiteral>(Author).save(author('second'))],
  ['manager.insert()', (manager) => manager.insert(Author, author('second'))],
  ['manager.upsert()', (manager) => manager.upsert(Author, author('second'), ['platform', 'platformId'])],
  ['manager.update()', (manager) => manager.update(Author, { platformId: 'first' }, { followerCount: 1 })],
  ['manager.increment()', (manager) => manager.increment(Author, { platformId: 'first' }, 'followerCount', 1)],
  ['manager.delete()', (manager) => manager.delete(Author, { platformId: 'none' })],
  ['a repository', (manager) => manager.getRepository(Author).findBy({ platformId: 'first' })],
  ['a query builder', (manager) => manager.createQueryBuilder(Author, 'a').getMany()],
  ['a nested transaction', (manager) => manager.transaction((inner) => inner.query('SELECT 1'))],
  ['queryRunner.query()', (manager) => runnerOf(manager).query('SELECT 1')],
  ['queryRunner.getTable()', (manager) => runnerOf(manager).getTable('authors')],
  ['queryRunner.startTransaction()', (manager) => runnerOf(manager).startTransaction()],
  ['queryRunner.commitTransaction()', (manager) => runnerOf(manager).commitTransaction()],
  [
    'queryRunner.rollbackTransaction()',
    async (manager) => {
      await runnerOf(manager).rollbackTransaction();
      // What was taken back is to be done again.
      throw new ConnectionLost();
    },
  ],
  ['the end of the callback', () => Promise.resolve()],
];

type Place = (lose: Lose, call: Call) => (manager: EntityManager) => Promise<unknown>;

const PLACES: readonly (readonly [string, Place])[] = [
  [
    'before the first statement',
    (lose, call) => async (manager) => {
      await lose(manager);
      await call(manager);
    },
  ],
  [
    'between two statements',
    (lose, call) => async (manager) => {
      await manager.insert(Author, author('first'));
      await lose(manager);
      await call(manager);
    },
  ],
  [
    'in a nested transaction',
    (lose, call) => async (manager) => {
      await manager.insert(Author, author('first'));
      await manager.transaction(async (inner) => {
        await lose(inner);
        await call(inner);
      });
    },
  ],
  [
    'behind an error that was caught',
    (lose, call) => async (manager) => {
      await manager.insert(Author, author('first'));
      await lose(manager);
      await manager.query('SELECT 1').catch(() => undefined);
      await call(manager);
    },
  ],
];

const CASES = PLACES.flatMap(([where, place]) =>
  LOSSES.flatMap(([how, lose]) => CALLS.map(([by, call]) => [where, how, by, place(lose, call)] as const)),
);

describe(`a connection lost in a transaction is ConnectionLost, and withRetry goes on: ${CASES.length} cases`, () => {
  test.each(CASES)('%s, %s: %s', async (_where, _how, _by, work) => {
    const errors: unknown[] = [];
    await withRetry(async () => {
      const transaction = dataSource.transaction(async (manager) => {
        if (errors.length === 0) await work(manager);
        else await manager.insert(Author, author('retried'));
      });
      await transaction.catch((error: unknown) => {
        errors.push(error);
        throw error;
      });
    });
    expect(errors.map((error) => (error as Error).constructor.name)).toEqual(['ConnectionLost']);
    const rows = await db.dataSource.manager.find(Author, { select: { platformId: true } });
    expect(rows.map(({ platformId }) => platformId)).toEqual(['retried']);
  });
});

const RUNNING: readonly (readonly [string, Call])[] = [
  ['a query', (manager) => manager.query('SELECT pg_sleep(30)')],
  ['a query builder', (manager) => manager.createQueryBuilder(Author, 'a').where('pg_sleep(30) IS NULL').getMany()],
  ['an insert', (manager) => manager.insert(Author, author('blocked'))],
  ['a save', (manager) => manager.getRepository<ObjectLiteral>(Author).save(author('blocked'))],
  ['a nested transaction', (manager) => manager.transaction((inner) => inner.query('SELECT pg_sleep(30)'))],
];

describe(`a connection lost while a statement runs is ConnectionLost: ${RUNNING.length * 2} cases`, () => {
  test.each(RUNNING.flatMap(([by, call]) => [terminate, cut].map((lose) => [by, lose.name, call, lose] as const)))(
    '%s, %s',
    async (_by, _how, call, lose) => {
      await db.dataSource.manager.insert(Author, author('seen'));
      const blocker = db.dataSource.createQueryRunner();
      await blocker.startTransaction();
      await blocker.manager.insert(Author, author('blocked'));
      const other = await createDataSource({ url: proxy.url }).initialize();
      const lost = other.transaction(async (manager) => {
        const [row] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
        const running = call(manager);
        setTimeout(() => {
          const asked = { query: () => Promise.resolve([row]) } as unknown as EntityManager;
          void lose(asked);
        }, 50);
        await running;
      });
      await expect(lost).rejects.toThrow(ConnectionLost);
      await blocker.rollbackTransaction();
      await blocker.release();
      await other.destroy();
    },
  );
});

describe('a query runner of its owner', () => {
  test('throws ConnectionLost in each call until it is released', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await noticed(terminate)(runner.manager);
    for (const call of [
      () => runner.query('SELECT 1'),
      () => runner.manager.query('SELECT 1'),
      () => runner.connect(),
      () => runner.commitTransaction(),
      () => runner.rollbackTransaction(),
      () => runner.stream('SELECT 1'),
      () => runner.manager.transaction((manager) => manager.query('SELECT 1')),
    ]) {
      await expect(call()).rejects.toThrow(ConnectionLost);
    }
    await expect(runner[Symbol.asyncDispose]()).rejects.toThrow(ConnectionLost);
    expect(runner.isReleased).toBe(true);
  });

  test.each([true, false])('counts as released after its owner released it (lost before: %s)', async (isLost) => {
    const runner = dataSource.createQueryRunner();
    await runner.query('SELECT 1');
    if (isLost) await noticed(terminate)(runner.manager);
    await runner.release();
    await runner.release();
    expect(runner.isReleased).toBe(true);
    await expect(runner.query('SELECT 1')).rejects.toThrow(QueryRunnerAlreadyReleasedError);
    await expect(runner.manager.query('SELECT 1')).rejects.toThrow('already released');
  });

  test('can be released late: the pool loses no connection', async () => {
    const runners = [1, 2, 3, 4].map(() => dataSource.createQueryRunner());
    for (const runner of runners) {
      await runner.query('SELECT 1');
      await noticed(cut)(runner.manager);
    }
    for (const runner of runners) await runner.release();
    const sums = await Promise.all(
      [1, 2, 3, 4].map((n) => dataSource.query<{ n: number }[]>('SELECT $1::int AS n', [n])),
    );
    expect(sums).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }], [{ n: 4 }]]);
  });
});
