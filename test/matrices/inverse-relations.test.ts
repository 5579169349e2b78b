import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EntityManager, ObjectLiteral, RelationMetadata, SaveOptions } from 'typeorm';
import { useDatabase } from '../support/database.js';
import { OTHER_ID } from '../support/rows.js';
import { changedRows, contents, inverseRelations, keyOf, store } from '../integration/saves/population.js';

/*
 * save() writes the rows that it is given, and no others. Tries every relation from a parent to its children with 5 children (or 1)
 * of the parent and 1 of another, each form in which the relation may be given, and each way to save.
 */
const db = useDatabase();

type Saved = ObjectLiteral & { id: string };
interface Family {
  readonly relation: RelationMetadata;
  readonly parentId: string;
  readonly childIds: string[];
}

/** What the n-th save changes in the parent itself; the description of all others. A decision is never changed. */
const CHANGES: Record<string, (n: number) => ObjectLiteral> = {
  Author: (n) => ({ followerCount: n }),
  Post: (n) => ({ errorCount: n }),
  Decision: () => ({}),
  Reply: (n) => ({ helpCount: n }),
  Competitor: (n) => ({ name: `Competitor ${n}` }),
};

const families: Family[] = [];
let saves = 0;
let rowsChanged = 0;

beforeAll(async () => {
  for (const relation of inverseRelations(db.dataSource)) {
    const [parentId, otherId] = [await parentOf(relation), await parentOf(relation)];
    const childIds: string[] = [];
    for (let child = 0; child < (relation.isOneToMany ? 5 : 1); child += 1) {
      childIds.push(await childOf(relation, parentId));
    }
    await childOf(relation, otherId);
    families.push({ relation, parentId, childIds });
  }
}, 60_000);

afterAll(() => {
  process.stdout.write(
    `saves: ${families.length} relations, ${saves} saves of parents, ${rowsChanged} rows of others changed\n`,
  );
});

const parentOf = async ({ entityMetadata }: RelationMetadata): Promise<string> =>
  store(db.dataSource, entityMetadata.target);

async function childOf(
  { inverseEntityMetadata, inverseRelation }: RelationMetadata,
  parentId: string,
): Promise<string> {
  const key = inverseRelation ? keyOf(inverseRelation) : '';
  return store(db.dataSource, inverseEntityMetadata.target, { [key]: parentId });
}

type Shape = (family: Family, manager: EntityManager) => Promise<ObjectLiteral>;

const FILTERED = 'the one child that a filter in where lets through';

const SHAPES: Record<string, Shape> = {
  [FILTERED]: async ({ relation, parentId, childIds }, manager) =>
    manager.findOneOrFail<Saved>(relation.entityMetadata.target, {
      where: { id: parentId, [relation.propertyName]: { id: childIds[0] } },
      relations: { [relation.propertyName]: true },
    }),
  'the one child that a filter in the join lets through': (family, manager) =>
    join(family, manager, family.childIds[0] ?? ''),
  'no child, for a filter in the join lets none through': (family, manager) => join(family, manager, OTHER_ID),
  'all its children': async ({ relation, parentId }, manager) =>
    manager.findOneOrFail<Saved>(relation.entityMetadata.target, {
      where: { id: parentId },
      relations: { [relation.propertyName]: true },
    }),
  'no child': async (family, manager) => given(family, manager, family.relation.isOneToMany ? [] : null),
  'null for its children': async (family, manager) => given(family, manager, null),
  'undefined for its children': async (family, manager) => given(family, manager, undefined),
  'its relation left out': async ({ relation, parentId }, manager) =>
    manager.findOneByOrFail<Saved>(relation.entityMetadata.target, { id: parentId }),
  'a part of its children': async (family, manager) => given(family, manager, childrenOf(family, 2, {})),
  'its children in another order': async (family, manager) => {
    const children = childrenOf(family, 5, {});
    return given(family, manager, Array.isArray(children) ? children.reverse() : children);
  },
  'partial children that show another value': async (family, manager) =>
    given(family, manager, childrenOf(family, 5, { createdAt: new Date(0) })),
  'children with children of their own': async (family, manager) => {
    const nested = family.relation.inverseEntityMetadata.relations
      .filter(({ isOneToMany, isOneToOneNotOwner }) => isOneToMany || isOneToOneNotOwner)
      .map(({ propertyName, isOneToMany }) => [propertyName, isOneToMany ? [] : null]);
    return given(family, manager, childrenOf(family, 3, Object.fromEntries(nested) as ObjectLiteral));
  },
};

