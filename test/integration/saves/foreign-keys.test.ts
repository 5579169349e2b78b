import { describe, expect, test } from '@jest/globals';
import type { ObjectLiteral, RelationMetadata, Repository } from 'typeorm';
import { Author, Post } from '../../../src/entities/index.js';
import { EntityValidationError } from '../../../src/validation/validation-error.js';
import { useDatabase } from '../../support/database.js';
import { changedRows, contents, keyOf, newRow, owningRelations, store, WRITTEN_ONCE } from './population.js';

/* A foreign key is an ordinary property. A write is refused when it and its relation name different rows. */
const db = useDatabase();

const repositoryOf = (target: unknown): Repository<ObjectLiteral> =>
  db.dataSource.getRepository(target as new () => ObjectLiteral);

/** The foreign keys of rows that may be changed. */
const changeable = (): RelationMetadata[] =>
  owningRelations(db.dataSource).filter(({ entityMetadata }) => !WRITTEN_ONCE.includes(entityMetadata.target));

/** A stored row, the parent that it has, and another. */
async function familyOf(relation: RelationMetadata) {
  const { entityMetadata, inverseEntityMetadata, propertyName: property } = relation;
  const parentId = await store(db.dataSource, inverseEntityMetadata.target);
  const otherId = await store(db.dataSource, inverseEntityMetadata.target);
  const key = keyOf(relation);
  const id = await store(db.dataSource, entityMetadata.target, { [key]: parentId });
  const repository = repositoryOf(entityMetadata.target);
  const load = async (): Promise<ObjectLiteral> =>
    repository.findOneOrFail({ where: { id }, relations: { [property]: true } });
  const storedKey = async (): Promise<unknown> => (await repository.findOneByOrFail({ id }))[key];
  return { repository, property, key, id, parentId, otherId, load, storedKey, target: entityMetadata.target };
}

async function expectRefused(write: () => Promise<unknown>, ...names: string[]): Promise<void> {
  const error: unknown = await write().then(
    () => 'It was written.',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EntityValidationError);
  for (const name of names) expect(String(error)).toContain(name);
}

async function expectNoChange(work: () => Promise<void>): Promise<void> {
  const before = await contents(db.dataSource);
  await work();
  expect(changedRows(before, await contents(db.dataSource))).toEqual([]);
}

test('every write accepts a foreign key as its own property', async () => {
  const posts = db.dataSource.getRepository(Post);
  const [first, second] = [await store(db.dataSource, Author), await store(db.dataSource, Author)];
  const post = posts.create(newRow(Post, { authorId: undefined }));
  post.authorId = first;
  await posts.save(post);
  expect(post.authorId).toBe(first);
  post.authorId = second;
  await posts.save(post);
  const keyOfPost = async (): Promise<string> => (await posts.findOneByOrFail({ id: post.id })).authorId;
  expect(await keyOfPost()).toBe(second);
  await posts.update({ id: post.id }, { authorId: first });
  expect(await keyOfPost()).toBe(first);
  await posts.createQueryBuilder().update().set({ authorId: second }).whereInIds(post.id).execute();
  expect(await keyOfPost()).toBe(second);
  const { platform, platformPostId, content } = post;
  await posts.upsert({ platform, platformPostId, content, authorId: first }, ['platform', 'platformPostId']);
  expect(await keyOfPost()).toBe(first);
  await posts.insert({ platform, platformPostId: 'other', content, authorId: second });
  expect(await posts.countBy({ authorId: second })).toBe(1);
});

test('every foreign key of a loaded row can be changed by its property when the relation is not loaded', async () => {
  for (const relation of changeable()) {
    const { repository, key, id, otherId, storedKey } = await familyOf(relation);
    const row = await repository.findOneByOrFail({ id });
    row[key] = otherId;
    expect(await repository.save(row)).toMatchObject({ [key]: otherId });
    expect(await storedKey()).toBe(otherId);
  }
}, 60_000);

