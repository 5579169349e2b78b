import { runInNewContext } from 'node:vm';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ObjectLiteral, Repository } from 'typeorm';
import { SharedDbError } from '../../src/errors/shared-db-error.js';
import { Author, Reply } from '../../src/entities/index.js';
import { useDatabase } from '../support/database.js';
import { CONTENT, rowOf, type Row } from '../support/rows.js';
import { storeParents, type Parents } from '../integration/validation/graph.js';

/*
 * Values that change on each read: the validated value must be the written value. Both properties below have rules without CHECK (a
 * medical claim, the fields of JSON), so PostgreSQL would not refuse the bad values.
 */
const db = useDatabase();
let parents: Parents;
let stored: string;

const GOOD = CONTENT;
const BAD = `A cure! ${CONTENT}`;
const event = (type: string): Row => ({ type, timestamp: '2026-01-02T03:04:05Z' });
const GOOD_EVENTS = [event('mention')];
const BAD_EVENTS = [event('wave')];

beforeAll(async () => {
  parents = await storeParents(db.dataSource);
});

type Answers = () => boolean;

/** Returns good values for this number of reads, then bad ones. */
const turning = (after: number): Answers => {
  let asked = 0;
  return () => {
    asked += 1;
    return asked <= after;
  };
};

interface Trick {
  readonly name: string;
  /** Puts the property on a row so that it changes. */
  readonly put: (row: ObjectLiteral, property: string, good: unknown, bad: unknown, isGood: Answers) => ObjectLiteral;
}

const proxied = (target: object, property: string, good: unknown, bad: unknown, isGood: Answers): object =>
  new Proxy(target, {
    get: (object, key, receiver): unknown =>
      key === property ? (isGood() ? good : bad) : Reflect.get(object, key, receiver),
    has: (object, key) => key === property || Reflect.has(object, key),
    ownKeys: (object) => [...new Set([...Reflect.ownKeys(object), property])],
    getOwnPropertyDescriptor: (object, key) =>
      key === property
        ? { value: good, writable: true, enumerable: true, configurable: true }
        : Reflect.getOwnPropertyDescriptor(object, key),
  });

/** Of the row itself. */
const OF_ROWS: readonly Trick[] = [
  {
    name: 'a getter',
    put: (row, property, good, bad, isGood) =>
      Object.defineProperty(row, property, {
        get: () => (isGood() ? good : bad),
        enumerable: true,
        configurable: true,
      }),
  },
  {
    name: 'a hidden getter',
    put: (row, property, good, bad, isGood) =>
      Object.defineProperty(row, property, { get: () => (isGood() ? good : bad), configurable: true }),
  },
  {
    name: 'an inherited getter',
    put: (row, property, good, bad, isGood) => {
      const prototype = Object.create(Object.getPrototypeOf(row) as object) as object;
      Object.defineProperty(prototype, property, { get: () => (isGood() ? good : bad), enumerable: true });
      return Object.setPrototypeOf(row, prototype) as ObjectLiteral;
    },
  },
  {
    name: 'a Proxy',
    put: (row, property, good, bad, isGood) => proxied(row, property, good, bad, isGood),
  },
  {
    name: 'a change behind the call',
    put: (row, property, good, bad, isGood) => {
      row[property] = isGood() ? good : bad;
      queueMicrotask(() => (row[property] = isGood() ? good : bad));
      return row;
    },
  },
];

/** Of a text. */
const OF_TEXTS: readonly Trick[] = (['toString', 'valueOf', 'toJSON', 'toPostgres', Symbol.toPrimitive] as const).map(
  (method) => ({
    name: `an object with ${method.toString()}`,
    put: (row, property, good, bad, isGood) =>
      Object.assign(row, {
        [property]: Object.assign(Object(good) as object, { [method]: () => (isGood() ? good : bad) }),
      }),
  }),
);

const firstOf = (list: unknown): Row => (list as Row[])[0] ?? {};