async function join({ relation, parentId }: Family, manager: EntityManager, childId: string): Promise<ObjectLiteral> {
  return manager
    .createQueryBuilder<Saved>(relation.entityMetadata.target, 'parent')
    .leftJoinAndSelect(`parent.${relation.propertyName}`, 'child', 'child.id = :childId', { childId })
    .where({ id: parentId })
    .getOneOrFail();
}

async function given({ relation, parentId }: Family, manager: EntityManager, value: unknown): Promise<ObjectLiteral> {
  const parent = await manager.findOneByOrFail<Saved>(relation.entityMetadata.target, { id: parentId });
  return Object.assign(parent, { [relation.propertyName]: value });
}

function childrenOf({ relation, childIds }: Family, most: number, changes: ObjectLiteral): unknown {
  const children = childIds.slice(0, most).map((id) => ({ id, ...changes }));
  return relation.isOneToMany ? children : children[0];
}

type Save = (family: Family, loaded: ObjectLiteral, change: ObjectLiteral) => Promise<unknown>;

const SAVES: Record<string, Save> = {
  'an instance': (_family, loaded, change) => db.dataSource.manager.save(Object.assign(loaded, change)),
  'a plain object': ({ relation }, loaded, change) =>
    db.dataSource.getRepository(relation.entityMetadata.target).save({ ...loaded, ...change }),
  'id, relation and change': async ({ relation, parentId }, loaded, change) => {
    const { [relation.propertyName]: children } = loaded as Record<string, unknown>;
    const part = { id: parentId, [relation.propertyName]: children, ...change };
    return db.dataSource.getRepository<ObjectLiteral>(relation.entityMetadata.target).save(part);
  },
};

const withOptions =
  (options: SaveOptions): Save =>
  (_family, loaded, change) =>
    db.dataSource.manager.save([Object.assign(loaded, change)], options);

/** These ways read the relation in the same way, so two forms are enough. */
const MORE_SAVES: Record<string, Save> = {
  'an array': withOptions({}),
  'reload: false': withOptions({ reload: false }),
  'transaction: false': withOptions({ transaction: false }),
  'chunk: 1': withOptions({ chunk: 1 }),
  'listeners: false': withOptions({ listeners: false }),
  'a transaction': (_family, loaded, change) =>
    db.dataSource.transaction((manager) => manager.save(Object.assign(loaded, change))),
};
const MORE_SHAPES = Object.entries(SHAPES).filter(([name]) => name === FILTERED || name === 'no child');

const saveAll = async (shape: Shape, save: Save): Promise<void> => {
  const before = await contents(db.dataSource);
  const expected = new Set<string>();
  for (const family of families) {
    const { name, tableName } = family.relation.entityMetadata;
    saves += 1;
    const change = CHANGES[name]?.(saves) ?? { description: `Described in save ${saves}.` };
    await save(family, await shape(family, db.dataSource.manager), change);
    if (Object.keys(change).length > 0) expected.add(`${tableName} ${family.parentId}`);
  }
  const changed = changedRows(before, await contents(db.dataSource));
  rowsChanged += changed.filter((place) => !expected.has(place)).length;
  expect(changed.toSorted()).toEqual([...expected].toSorted());
};

describe.each(Object.entries(SHAPES))('a parent with %s', (_name, shape) => {
  test.each(Object.entries(SAVES))('is saved alone as %s', async (_way, save) => saveAll(shape, save), 60_000);
});

describe.each(MORE_SHAPES)('a parent with %s', (_name, shape) => {
  test.each(Object.entries(MORE_SAVES))('is saved alone with %s', async (_way, save) => saveAll(shape, save), 60_000);
});

// No entity has a column for soft deletion, so the last two are refused.
test.each<[string, (manager: EntityManager, row: ObjectLiteral) => Promise<unknown>]>([
  ['remove', (manager, row) => manager.remove(row)],
  ['softRemove', (manager, row) => manager.softRemove(row).catch(() => undefined)],
  ['recover', (manager, row) => manager.recover(row).catch(() => undefined)],
])(
  '%s() touches no child',
  async (method, write) => {
    for (const family of families) {
      const { relation } = family;
      // Uses a second row without children, so that its removal deletes no children.
      const parentId = await parentOf(relation);
      const children = relation.isOneToMany ? childrenOf(family, 5, {}) : null;
      const row = await given({ relation, parentId, childIds: [] }, db.dataSource.manager, children);
      const before = await contents(db.dataSource);
      await write(db.dataSource.manager, row);
      const expected = method === 'remove' ? [`${relation.entityMetadata.tableName} ${parentId}`] : [];
      expect(changedRows(before, await contents(db.dataSource))).toEqual(expected);
    }
  },
  60_000,
);

test('there are 18 such relations', () => {
  expect(families).toHaveLength(18);
});
