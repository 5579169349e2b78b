import { beforeEach, describe, expect, test } from '@jest/globals';
import type { EntitySubscriberInterface, ObjectLiteral, Repository } from 'typeorm';
import { Author, KpiMetric, CardinalityViolation } from '@shared/db';
import { useDatabase } from '../../support/database.js';
import { rowOf, type Row } from '../../support/rows.js';
import { storeParents, unique } from '../validation/graph.js';

const db = useDatabase();
const KEY = ['platform', 'platformId'];
const COLUMNS = ['platform', 'platform_id'];

let authors: Repository<ObjectLiteral>;
beforeEach(async () => {
  authors = db.dataSource.getRepository<ObjectLiteral>(Author);
  await authors.deleteAll();
});

const author = (platformId: string, changes: Row = {}): Row => rowOf(Author, { platformId, ...changes });
const stored = async (): Promise<Map<string, Author>> =>
  new Map((await db.dataSource.manager.find(Author)).map((row) => [row.platformId, row]));

type Write = (rows: Row[]) => Promise<{ identifiers: ObjectLiteral[]; generatedMaps: ObjectLiteral[]; raw: unknown }>;
const insert = () => authors.createQueryBuilder().insert();

/** Each way in which PostgreSQL may store fewer rows than it is given, or none. */
const WRITES: readonly (readonly [string, Write])[] = [
  ['orIgnore()', (rows) => insert().values(rows).orIgnore().execute()],
  ['orIgnore() and returning()', (rows) => insert().values(rows).orIgnore().returning(['handle']).execute()],
  ['orIgnore() and returning all', (rows) => insert().values(rows).orIgnore().returning('*').execute()],
  ['orIgnore() and returning() without the key', (rows) => insert().values(rows).orIgnore().returning('id').execute()],
  ['orIgnore() without listeners', (rows) => insert().values(rows).orIgnore().callListeners(false).execute()],
  [
    'upsert() of what changes',
    (rows) => authors.upsert(rows, { conflictPaths: KEY, skipUpdateIfNoValuesChanged: true }),
  ],
  [
    'upsert() of what changes, returning',
    (rows) => authors.upsert(rows, { conflictPaths: KEY, skipUpdateIfNoValuesChanged: true, returning: ['handle'] }),
  ],
  ['upsert()', (rows) => authors.upsert(rows, KEY)],
  [
    'orUpdate() on a condition',
    (rows) =>
      insert()
        .values(rows)
        .orUpdate(['display_name'], COLUMNS, { overwriteCondition: { where: 'Author.followerCount > 5' } })
        .execute(),
  ],
  [
    'orUpdate() of nothing that is given',
    (rows) => insert().values(rows).orUpdate(['is_power_user'], COLUMNS).execute(),
  ],
  [
    'orUpdate() of a constraint by name',
    (rows) =>
      insert()
        .values(rows)
        .orUpdate(['display_name'], 'uq_authors__platform_platform_id', { skipUpdateIfNoValuesChanged: true })
        .execute(),
  ],
];

/** Which of the rows exist already, by position. */
const EXISTING: readonly (readonly number[])[] = [[], [0], [1], [0, 1], [3], [1, 2], [0, 1, 2, 3]];

const CASES = WRITES.flatMap(([by, write]) =>
  [false, true].flatMap((isInstance) => EXISTING.map((existing) => [by, existing, isInstance, write] as const)),
);

describe(`every object has its own id after a bulk write, or none: ${CASES.length} cases`, () => {
  test.each(CASES)('%s, existing: %j, instances: %s', async (by, existing, isInstance, write) => {
    for (const position of existing) await authors.insert(author(`a${position}`, { displayName: 'Ann' }));
    const rows = [0, 1, 2, 3].map((position) => {
      const row: unknown = isInstance ? new Author() : {};
      return Object.assign(row as Row, author(`a${position}`, { displayName: 'Ann' }));
    });
    const heard: ObjectLiteral[] = [];
    const subscriber: EntitySubscriberInterface = {
      afterInsert: ({ entity }) => void heard.push(entity as ObjectLiteral),
    };
    db.dataSource.subscribers.push(subscriber);
    const { identifiers, generatedMaps } = await write(rows).finally(() => db.dataSource.subscribers.pop());

    const inDatabase = await stored();
    expect(inDatabase.size).toBe(4);
    for (const [position, row] of rows.entries()) {
      const truth = inDatabase.get(`a${position}`);
      const isNew = !existing.includes(position);
      expect([truth?.id, undefined]).toContain(row.id);
      expect(by.includes('without the key') || (row.createdAt === undefined) === (row.id === undefined)).toBe(true);
      if (isNew && !by.includes('without the key')) expect(row.id).toBe(truth?.id);
      if (row.createdAt !== undefined)
        expect(row).toMatchObject({ id: truth?.id, createdAt: truth?.createdAt, followerCount: 0 });
      expect(identifiers[position]?.id).toBe(row.id);
      expect(generatedMaps[position]?.id).toBe(row.id);
      if (!by.includes('without listeners')) expect(heard[position]?.id).toBe(row.id);
      // Nothing was added that the caller did not give and TypeORM does not return.
      expect(row.platformId).toBe(`a${position}`);
    }
    expect(identifiers).toHaveLength(4);
  });
});

