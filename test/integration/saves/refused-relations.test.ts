import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ObjectLiteral, Repository } from 'typeorm';
import { Archetype, Author, Decision, Experiment, Post } from '../../../src/entities/index.js';
import { EntityValidationError } from '../../../src/validation/validation-error.js';
import { useDatabase } from '../../support/database.js';
import { OTHER_ID, type Row } from '../../support/rows.js';
import { changedRows, contents, inverseRelations, keyOf, newRow, owningRelations, store } from './population.js';

/* save() refuses rows that it would lose or that change other rows, and says what to save instead. */
const db = useDatabase();
let refusals = 0;

afterAll(() => {
  process.stdout.write(`saves: ${refusals} refused, 0 rows changed\n`);
});

const repositoryOf = (target: unknown): Repository<ObjectLiteral> =>
  db.dataSource.getRepository(target as new () => ObjectLiteral);

/** Expects that each write is refused with the message and changes no table. */
async function expectRefused(message: string, ...writes: (() => Promise<unknown>)[]): Promise<void> {
  const before = await contents(db.dataSource);
  for (const write of writes) {
    const error: unknown = await write().then(
      () => 'It was written.',
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(EntityValidationError);
    expect(String(error)).toContain(message);
    refusals += 1;
  }
  expect(changedRows(before, await contents(db.dataSource))).toEqual([]);
}

describe('children given with their parent are refused', () => {
  test('when they are new, and are stored by themselves', async () => {
    for (const relation of inverseRelations(db.dataSource)) {
      const { entityMetadata, inverseEntityMetadata, inverseRelation, propertyName, isOneToMany } = relation;
      const [parents, children] = [repositoryOf(entityMetadata.target), repositoryOf(inverseEntityMetadata.target)];
      const id = await store(db.dataSource, entityMetadata.target);
      const key = inverseRelation ? keyOf(inverseRelation) : '';
      const child = await completeRow(inverseEntityMetadata.target, { [key]: id });
      const list = (item: object): unknown => (isOneToMany ? [item] : item);
      const message = `save the ${inverseEntityMetadata.name} by itself, with ${inverseRelation?.propertyName ?? ''} or ${key}`;
      const parent = await parents.findOneByOrFail({ id });
      const born = newRow(entityMetadata.target, { [propertyName]: list(children.create(child)) });
      await expectRefused(
        message,
        () => parents.save({ id, [propertyName]: list(child) }),
        () => parents.save(Object.assign(parent, { [propertyName]: list(children.create(child)) })),
        () => parents.save({ id, [propertyName]: list({ ...child, id: OTHER_ID }) }),
        () => parents.save(parents.create(born)),
        () => parents.save([born]),
      );
      await expectRefused('leave it out', () => parents.insert(born));
      await children.save(child);
      expect(await children.countBy({ [key]: id })).toBe(1);
    }
  }, 60_000);

  test('when they belong to another parent', async () => {
    for (const relation of inverseRelations(db.dataSource)) {
      const { entityMetadata, inverseEntityMetadata, inverseRelation, propertyName, isOneToMany } = relation;
      const parents = repositoryOf(entityMetadata.target);
      const [id, other] = [
        await store(db.dataSource, entityMetadata.target),
        await store(db.dataSource, entityMetadata.target),
      ];
      const key = inverseRelation ? keyOf(inverseRelation) : '';
      const child = { id: await store(db.dataSource, inverseEntityMetadata.target, { [key]: other }) };
      const message = `is of another ${entityMetadata.name} or of none: set ${inverseRelation?.propertyName ?? ''} of the`;
      const children = isOneToMany ? [child] : child;
      await expectRefused(
        message,
        () => parents.save({ id, [propertyName]: children }),
        () => parents.save({ id, [propertyName]: children }, { listeners: false }),
        () => db.dataSource.transaction((m) => m.save(entityMetadata.target, { id, [propertyName]: children })),
      );
    }
  }, 60_000);

  test('at any depth, with their path', async () => {
    const authorId = await store(db.dataSource, Author);
    const postId = await store(db.dataSource, Post, { authorId });
    const posts = [{ id: postId, decisions: [newRow(Decision, { postId })] }];
    await expectRefused('Author refused: posts[0].decisions[0] is new', () =>
      repositoryOf(Author).save({ id: authorId, posts }),
    );
  });

  test.each([
    ['bare ids', ['6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11'], 'decisions[0] must be an object with an id'],
    ['null in the list', [null], 'decisions[0] must be an object with an id'],
    ['no list', { id: OTHER_ID }, 'decisions must be a list'],
    ['an id that is no uuid', [{ id: 'x' }], 'decisions[0] is not stored'],
  ])('when they are %s', async (_what, decisions, message) => {
    const id = await store(db.dataSource, Experiment);
    await expectRefused(message, () => repositoryOf(Experiment).save({ id, decisions }));
  });
});

describe('a new parent given with its child', () => {
  test('is refused when nothing stores it', async () => {
    for (const relation of owningRelations(db.dataSource)) {
      const { entityMetadata, inverseEntityMetadata, propertyName } = relation;
      const [children, parents] = [repositoryOf(entityMetadata.target), repositoryOf(inverseEntityMetadata.target)];
      const id = await store(db.dataSource, entityMetadata.target);
      const parent = parents.create(newRow(inverseEntityMetadata.target));
      const child = newRow(entityMetadata.target, { [keyOf(relation)]: undefined, [propertyName]: parent });
      const message = `${propertyName} is new: save it first, then this ${entityMetadata.name}`;
      await expectRefused(
        message,
        () => children.save(children.create(child)),
        () => children.save(child, { listeners: false }),
        () => children.save([{ ...child, [propertyName]: newRow(inverseEntityMetadata.target) }]),
        () => children.save({ id, [propertyName]: parent }),
        () => children.insert(child),
        () => children.upsert(child, ['id']),
        () => children.update({ id }, { [propertyName]: parent }),
      );
      const both = [parent, Object.assign(children.create({}), child)];
      await expectRefused('reload: false', () => db.dataSource.manager.save(both, { reload: false }));
    }
  }, 60_000);

  test('is stored by the same save(), in any order', async () => {
    for (const relation of owningRelations(db.dataSource)) {
      const { entityMetadata, inverseEntityMetadata, propertyName, inverseRelation } = relation;
      const [children, parents] = [repositoryOf(entityMetadata.target), repositoryOf(inverseEntityMetadata.target)];
      const pair = async (): Promise<[ObjectLiteral, ObjectLiteral]> => {
        const rest = await completeRow(entityMetadata.target, { [keyOf(relation)]: undefined });
        const parent = parents.create(await completeRow(inverseEntityMetadata.target));
        const child = Object.assign(children.create(rest), { [propertyName]: parent });
        // Both sides may know each other.
        if (inverseRelation) parent[inverseRelation.propertyName] = inverseRelation.isOneToMany ? [child] : child;
        return [parent, child];
      };
      for (const [reversed, chunk] of [
        [false, 0],
        [true, 0],
        [false, 1],
      ] as const) {
        const [parent, child] = await pair();
        await db.dataSource.manager.save(reversed ? [child, parent] : [parent, child], { chunk });
        const stored = await children.findOneByOrFail({ id: child.id as string });
        expect(stored[keyOf(relation)]).toBe(parent.id);
        expect(child[keyOf(relation)]).toBe(parent.id);
      }
      const [parent, child] = await pair();
      await expectRefused('is new: save it first', () => db.dataSource.manager.save([child, parent], { chunk: 1 }));
    }
  }, 60_000);

  test('is saved step by step, though the parent knows all its children', async () => {
    const author = db.dataSource.manager.create(Author, newRow(Author));
    await db.dataSource.manager.save(author);
    const posts = [1, 2].map(() => Object.assign(new Post(), newRow(Post, { authorId: undefined }), { author }));
    author.posts = posts;
    for (const post of posts) await db.dataSource.manager.save(post);
    await db.dataSource.manager.save(author);
    expect(await db.dataSource.manager.countBy(Post, { authorId: author.id })).toBe(2);
  });
});

/** The smallest row, changed, with stored parents where the changes name none. */
async function completeRow(target: unknown, changes: Row = {}): Promise<ObjectLiteral> {
  const row = newRow(target, changes);
  for (const relation of db.dataSource.getMetadata(target as new () => ObjectLiteral).relationsWithJoinColumns) {
    const key = keyOf(relation);
    if (row[key] !== undefined && !(key in changes)) {
      row[key] = await store(db.dataSource, relation.inverseEntityMetadata.target);
    }
  }
  if ('experimentId' in changes) row.experimentVariant = 'A';
  if ('powerTierId' in changes) row.isPowerUser = true;
  return row;
}

describe('the relation query builder', () => {
  let archetypeId: string;
  let decisionId: string;

  beforeAll(async () => {
    archetypeId = await store(db.dataSource, Archetype);
    decisionId = await store(db.dataSource, Decision, { archetypeId });
  });

  test('refuses to write', async () => {
    const other = await store(db.dataSource, Decision);
    const decisions = () => db.dataSource.createQueryBuilder().relation(Archetype, 'decisions').of(archetypeId);
    const message =
      'Archetype refused: decisions is not written by a relation query builder: set the foreign key of the Decision';
    await expectRefused(
      message,
      () => decisions().add(other),
      () => decisions().remove(decisionId),
      () => decisions().addAndRemove(other, decisionId),
    );
    const archetype = () => repositoryOf(Decision).createQueryBuilder().relation('archetype').of(decisionId);
    await expectRefused('Decision refused: archetype is not written', () => archetype().set(null));
    await expectRefused('set the foreign key of the CommunityChampion', () =>
      db.dataSource.transaction(async (manager) =>
        manager.createQueryBuilder().clone().relation(Author, 'champion').of(OTHER_ID).set(null),
      ),
    );
  });

  test('loads', async () => {
    const builder = db.dataSource.createQueryBuilder();
    expect(await builder.relation(Archetype, 'decisions').of(archetypeId).loadMany()).toMatchObject([
      { id: decisionId },
    ]);
    expect(await builder.relation(Decision, 'archetype').of(decisionId).loadOne()).toMatchObject({ id: archetypeId });
  });
});
