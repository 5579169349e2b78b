import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  DataSource,
  EntityManager,
  EntitySubscriberInterface,
  ObjectLiteral,
  QueryDeepPartialEntity,
  QueryRunner,
} from 'typeorm';
import {
  Author,
  LockTimeout,
  SerializationFailure,
  serializeError,
  TransactionAborted,
  UniqueViolation,
  withRetry,
} from '@shared/db';
import { createDataSource } from '../../../src/data-source.js';
import { useDatabase } from '../../support/database.js';
import { rowOf } from '../../support/rows.js';

/*
 * PostgreSQL answers COMMIT of a transaction in which a statement failed by rolling back, and calls that no error. Every way to commit
 * has to reject then: its caller believes otherwise that the rows are stored.
 */
const db = useDatabase();
let dataSource: DataSource;

const HANDLE = 'invented_handle';
const author = (platformId: string): QueryDeepPartialEntity<Author> => rowOf(Author, { platformId, handle: HANDLE });

beforeAll(async () => {
  // One connection: what a transaction leaves on it, the next test finds.
  dataSource = await createDataSource({ url: db.url, poolSize: 1, connectTimeoutMs: 1_000 }).initialize();
});
afterAll(() => dataSource.destroy());
beforeEach(async () => {
  await dataSource.query('DELETE FROM authors');
  await dataSource.getRepository(Author).insert(author('stored'));
});

/** A statement that fails, and whose error the caller does not let out. */
async function failUnseen(manager: EntityManager): Promise<void> {
  await manager.insert(Author, author('new'));
  await expect(manager.insert(Author, author('stored'))).rejects.toThrow(UniqueViolation);
}

async function onRunner(work: (runner: QueryRunner) => Promise<unknown>): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await work(runner);
  } finally {
    await runner.release();
  }
}

const committedBy = (sql: string): (() => Promise<void>) => {
  return () =>
    onRunner(async (runner) => {
      await runner.query('BEGIN');
      await failUnseen(runner.manager);
      await runner.query(sql);
    });
};

/** Runs `work` inside the transaction that TypeORM opens for a write of its own. */
async function beforeWrite(
  work: (manager: EntityManager) => Promise<void>,
  write: () => Promise<unknown>,
): Promise<void> {
  const subscriber: EntitySubscriberInterface = {
    beforeInsert: async ({ entity, manager }) => {
      if ((entity as Author).platformId === 'outer') await work(manager);
    },
  };
  dataSource.subscribers.push(subscriber);
  try {
    await write();
  } finally {
    dataSource.subscribers.splice(dataSource.subscribers.indexOf(subscriber), 1);
  }
}

const COMMITS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['dataSource.transaction()', () => dataSource.transaction(failUnseen)],
  ['dataSource.transaction() of an isolation level', () => dataSource.transaction('SERIALIZABLE', failUnseen)],
  ['manager.transaction()', () => dataSource.manager.transaction(failUnseen)],
  ['a transaction around a nested one', () => dataSource.transaction((outer) => outer.transaction(failUnseen))],
  [
    'a transaction around a nested one that is caught',
    () =>
      dataSource.transaction(async (outer) => {
        await failUnseen(outer);
        await outer.transaction((inner) => inner.query('SELECT 1')).catch(() => undefined);
      }),
  ],
  [
    'a statement that was not waited for',
    () =>
      onRunner(async (runner) => {
        await runner.startTransaction();
        const insert = `INSERT INTO authors (platform, platform_id, handle) SELECT platform, platform_id, handle FROM authors`;
        const failing = expect(runner.query(insert)).rejects.toThrow(UniqueViolation);
        await Promise.all([runner.commitTransaction(), failing]);
      }),
  ],
  [
    'queryRunner.commitTransaction()',
    () =>
      onRunner(async (runner) => {
        await runner.startTransaction();
        await failUnseen(runner.manager);
        await runner.commitTransaction();
      }),
  ],
  [
    'the end of the scope (await using)',
    () =>
      onRunner(async (runner) => {
        await runner.startTransaction();
        await failUnseen(runner.manager);
        await runner[Symbol.asyncDispose]();
      }),
  ],
  [
    'the client of a query runner',
    () =>
      onRunner(async (runner) => {
        const client = (await runner.connect()) as { query: (sql: string) => Promise<unknown> };
        await runner.query('BEGIN');
        await failUnseen(runner.manager);
        try {
          await client.query('COMMIT');
        } catch (error) {
          // The client is node-postgres': its errors are not typed yet.
          expect(error).toMatchObject({ code: '25P02' });
          await runner.query('BEGIN');
          await failUnseen(runner.manager);
          await runner.query('COMMIT');
        }
      }),
  ],
  [
    'save(), which opens its own',
    () => beforeWrite(failUnseen, () => dataSource.manager.getRepository<ObjectLiteral>(Author).save(author('outer'))),
  ],
  [
    'insert() with useTransaction',
    () =>
      beforeWrite(failUnseen, () =>
        dataSource.createQueryBuilder().insert().into(Author).values(author('outer')).useTransaction(true).execute(),
      ),
  ],
  ...[
    'COMMIT',
    'commit work;',
    'END',
    '-- done\nEND TRANSACTION',
    '/* a /* nested */ comment */ COMMIT',
    'COMMIT AND CHAIN',
    'COMMIT; SELECT 1',
    `PREPARE TRANSACTION 'first'`,
  ].map((sql) => [`query(${JSON.stringify(sql)})`, committedBy(sql)] as const),
];

