import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Any, In, type ObjectLiteral, type Repository } from 'typeorm';
import { Author, Post, TooManyParameters } from '@shared/db';
import { useDatabase } from '../../support/database.js';
import { rowOf, type Row } from '../../support/rows.js';

jest.setTimeout(60_000);

const db = useDatabase();
const KEY = ['platform', 'platformId'];

let authors: Repository<ObjectLiteral>;
beforeEach(async () => {
  authors = db.dataSource.getRepository<ObjectLiteral>(Author);
  await authors.deleteAll();
});

const author = (platformId: string, changes: Row = {}): Row => rowOf(Author, { platformId, ...changes });
const insert = () => authors.createQueryBuilder().insert();

describe('more parameters than PostgreSQL takes', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);
  const ids = Array.from({ length: 65_536 }, () => '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11');
  const rows = (): Row[] => many(21_846).map((platformId) => author(platformId));
  const posts = () => db.dataSource.getRepository(Post);

  const SENT: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ['insert()', () => authors.insert(rows()), 'at most 21845 rows of authors at once'],
    ['upsert()', () => authors.upsert(rows(), KEY), 'at most 21845 rows of authors at once'],
    ['orIgnore()', () => insert().values(rows()).orIgnore().execute(), 'at most 21845 rows of authors at once'],
    ['save()', () => authors.save(rows()), 'at most 21845 rows of authors at once'],
    ['find(In)', () => authors.findBy({ id: In(ids) }), 'Any(list)'],
    ['update(In)', () => authors.update({ id: In(ids) }, { followerCount: 1 }), 'Any(list)'],
    ['delete(In)', () => authors.delete({ id: In(ids) }), 'Any(list)'],
    ['delete of ids', () => authors.delete(ids), 'Any(list)'],
    [
      'a query builder',
      () => posts().createQueryBuilder('p').where('p.id IN (:...ids)', { ids }).getCount(),
      'Any(list)',
    ],
    ['query()', () => db.dataSource.query('SELECT 1', ids), 'Any(list)'],
    ['stream()', () => db.dataSource.createQueryRunner().stream('SELECT 1', ids), 'Any(list)'],
  ];

  test.each(SENT)('are refused before they are sent: %s', async (_by, send, advice) => {
    const error: unknown = await send().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TooManyParameters);
    expect(error).toMatchObject({ code: 'TOO_MANY_PARAMETERS', retryable: false });
    expect((error as Error).message).toContain('65535');
    expect((error as Error).message).toContain(advice);
  });

  test('leave the connection and the transaction usable', async () => {
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Author, author('a'));
      await expect(manager.query('SELECT 1', ids)).rejects.toThrow(TooManyParameters);
      await expect(manager.upsert(Author, [...rows(), author('x', { followerCount: 1 })], KEY)).rejects.toThrow(
        TooManyParameters,
      );
      await manager.insert(Author, author('b'));
    });
    expect(await authors.count()).toBe(2);
  });

  test('are not many: so many fit', async () => {
    const places = many(65_535).map((_, index) => `$${index + 1}::text`);
    const [row] = await db.dataSource.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM unnest(ARRAY[${places.join()}])`,
      many(65_535),
    );
    expect(row).toEqual({ n: 65_535 });
    expect(await authors.countBy({ id: Any(ids) })).toBe(0);
    await authors.insert(rows().slice(0, 21_845));
    expect(await authors.count()).toBe(21_845);
  });
});