describe('ids are certain or absent', () => {
  test('where one key is given twice', async () => {
    const rows = [author('a'), author('a', { displayName: 'Ann' }), author('b')];
    const { identifiers } = await insert().values(rows).orIgnore().execute();
    const id = (await stored()).get('b')?.id;
    expect(rows.map((row) => row.id)).toEqual([undefined, undefined, id]);
    expect(identifiers).toEqual([undefined, undefined, { id }]);
  });

  test('where a row brings an id that is not stored', async () => {
    await authors.insert(author('a'));
    const id = '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11';
    const rows = [author('a', { id }), author('b')];
    const { identifiers } = await insert().values(rows).orIgnore().execute();
    expect(await authors.existsBy({ id })).toBe(false);
    expect(identifiers[0]).toBeUndefined();
    expect(rows[1]?.id).toBe((await stored()).get('b')?.id);
  });

  test('where the conflict is over the id itself, which then is that of the row', async () => {
    await authors.insert(author('a'));
    const id = (await stored()).get('a')?.id;
    const rows = [author('a', { id }), author('b', { id: '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11' })];
    const { identifiers } = await authors.upsert(rows, { conflictPaths: ['id'], skipUpdateIfNoValuesChanged: true });
    expect(identifiers).toEqual([{ id }, { id: rows[1]?.id }]);
  });

  test('where the key has days and nulls', async () => {
    const { metricTypeId } = await storeParents(db.dataSource);
    const metrics = db.dataSource.getRepository<ObjectLiteral>(KpiMetric);
    const metric = (date: string, platform: string | null): Row => rowOf(KpiMetric, { metricTypeId, date, platform });
    await metrics.insert(metric('2026-01-01', null));
    const rows = [metric('2026-01-01', null), metric('2026-01-01', 'TWITTER'), metric('2026-01-02', null)];
    await metrics.createQueryBuilder().insert().values(rows).orIgnore().execute();
    for (const row of rows.slice(1)) {
      expect(await metrics.findOneByOrFail({ id: row.id })).toMatchObject({ date: row.date, platform: row.platform });
    }
    expect(rows[0]?.id).toBeUndefined();
  });

  test('where rows come from a SELECT: nobody gave any', async () => {
    await authors.insert(author('a'));
    const source = authors
      .createQueryBuilder('s')
      .select('s.platform', 'a')
      .addSelect(`'b'`, 'b')
      .addSelect('s.handle', 'c');
    const result = await authors
      .createQueryBuilder()
      .insert()
      .into(Author, ['platform', 'platformId', 'handle'] as never[])
      .valuesFromSelect(source)
      .orIgnore()
      .execute();
    expect(result.identifiers).toEqual([]);
    expect(result.raw).toHaveLength(1);
  });
});