describe(`a transaction in which a statement failed rejects, by each of ${COMMITS.length} ways to commit`, () => {
  test.each(COMMITS)('%s', async (_way, commit) => {
    const error: unknown = await commit().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransactionAborted);
    expect(error).toMatchObject({
      code: 'TRANSACTION_ABORTED',
      sqlState: '25P02',
      retryable: false,
      message: expect.stringContaining('(UNIQUE_VIOLATION, 23505, uq_authors__platform_platform_id)'),
      cause: { code: 'UNIQUE_VIOLATION', table: 'authors' },
    });
    expect(JSON.stringify(serializeError(error))).not.toContain(HANDLE);
    await expectClean();
    expect(await dataSource.query('SELECT platform_id AS id FROM authors')).toEqual([{ id: 'stored' }]);
  });
});

/** The one connection of the pool is in no transaction. */
async function expectClean(): Promise<void> {
  const [row] = await dataSource.query<{ same: boolean }[]>('SELECT now() = statement_timestamp() AS same');
  expect(row).toEqual({ same: true });
}

describe('a transaction stores what it says', () => {
  test('where the statement that failed was in a nested one', async () => {
    await dataSource.transaction(async (manager) => {
      await manager.insert(Author, author('new'));
      await expect(manager.transaction((inner) => inner.insert(Author, author('stored')))).rejects.toThrow(
        UniqueViolation,
      );
    });
    expect(await dataSource.manager.countBy(Author, { platformId: 'new' })).toBe(1);
  });

  test.each([
    'ROLLBACK',
    'abort',
    '/* back */ ROLLBACK WORK',
    'ROLLBACK; SELECT 1',
    'ROLLBACK TO SAVEPOINT here; COMMIT',
  ])('and %s of one in which a statement failed is no error', async (sql) => {
    await onRunner(async (runner) => {
      await runner.query('BEGIN; SAVEPOINT here');
      await failUnseen(runner.manager);
      await runner.query(sql);
    });
    await expectClean();
  });

  test('after one that was aborted, on the same query runner', async () => {
    await onRunner(async (runner) => {
      await runner.startTransaction();
      await failUnseen(runner.manager);
      await expect(runner.commitTransaction()).rejects.toThrow(TransactionAborted);
      await runner.rollbackTransaction();
      await runner.startTransaction();
      await runner.manager.insert(Author, author('new'));
      await runner.commitTransaction();
    });
    expect(await dataSource.manager.countBy(Author, { platformId: 'new' })).toBe(1);
  });
});

describe('an aborted transaction', () => {
  test('says at each further statement what failed first', async () => {
    await onRunner(async (runner) => {
      await runner.startTransaction();
      await failUnseen(runner.manager);
      for (let statement = 0; statement < 2; statement += 1) {
        const refused = expect(runner.query('SELECT 1')).rejects;
        await refused.toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { code: 'UNIQUE_VIOLATION' } });
      }
      await runner.rollbackTransaction();
    });
  });

  test('is retryable where what failed first is, and withRetry then stores it', async () => {
    const holder = await createDataSource({ url: db.url }).initialize();
    const errors: unknown[] = [];
    const held = holder.createQueryRunner();
    await held.startTransaction();
    await held.query('LOCK TABLE authors IN ACCESS EXCLUSIVE MODE');
    await withRetry(async () => {
      const attempt = dataSource.transaction(async (manager) => {
        await manager.query('SET LOCAL lock_timeout = 50');
        if (errors.length > 0) await manager.insert(Author, author('new'));
        else await expect(manager.insert(Author, author('new'))).rejects.toThrow(LockTimeout);
      });
      await attempt.catch(async (error: unknown) => {
        errors.push(error);
        await held.rollbackTransaction();
        throw error;
      });
    });
    expect(errors).toMatchObject([{ code: 'TRANSACTION_ABORTED', retryable: true, cause: { code: 'LOCK_TIMEOUT' } }]);
    expect(await dataSource.manager.countBy(Author, { platformId: 'new' })).toBe(1);
    await held.release();
    await holder.destroy();
  });

  test('gives its connection back clean, whatever its owner forgot', async () => {
    await onRunner(async (runner) => {
      await runner.startTransaction();
      await failUnseen(runner.manager);
    });
    await expectClean();
    await onRunner(async (runner) => {
      await runner.query('BEGIN');
      await runner.manager.insert(Author, author('forgotten'));
    });
    await expectClean();
    expect(await dataSource.manager.countBy(Author, { platformId: 'forgotten' })).toBe(0);
  });
});

test('a transaction that fails at COMMIT says why', async () => {
  const other = await createDataSource({ url: db.url }).initialize();
  const count = 'SELECT count(*) FROM authors';
  const write = (manager: EntityManager, id: string): Promise<unknown> => manager.insert(Author, author(id));
  const skewed = dataSource.transaction('SERIALIZABLE', async (first) => {
    await first.query(count);
    await write(first, 'first');
    await other.transaction('SERIALIZABLE', async (second) => {
      await second.query(count);
      await write(second, 'second');
    });
  });
  await expect(skewed).rejects.toThrow(SerializationFailure);
  await other.destroy();
  expect(await dataSource.manager.countBy(Author, { platformId: 'first' })).toBe(0);
});
