/** Catch blocks and exception filters that were written for TypeORM alone. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { Catch, type ExceptionFilter } from '@nestjs/common';
import { selectExceptionFilterMetadata } from '@nestjs/common/utils/select-exception-filter-metadata.util.js';
import { inspect } from 'node:util';
import { EntityNotFoundError, QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import { DATABASE_ERRORS, DatabaseError, UniqueViolation } from '../../../src/errors/translate.js';
import { EntityNotFound } from '../../../src/errors/database-error.js';
import { SharedDbError } from '../../../src/errors/shared-db-error.js';
import { createDataSource } from '../../../src/data-source.js';
import { Author, Post } from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import { ID, rowOf } from '../../support/rows.js';

const SECRET = 'invented_handle';
const db = useDatabase();
let count = 0;

afterAll(() => {
  console.log(`catch blocks for TypeORM: ${count} combinations of an error and a way to it`);
});

type Ask = (manager: EntityManager) => Promise<unknown>;

/** Each way in which a service calls TypeORM. */
const WAYS: Readonly<Record<string, (dataSource: DataSource, ask: Ask) => Promise<unknown>>> = {
  'a manager': (dataSource, ask) => ask(dataSource.manager),
  'a transaction': (dataSource, ask) => dataSource.transaction(ask),
  'a nested transaction': (dataSource, ask) => dataSource.transaction((manager) => manager.transaction(ask)),
  'a query runner': async (dataSource, ask) => {
    const runner = dataSource.createQueryRunner();
    try {
      return await ask(runner.manager);
    } finally {
      await runner.release();
    }
  },
};

interface Failure {
  readonly name: string;
  /** What `driverError.code` is. */
  readonly state: string;
  readonly driverError?: Readonly<Record<string, unknown>>;
  readonly ask: Ask;
}

const UNIQUE = { table: 'authors', constraint: 'uq_authors__platform_platform_id' };
const author = rowOf(Author, { platformId: SECRET, handle: SECRET });
const orphan = rowOf(Post, { content: SECRET });
const INSERT = 'INSERT INTO authors (platform, platform_id, handle) VALUES ($1, $2, $3)';
const twice = (write: Ask): Ask => {
  return async (manager) => {
    await manager.query(`${INSERT} ON CONFLICT DO NOTHING`, ['TWITTER', SECRET, SECRET]);
    return write(manager);
  };
};
const failure = (name: string, state: string, ask: Ask, driverError = {}): Failure => ({
  name,
  state,
  ask,
  driverError,
});

const FAILURES: readonly Failure[] = [
  failure(
    'save() of a key that exists',
    '23505',
    twice((m) => m.getRepository(Author).save({ ...author })),
    UNIQUE,
  ),
  failure(
    'insert() of a key that exists',
    '23505',
    twice((m) => m.getRepository(Author).insert({ ...author })),
    UNIQUE,
  ),
  failure(
    'a query builder that inserts it',
    '23505',
    twice((m) =>
      m
        .createQueryBuilder()
        .insert()
        .into(Author)
        .values({ ...author })
        .execute(),
    ),
    UNIQUE,
  ),
  failure(
    'a raw query that inserts it',
    '23505',
    twice((m) => m.query(INSERT, ['TWITTER', SECRET, SECRET])),
    UNIQUE,
  ),
  failure('save() of a child without parent', '23503', (m) => m.save(Post, { ...orphan }), {
    table: 'posts',
    constraint: 'fk_posts__author_id',
  }),
  failure(
    'update() past a rule',
    '23514',
    twice((m) =>
      m
        .createQueryBuilder()
        .update(Author)
        .set({ followerCount: () => '-1' })
        .execute(),
    ),
    { table: 'authors' },
  ),
  failure(
    'a missing value',
    '23502',
    (m) => m.query('INSERT INTO authors (platform, platform_id) VALUES ($1, $2)', ['TWITTER', SECRET]),
    { table: 'authors', column: 'handle', schema: 'public' },
  ),
  failure('findOneBy() of what is no uuid', '22P02', (m) => m.findOneBy(Author, { id: SECRET })),
  failure('upsert() of one key twice', '21000', (m) =>
    m.upsert(Author, [{ ...author }, { ...author }], ['platform', 'platformId']),
  ),
  failure('where() with a column that does not exist', '42703', (m) =>
    m.createQueryBuilder(Author, 'a').where('a.nothing = :x', { x: SECRET }).getMany(),
  ),
  failure('clear() of a table that others refer to', '0A000', (m) => m.clear(Author)),
  failure('a syntax error', '42601', (m) => m.query('SELEKT $1', [SECRET])),
  failure('a statement that takes too long', '57014', async (m) =>
    m.query(`SET statement_timeout = '20ms'; SELECT pg_sleep(5)`),
  ),
];

/** What the documentation of NestJS shows. */
@Catch(QueryFailedError)
class QueryFailedFilter implements ExceptionFilter {
  catch(exception: QueryFailedError<Error & { code?: string }>): string {
    return exception.driverError.code === '23505' ? 'Conflict' : 'Internal Server Error';
  }
}

@Catch(EntityNotFoundError)
class EntityNotFoundFilter implements ExceptionFilter {
  catch(): string {
    return 'Not Found';
  }
}

