import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ObjectLiteral, Repository } from 'typeorm';
import { Author, Post, Reply } from '../../../src/entities/index.js';
import { EntityValidationError } from '../../../src/validation/validation-error.js';
import { useDatabase } from '../../support/database.js';
import { CONTENT, rowOf, type Row } from '../../support/rows.js';
import { storeParents, unique, type Parents } from './graph.js';

const db = useDatabase();
// As untyped as hostile callers are.
let authors: Repository<ObjectLiteral>;
let parents: Parents;
let stored: Author;

const newAuthor = (changes: Row = {}): Author =>
  rowOf(Author, { platformId: unique(), ...changes }) as unknown as Author;
const bad = { relationshipScore: 1.5 };

beforeAll(async () => {
  authors = db.dataSource.getRepository<ObjectLiteral>(Author);
  parents = await storeParents(db.dataSource);
});

beforeEach(async () => {
  stored = await db.dataSource.manager.save(instance(newAuthor()));
});

/** Not create(), which drops what it does not know. */
function instance(row: ObjectLiteral): Author {
  return Object.assign(new Author(), row);
}

/** Refused before anything was sent: with our error, and the table as it was. */
async function expectRefused(write: () => Promise<unknown>, constraint = 'range'): Promise<void> {
  const before = await contents();
  await expect(write()).rejects.toThrow(EntityValidationError);
  await expect(write()).rejects.toMatchObject({ entity: 'Author', violations: [{ constraint }] });
  expect(await contents()).toEqual(before);
}

async function contents(): Promise<unknown> {
  return db.dataSource.query('SELECT * FROM authors ORDER BY id');
}

describe('a bad new row is refused and nothing is written by', () => {
  test.each<[string, (row: ObjectLiteral) => Promise<unknown>]>([
    ['save() of an instance', (row) => authors.save(instance(row))],
    ['save() of a plain object', (row) => authors.save(row)],
    ['save() of several, one of them bad', (row) => authors.save([newAuthor(), row, newAuthor()])],
    ['save() in chunks', (row) => authors.save([newAuthor(), row], { chunk: 1, transaction: true })],
    ['insert() of an instance', (row) => authors.insert(instance(row))],
    ['insert() of a plain object', (row) => authors.insert(row)],
    ['insert() of several, one of them bad', (row) => authors.insert([newAuthor(), row, newAuthor()])],
    ['upsert()', (row) => authors.upsert([newAuthor(), row], ['platform', 'platformId'])],
    ['the query builder', (row) => authors.createQueryBuilder().insert().values([newAuthor(), row]).execute()],
    ['the query builder, on conflict', (row) => authors.createQueryBuilder().insert().values(row).orIgnore().execute()],
    ['a transaction', (row) => db.dataSource.transaction((manager) => manager.save(Author, row))],
  ])('%s', async (_path, write) => {
    await expectRefused(() => write(newAuthor(bad)));
    await expectRefused(() => write(newAuthor({ hadnle: 'ann' })), 'unknown');
    await expectRefused(() => write(newAuthor({ handle: undefined })), 'required');
    await expectRefused(() => write(newAuthor({ handle: 'ann-b' })), 'handle_of_platform');
  });

  test('upsert() of a row that exists', async () => {
    await expectRefused(() =>
      authors.upsert(newAuthor({ ...bad, platformId: stored.platformId }), ['platform', 'platformId']),
    );
  });
});