describe('an upsert overwrites what a row gives, and nothing else', () => {
  const before = { followerCount: 6, displayName: 'Ann', isVerified: true, relationshipScore: 0.7 };
  const SHAPES: readonly Row[] = [
    {},
    { followerCount: 7 },
    { displayName: 'Bea' },
    { displayName: null },
    { followerCount: 8, displayName: 'Cyd' },
    { isVerified: false },
    { relationshipScore: undefined, followerCount: 9 },
    { followerCount: 10 },
  ];

  const UPSERTS: readonly (readonly [string, Write])[] = [
    ['upsert()', (rows) => authors.upsert(rows, KEY)],
    [
      'upsert() of what changes',
      (rows) => authors.upsert(rows, { conflictPaths: KEY, skipUpdateIfNoValuesChanged: true }),
    ],
    [
      'orUpdate()',
      (rows) =>
        insert()
          .values(rows)
          .orUpdate(['follower_count', 'display_name', 'is_verified', 'relationship_score'], COLUMNS)
          .execute(),
    ],
    [
      'upsert() in a transaction',
      (rows) => db.dataSource.transaction((manager) => manager.upsert<ObjectLiteral>(Author, rows, KEY)),
    ],
    [
      'upsert() of each by itself',
      async (rows) => {
        for (const row of rows) await authors.upsert(row, KEY);
        return { identifiers: rows, generatedMaps: rows, raw: [] };
      },
    ],
  ];

  test.each(UPSERTS)(`%s of ${SHAPES.length} shapes`, async (_by, upsert) => {
    for (const index of SHAPES.keys()) await authors.insert(author(`old${index}`, before));
    const rows = SHAPES.flatMap((shape, index) => [author(`old${index}`, shape), author(`new${index}`, shape)]);
    const { identifiers, raw } = await upsert(rows);
    const inDatabase = await stored();
    expect(inDatabase.size).toBe(2 * SHAPES.length);
    for (const [index, shape] of SHAPES.entries()) {
      const given = Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
      expect(inDatabase.get(`old${index}`)).toMatchObject({ ...before, ...given });
      expect(inDatabase.get(`new${index}`)).toMatchObject({
        followerCount: 0,
        relationshipScore: 0.5,
        isVerified: false,
        ...given,
      });
    }
    for (const [position, row] of rows.entries()) {
      const id = inDatabase.get(row.platformId as string)?.id;
      expect([id, undefined]).toContain(row.id);
      expect(identifiers[position]?.id).toBe(row.id);
    }
    expect(rows.filter((row) => row.id === undefined).length).toBeLessThanOrEqual(1);
    for (const { id } of raw as ObjectLiteral[]) expect(typeof id).toBe('string');
  });

  test('and says when the row was changed', async () => {
    await authors.insert(author('a', before));
    await db.dataSource.query(`UPDATE authors SET updated_at = '2026-01-01', created_at = '2026-01-01'`);
    await authors.upsert([author('a', { followerCount: 1 }), author('b')], KEY);
    const row = (await stored()).get('a');
    expect(row?.createdAt).toEqual(new Date('2026-01-01'));
    expect(row?.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-02'));
  });

  test.each<[string, (rows: Row[]) => Promise<unknown>]>([
    ['of its own', (rows) => authors.upsert(rows, KEY)],
    ['of the caller', (rows) => db.dataSource.transaction((manager) => manager.upsert(Author, rows, KEY))],
  ])('all or nothing, in a transaction %s', async (_whose, upsert) => {
    await authors.insert(author('a', before));
    const bad = author('c', { relationshipScore: () => '1.5' });
    await expect(upsert([author('a', { followerCount: 1 }), author('b'), bad])).rejects.toThrow('from 0 to 1');
    expect((await stored()).get('a')).toMatchObject(before);
    expect((await stored()).size).toBe(1);
  });

  test('and refuses bad rows before it writes good ones, though the caller goes on', async () => {
    await db.dataSource.transaction(async (manager) => {
      const rows = [author('a'), author('b', { followerCount: -1 })];
      await expect(manager.upsert(Author, rows, KEY)).rejects.toThrow('Author');
    });
    expect((await stored()).size).toBe(0);
  });

  test.each([
    [{}, {}],
    [{ followerCount: 1 }, { displayName: 'Ann' }],
  ])('and refuses one key twice (%j, %j)', async (...shapes) => {
    const twice = authors.upsert(
      shapes.map((shape) => author('a', shape)),
      KEY,
    );
    await expect(twice).rejects.toMatchObject({ sqlState: '21000' });
    await expect(twice).rejects.toThrow(CardinalityViolation);
    await expect(twice).rejects.toThrow('two rows of the batch have the same key');
    expect((await stored()).size).toBe(0);
  });
});

test('the objects of a bulk insert have the ids and dates of their rows', async () => {
  const rows = Array.from({ length: 50 }, () => author(unique()));
  const { identifiers } = await authors.insert(rows);
  const inDatabase = await stored();
  for (const [position, row] of rows.entries()) {
    expect(row.id).toBe(inDatabase.get(row.platformId as string)?.id);
    expect(identifiers[position]).toEqual({ id: row.id });
  }
});