/** Finds the filter as NestJS does, with the function that it uses. */
function answerOf(error: unknown): unknown {
  const filters = [QueryFailedFilter, EntityNotFoundFilter].map((Filter) => ({
    func: (exception: never): unknown => new Filter().catch(exception),
    exceptionMetatypes: Reflect.getMetadata('__filterCatchExceptions__', Filter) as [],
  }));
  return selectExceptionFilterMetadata(filters as never, error)?.func(error, undefined as never) as unknown;
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  count += 1;
  return work.then(
    () => {
      throw new Error('Nothing was thrown.');
    },
    (error: unknown) => error,
  );
}

/** Everything that a handler may read, and nothing that it must not show. */
function expectClean(error: unknown): void {
  const { query, parameters, driverError } = error as QueryFailedError;
  if (error instanceof QueryFailedError) {
    expect({ query, parameters }).toEqual({ query: '', parameters: [] });
    for (const field of ['detail', 'where', 'internalQuery', 'hint', 'query', 'parameters', 'dataType', 'position'])
      expect(driverError).not.toHaveProperty(field);
  }
  const shown = [
    inspect(error, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(error),
    String(error),
    JSON.stringify({ ...(error as object) }),
    inspect(structuredClone(error), { depth: 9, showHidden: true }),
    inspect(driverError, { depth: 9, showHidden: true }),
  ];
  expect(shown.join('\n')).not.toContain(SECRET);
}

describe.each(Object.entries(WAYS))('through %s', (_way, through) => {
  test.each(FAILURES)('$name is a QueryFailedError ($state)', async ({ state, driverError = {}, ask }) => {
    const error = await thrownBy(through(db.dataSource, ask));
    expect(error).toBeInstanceOf(QueryFailedError);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toBeInstanceOf(SharedDbError);
    const failed = error as QueryFailedError;
    expect(failed.driverError).toBeInstanceOf(Error);
    expect(failed.driverError).toMatchObject({ code: state, ...driverError });
    expect(answerOf(error)).toBe(state === '23505' ? 'Conflict' : 'Internal Server Error');
    expectClean(error);
  });

  test.each<[string, Ask]>([
    ['findOneOrFail()', (m) => m.getRepository(Author).findOneOrFail({ where: { handle: `${SECRET}_nobody` } })],
    ['findOneByOrFail()', (m) => m.findOneByOrFail(Author, { handle: `${SECRET}_nobody` })],
    [
      'getOneOrFail()',
      (m) =>
        m
          .createQueryBuilder(Author, 'a')
          .where({ handle: `${SECRET}_nobody` })
          .getOneOrFail(),
    ],
  ])('%s throws an EntityNotFoundError', async (_name, ask) => {
    const error = await thrownBy(through(db.dataSource, ask));
    expect(error).toBeInstanceOf(EntityNotFoundError);
    expect(error).toBeInstanceOf(EntityNotFound);
    expect(error).toBeInstanceOf(SharedDbError);
    expect(error).toMatchObject({ entityClass: Author, criteria: undefined, entity: 'Author' });
    expect(answerOf(error)).toBe('Not Found');
    expectClean(error);
  });
});

test('a connection that is refused is a QueryFailedError with the code of the network', async () => {
  const url = new URL(db.url);
  url.port = '1';
  const error = await thrownBy(createDataSource({ url: url.href, connectRetryMs: 0 }).initialize());
  expect(error).toBeInstanceOf(QueryFailedError);
  expect(error).toMatchObject({ code: 'CONNECTION_LOST', driverError: { code: 'ECONNREFUSED' } });
});

test('a connection that ends in a statement is a QueryFailedError', async () => {
  const runner = db.dataSource.createQueryRunner();
  const [{ pid }] = (await runner.query('SELECT pg_backend_pid() AS pid')) as unknown as [{ pid: number }];
  const running = thrownBy(runner.query('SELECT pg_sleep(30), $1::text', [SECRET]));
  await db.dataSource.query('SELECT pg_terminate_backend($1) FROM (SELECT pg_sleep(0.2)) AS _ WHERE $1 IS NOT NULL', [
    pid,
  ]);
  const error = await running;
  expect(error).toBeInstanceOf(QueryFailedError);
  expect(error).toMatchObject({ code: 'CONNECTION_LOST', driverError: { code: '57P01' } });
  expectClean(error);
  await runner.release();
});

test.each(DATABASE_ERRORS.map((Class) => [Class.name, Class] as const))('%s is of both hierarchies', (_name, Class) => {
  count += 1;
  const error = new Class({ sqlState: 'XX000', table: 'authors' });
  expect(error).toBeInstanceOf(QueryFailedError);
  expect(error).toBeInstanceOf(SharedDbError);
  expect(error).toBeInstanceOf(Class);
  expect(error.driverError).toBeInstanceOf(Error);
  expect(error.name).toBe(Class.name);
  expect(error.stack).toMatch(new RegExp(`^${Class.name}: authors: `));
});

test('instanceof SharedDbError is false for the errors of others', () => {
  const others = [
    new Error('x'),
    new QueryFailedError('', [], new Error('x')),
    new EntityNotFoundError(Author, {}),
    ID,
  ];
  for (const other of [...others, {}, null, undefined]) expect(other).not.toBeInstanceOf(SharedDbError);
  expect(new EntityNotFound('Author')).not.toBeInstanceOf(UniqueViolation);
  expect(new UniqueViolation()).not.toBeInstanceOf(EntityNotFound);
});