describe('a bad change is refused and nothing is written by', () => {
  test.each<[string, (change: Row) => Promise<unknown>]>([
    ['save() of a loaded instance', async (change) => authors.save(Object.assign(await load(), change))],
    ['save() of a part', (change) => authors.save({ id: stored.id, ...change })],
    ['update()', (change) => authors.update({ id: stored.id }, change)],
    ['update() by id', (change) => authors.update(stored.id, change)],
    ['updateAll()', (change) => authors.updateAll(change)],
    [
      'the query builder',
      (change) => authors.createQueryBuilder().update().set(change).whereInIds(stored.id).execute(),
    ],
    [
      'preload() and save()',
      async (change) => authors.save((await authors.preload({ id: stored.id, ...change })) ?? []),
    ],
  ])('%s', async (path, write) => {
    await expectRefused(() => write(bad));
    await expectRefused(() => write({ handle: null }), 'required');
    await expectRefused(() => write({ handle: 'ann-b', platform: 'TWITTER' }), 'handle_of_platform');
    await expectRefused(
      () => write({ interactionHistory: [{ type: 'wave', timestamp: '2026-01-02T03:04:05Z' }] }),
      'choice',
    );
    // preload() drops what it does not know before we see it.
    if (!path.startsWith('preload')) await expectRefused(() => write({ displayName: 'Ann', hadnle: 'ann' }), 'unknown');
  });

  test('save(), for a rule over stored and changed values', async () => {
    await expectRefused(() => authors.save({ id: stored.id, handle: 'ann-b' }), 'handle_of_platform');
    await expectRefused(
      async () => authors.save(Object.assign(await load(), { handle: 'ann-b' })),
      'handle_of_platform',
    );
  });

  const load = async (): Promise<ObjectLiteral> => authors.findOneByOrFail({ id: stored.id });
});

describe('good writes are stored by', () => {
  test('every path', async () => {
    await authors.save(instance(newAuthor()));
    await authors.save([newAuthor(), newAuthor()]);
    await authors.insert([newAuthor(), newAuthor()]);
    await authors.upsert(newAuthor({ displayName: 'Ann', platformId: stored.platformId }), ['platform', 'platformId']);
    await authors.update(stored.id, { followerCount: 7 });
    await authors.increment({ id: stored.id }, 'followerCount', 3);
    await authors
      .createQueryBuilder()
      .update()
      .set({ followerCount: () => 'follower_count * 2' })
      .whereInIds(stored.id)
      .execute();
    expect(await authors.findOneByOrFail({ id: stored.id })).toMatchObject({ displayName: 'Ann', followerCount: 20 });
  });

  test('save() of parent and child together, the parent without an id yet', async () => {
    const author = instance(newAuthor());
    const post = db.dataSource
      .getRepository(Post)
      .create(rowOf(Post, { authorId: undefined, platformPostId: unique() }));
    // Not through create(), which would copy the author.
    post.author = author;
    await db.dataSource.manager.save([author, post]);
    expect(post.authorId).toBe(author.id);
  });

  test('save() of a row loaded with its relations', async () => {
    const posts = db.dataSource.getRepository(Post);
    const post = await posts.findOneOrFail({
      where: { id: parents.postId },
      relations: { author: true, decisions: true },
    });
    await posts.save(Object.assign(post, { errorCount: 1, author: stored }));
    expect(await posts.findOneByOrFail({ id: post.id })).toMatchObject({ errorCount: 1, authorId: stored.id });
  });

  test('save() of a row with an unchanged old value that the current rules refuse', async () => {
    const content = `A cure! ${CONTENT}`;
    const [row] = await db.dataSource.query<{ id: string }[]>(
      'INSERT INTO replies (decision_id, content, platform) VALUES ($1, $2, $3) RETURNING id',
      [parents.decisionId, content, 'TWITTER'],
    );
    const replies = db.dataSource.getRepository(Reply);
    const reply = await replies.findOneByOrFail({ id: row?.id ?? '' });
    await replies.save(Object.assign(reply, { helpCount: 7 }));
    await expect(replies.save(Object.assign(reply, { content: `${content}!` }))).rejects.toThrow(
      'no prohibited medical claims',
    );
  });

  test('remove(), delete() and similar calls, which write no values', async () => {
    await authors.delete(stored.id);
    await authors.remove(await authors.save(newAuthor()));
  });
});