/** Of a list of objects. */
const OF_JSON: readonly Trick[] = [
  {
    name: 'a list with toJSON',
    put: (row, property, good, bad, isGood) =>
      Object.assign(row, {
        [property]: Object.assign([...(good as unknown[])], { toJSON: () => (isGood() ? good : bad) }),
      }),
  },
  {
    name: 'an item with toJSON',
    put: (row, property, good, bad, isGood) =>
      Object.assign(row, {
        [property]: [{ ...(good as Row[])[0], toJSON: () => firstOf(isGood() ? good : bad) }],
      }),
  },
  {
    name: 'an item with an inherited toJSON',
    put: (row, property, good, bad, isGood) => {
      const prototype = { toJSON: () => firstOf(isGood() ? good : bad) };
      return Object.assign(row, { [property]: [Object.assign(Object.create(prototype) as Row, (good as Row[])[0])] });
    },
  },
  {
    name: 'an item with a getter',
    put: (row, property, good, bad, isGood) => {
      const item = { ...(good as Row[])[0] };
      Object.defineProperty(item, 'type', { get: () => ((isGood() ? good : bad) as Row[])[0]?.type, enumerable: true });
      return Object.assign(row, { [property]: [item] });
    },
  },
  {
    name: 'an item that is a Proxy',
    put: (row, property, good, bad, isGood) =>
      Object.assign(row, {
        [property]: [
          proxied({ ...(good as Row[])[0] }, 'type', (good as Row[])[0]?.type, (bad as Row[])[0]?.type, isGood),
        ],
      }),
  },
  {
    name: 'a list that is a Proxy',
    put: (row, property, good, bad, isGood) =>
      Object.assign(row, {
        [property]: new Proxy([...(good as Row[])], {
          get: (list, key): unknown => (key === '0' ? ((isGood() ? good : bad) as Row[])[0] : Reflect.get(list, key)),
        }),
      }),
  },
  {
    name: 'an item changed behind the call',
    put: (row, property, good, bad, isGood) => {
      const items = structuredClone(isGood() ? good : bad) as Row[];
      queueMicrotask(() => Object.assign(items[0] ?? {}, ((isGood() ? good : bad) as Row[])[0]));
      return Object.assign(row, { [property]: items });
    },
  },
];

type Write = (repository: Repository<ObjectLiteral>, row: ObjectLiteral) => Promise<unknown>;

const inserting = (repository: Repository<ObjectLiteral>, row: ObjectLiteral) =>
  repository.createQueryBuilder().insert().values(row);

const PATHS: readonly (readonly [string, Write])[] = [
  ['save()', (repository, row) => repository.save(row)],
  ['save() of a list', (repository, row) => repository.save([row])],
  ['save() of an instance', (repository, row) => repository.manager.save(instanceOf(repository, row))],
  [
    'save() in a transaction',
    (repository, row) => repository.manager.transaction((m) => m.save(repository.target, row)),
  ],
  ['insert()', (repository, row) => repository.insert(row)],
  ['insert() of a list', (repository, row) => repository.insert([row])],
  ['upsert()', (repository, row) => repository.upsert(row, ['id'])],
  ['the query builder', (repository, row) => inserting(repository, row).execute()],
  ['the query builder, on conflict', (repository, row) => inserting(repository, row).orIgnore().execute()],
  ['save() of a change', (repository, row) => repository.save(changeOf(row))],
  ['update()', (repository, row) => repository.update({ id: stored }, changeOf(row, false))],
  ['updateAll()', (repository, row) => repository.updateAll(changeOf(row, false))],
  [
    'the query builder, changing',
    (repository, row) =>
      repository.createQueryBuilder().update().set(changeOf(row, false)).whereInIds(stored).execute(),
  ],
];

/** The same object as an instance of its entity; getters stay getters. */
function instanceOf(repository: Repository<ObjectLiteral>, row: ObjectLiteral): ObjectLiteral {
  const { prototype } = repository.target as { prototype: object };
  let lowest = row;
  while (Object.getPrototypeOf(lowest) !== Object.prototype) lowest = Object.getPrototypeOf(lowest) as ObjectLiteral;
  Object.setPrototypeOf(lowest, prototype);
  return row;
}

/** The same object as a change of the stored row, without the unchanged properties. */
function changeOf(row: ObjectLiteral, withId = true): ObjectLiteral {
  for (const name of Object.keys(row)) {
    if (name !== 'content' && name !== 'interactionHistory') Reflect.deleteProperty(row, name);
  }
  if (withId) row.id = stored;
  return row;
}

const COLUMNS = [
  { entity: Reply, property: 'content', good: GOOD, bad: BAD, tricks: [...OF_ROWS, ...OF_TEXTS] },
  {
    entity: Author,
    property: 'interactionHistory',
    good: GOOD_EVENTS,
    bad: BAD_EVENTS,
    tricks: [...OF_ROWS, ...OF_JSON],
  },
] as const;

const CASES = COLUMNS.flatMap(({ tricks, ...column }) =>
  tricks.flatMap((trick) => PATHS.map(([by, write]) => ({ ...column, trick, by, write }))),
);
/** Number of reads after which a value becomes bad. */
const TURNS = [0, 1, 2, 4, 8];