describe('a relation and a foreign key that name different rows are refused', () => {
  test('on insert', async () => {
    for (const relation of owningRelations(db.dataSource)) {
      const { repository, property, key, parentId, otherId, target } = await familyOf(relation);
      const row = newRow(target, { [property]: { id: parentId }, [key]: otherId });
      const message = `${property} and ${key} name different rows: set one of them, or both to the same row`;
      await expectNoChange(async () => {
        await expectRefused(() => repository.save({ ...row }), message);
        await expectRefused(() => repository.save(repository.create(row)), message);
        await expectRefused(() => repository.save(repository.merge(repository.create(), row)), message);
        await expectRefused(() => repository.save([{ ...row }], { listeners: false }), message);
        await expectRefused(() => repository.insert(row), message);
        await expectRefused(() => repository.insert([repository.create(row)]), message);
        await expectRefused(() => repository.upsert(row, ['id']), message);
        await expectRefused(() => repository.createQueryBuilder().insert().values(row).execute(), message);
        await expectRefused(() => repository.insert({ ...row, [key]: null }), property, key);
        await expectRefused(() => repository.insert({ ...row, [property]: null }), property, key);
        await expectRefused(() => repository.save({ ...row, [property]: null }), property, key);
      });
    }
  }, 60_000);

  test('on update', async () => {
    for (const relation of owningRelations(db.dataSource)) {
      const { repository, property, key, id, parentId, otherId, load } = await familyOf(relation);
      const message = `${property} and ${key} name different rows: set one of them, or both to the same row`;
      const loaded = await load();
      const part = { [property]: { id: parentId }, [key]: otherId };
      await expectNoChange(async () => {
        await expectRefused(() => repository.save(Object.assign(loaded, { [key]: otherId })), message);
        await expectRefused(() => repository.save(Object.assign(loaded, { [key]: null })), message);
        await expectRefused(() => repository.save([{ ...loaded, [key]: otherId }]), message);
        await expectRefused(() => repository.save({ ...loaded, [property]: { id: otherId } }), message);
        await expectRefused(() => repository.save(loaded, { listeners: false }), message);
        await expectRefused(() => repository.save({ id, ...part }), message);
        await expectRefused(() => repository.update({ id }, part), message);
        await expectRefused(() => repository.createQueryBuilder().update().set(part).whereInIds(id).execute(), message);
        await expectRefused(() => repository.update({ id }, { ...part, [property]: null }), property, key);
      });
    }
  }, 60_000);
});

test('a relation and a foreign key that name the same row are accepted', async () => {
  for (const relation of changeable()) {
    const { repository, property, key, id, otherId, load, storedKey } = await familyOf(relation);
    const both = { [property]: { id: otherId }, [key]: otherId };
    await repository.save(Object.assign(await load(), both));
    expect(await storedKey()).toBe(otherId);
    await repository.save({ ...(await load()), ...both });
    await repository.update({ id }, both);
    expect(await storedKey()).toBe(otherId);
  }
}, 60_000);

describe('a loaded row whose relation is replaced', () => {
  test('follows the relation, and shows it', async () => {
    for (const relation of changeable()) {
      const { repository, property, key, otherId, load, storedKey } = await familyOf(relation);
      const row = await repository.save(Object.assign(await load(), { [property]: { id: otherId } }));
      expect(row[key]).toBe(otherId);
      expect(await storedKey()).toBe(otherId);
    }
  }, 60_000);

  test('follows null, where there may be none', async () => {
    const nullable = changeable().filter(({ isNullable }) => isNullable);
    for (const relation of nullable) {
      const { repository, property, key, load, storedKey } = await familyOf(relation);
      const row = await repository.save(Object.assign(await load(), { [property]: null }));
      expect([row[property], row[key]]).toEqual([null, null]);
      expect(await storedKey()).toBeNull();
    }
    expect(nullable.length).toBeGreaterThan(5);
  });

  test('is as it was when the save fails', async () => {
    const posts = db.dataSource.getRepository(Post);
    const post = await posts.findOneByOrFail({ id: await store(db.dataSource, Post) });
    const { authorId } = post;
    const other = await db.dataSource.manager.findOneByOrFail(Author, { id: await store(db.dataSource, Author) });
    await expect(posts.save(Object.assign(post, { author: other, errorCount: -1 }))).rejects.toThrow('errorCount');
    expect(post.authorId).toBe(authorId);
  });
});