describe(`the validated value is the written value: ${CASES.length * TURNS.length} cases`, () => {
  const minimal = (entity: typeof Author | typeof Reply): Row =>
    entity === Reply ? rowOf(Reply, { decisionId: parents.decisionId }) : rowOf(Author, { platformId: 'new' });

  beforeEach(async () => {
    await db.dataSource.query('DELETE FROM replies');
    await db.dataSource.query(`DELETE FROM authors WHERE platform_id IN ('new', 'stored')`);
  });

  test.each(CASES.map((one) => [one.entity.name, one.property, one.trick.name, one.by, one] as const))(
    '%s.%s as %s, by %s',
    async (_entity, _property, _trick, _by, { entity, property, good, bad, trick, write }) => {
      const repository = db.dataSource.getRepository<ObjectLiteral>(entity);
      for (const turns of TURNS) {
        await repository
          .createQueryBuilder()
          .delete()
          .where(entity === Author ? `platform_id IN ('new', 'stored')` : 'true')
          .execute();
        const before = entity === Reply ? minimal(Reply) : rowOf(Author, { platformId: 'stored' });
        await repository.insert(before);
        stored = before.id as string;
        const isGood = turning(turns);
        const row = trick.put({ ...minimal(entity) }, property, good, bad, isGood);
        const error: unknown = await write(repository, row).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(SharedDbError);
        const written = (await repository.find()).map((one) => one[property] as unknown);
        expect(written).not.toContainEqual(bad);
        if (error === undefined) expect(written).toContainEqual(good);
      }
    },
  );
});

describe('plain values are written as before', () => {
  test('dates of another realm and subclasses of Date, by their time', async () => {
    class Late extends Date {
      override getTime = (): number => 0;
      override toISOString = (): string => '1970-01-01T00:00:00.000Z';
      override valueOf = (): number => 0;
    }
    const moment = Date.parse('2026-03-04T05:06:07.089Z');
    const authors = db.dataSource.getRepository(Author);
    for (const date of [runInNewContext(`new Date(${moment})`) as Date, new Late(moment)]) {
      const row = rowOf(Author, { platformId: `at ${date.constructor.name}`, firstSeenAt: date, lastSeenAt: date });
      await authors.insert(row);
      expect(await authors.findOneByOrFail({ id: row.id as string })).toMatchObject({ firstSeenAt: new Date(moment) });
    }
  });

  test.each<[string, unknown]>([
    ['a Proxy of a date', new Proxy(new Date('2026-01-01'), {})],
    ['an object like a date', Object.create(new Date('2026-01-01'))],
  ])('%s is not a date', async (_name, value) => {
    const authors = db.dataSource.getRepository<ObjectLiteral>(Author);
    await expect(authors.insert(rowOf(Author, { platformId: 'no date', firstSeenAt: value }))).rejects.toThrow(
      'must be a valid Date',
    );
  });

  test('functions are SQL as column values and refused inside JSON', async () => {
    const authors = db.dataSource.getRepository<ObjectLiteral>(Author);
    const row = rowOf(Author, {
      platformId: 'sql',
      followerCount: () => '3 + 4',
      interactionHistory: () => `'[]'::jsonb`,
    });
    await authors.insert(row);
    expect(await authors.findOneByOrFail({ platformId: 'sql' })).toMatchObject({
      followerCount: 7,
      interactionHistory: [],
    });
    const inside = rowOf(Author, {
      platformId: 'in',
      interactionHistory: [{ ...event('mention'), content: () => '1' }],
    });
    await expect(authors.insert(inside)).rejects.toThrow('must be plain JSON');
  });

  test('values that are not plain are refused also without listeners', async () => {
    const authors = db.dataSource.getRepository<ObjectLiteral>(Author);
    const row = rowOf(Author, { platformId: 'x', interactionHistory: Object.assign([], { toJSON: () => BAD_EVENTS }) });
    await expect(authors.save(row, { listeners: false })).rejects.toThrow('not plain data');
  });

  test('save() returns the given objects with their ids, whatever their class', async () => {
    const authors = db.dataSource.getRepository<ObjectLiteral>(Author);
    const row = Object.assign(new Author(), rowOf(Author, { platformId: 'same' }));
    const list = [row, Object.freeze(rowOf(Author, { platformId: 'frozen' }))];
    expect(await authors.save(list)).toBe(list);
    expect(list[0]).toBe(row);
    expect(row).toBeInstanceOf(Author);
    expect(await authors.findOneByOrFail({ platformId: 'same' })).toMatchObject({
      id: row.id,
      createdAt: row.createdAt,
    });
    expect(await authors.countBy({ platformId: 'frozen' })).toBe(1);
  });
});
