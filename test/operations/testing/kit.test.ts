import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Archetype, Author, Decision, ENTITIES, Escalation, Post, Reply } from '../../../src/entities/index.js';
import { PostRepository } from '../../../src/repositories/index.js';
import {
  createClock,
  createTestDatabase,
  make,
  startTestServer,
  type TestDatabase,
  withRollback,
} from '../../../src/testing/index.js';
import { preparedServer } from '../../support/databases.js';
import { withNodeEnv } from '../../support/node-env.js';
import { on } from '../../support/sql.js';

jest.setTimeout(60_000);

const server = preparedServer().url;
const given = process.env.TEST_DATABASE_URL;
let database: TestDatabase;

const listDatabases = async (prefix: string): Promise<string[]> => {
  const { rows } = await on(server, `SELECT datname FROM pg_database WHERE starts_with(datname, '${prefix}')`);
  return (rows as { datname: string }[]).map(({ datname }) => datname);
};

beforeAll(async () => {
  process.env.TEST_DATABASE_URL = server;
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
  for (const template of await listDatabases('shared_db_template_')) {
    await on(server, `ALTER DATABASE ${template} IS_TEMPLATE false`);
    await on(server, `DROP DATABASE ${template}`);
  }
  if (given === undefined) delete process.env.TEST_DATABASE_URL;
});

describe('createTestDatabase()', () => {
  it('gives four callers at once a migrated database of their own with the reference rows, from one template', async () => {
    const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase()));
    expect(new Set(databases.map(({ url }) => url)).size).toBe(4);
    await make(databases[0]?.dataSource ?? database.dataSource, Author);
    const counts = await Promise.all(databases.map(({ dataSource }) => dataSource.getRepository(Author).count()));
    expect(counts).toEqual([1, 0, 0, 0]);
    expect(await databases[1]?.dataSource.getRepository(Archetype).count()).toBe(8);
    expect(await listDatabases('shared_db_template_')).toHaveLength(1);
    await Promise.all(databases.map((each) => each.drop()));
    const left = await listDatabases('shared_db_test_');
    expect(left).toEqual([new URL(database.url).pathname.slice(1)]);
  });

  it('makes a template anew that a killed process left half made', async () => {
    const [template = ''] = await listDatabases('shared_db_template_');
    await on(server, `ALTER DATABASE ${template} IS_TEMPLATE false`);
    const other = await createTestDatabase();
    expect(await other.dataSource.getRepository(Archetype).count()).toBe(8);
    await other.drop();
  });

  it('refuses NODE_ENV production and says what to set', async () => {
    await withNodeEnv('production', async () => {
      await expect(startTestServer()).rejects.toThrow(/NODE_ENV must be test, development or unset/);
    });
  });

  it('says what to grant when the role may not create databases', async () => {
    await on(server, 'CREATE ROLE without_createdb LOGIN');
    process.env.TEST_DATABASE_URL = Object.assign(new URL(server), { username: 'without_createdb' }).href;
    try {
      await expect(createTestDatabase()).rejects.toThrow(/TEST_DATABASE_URL.*CREATEDB|password|authentication/);
    } finally {
      process.env.TEST_DATABASE_URL = server;
      await on(server, 'DROP ROLE without_createdb');
    }
  });
});

describe('make()', () => {
  it.each(ENTITIES.map((entity) => [entity.name, entity] as const))('stores a valid %s twice', async (_, entity) => {
    await withRollback(database.dataSource, async (manager) => {
      const before = await manager.count<object>(entity);
      await make<object>(manager, entity);
      await make<object>(manager, entity);
      expect(await manager.count<object>(entity)).toBe(before + 2);
    });
  });

  it('keeps the given values, uses given parents, and completes what they require', async () => {
    await withRollback(database.dataSource, async (manager) => {
      const author = await make(manager, Author, { platform: 'REDDIT', handle: 'ann-of_7' });
      const post = await make(manager, Post, { authorId: author.id, platform: 'REDDIT' });
      const decision = await make(manager, Decision, { post });
      const reply = await make(manager, Reply, { decisionId: decision.id, postedAt: new Date('2026-02-01') });
      expect(reply).toMatchObject({ approvalStatus: 'APPROVED', approvedBy: 'operator_1' });
      expect(await make(manager, Escalation, { replyId: reply.id, status: 'RESOLVED' })).toMatchObject({
        postId: null,
        resolvedBy: 'operator_1',
      });
      expect(await manager.count(Author)).toBe(1);
    });
  });

  it('refuses values that break a rule', async () => {
    await expect(make(database.dataSource, Author, { followerCount: -1 })).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
    });
  });
});

describe('withRollback()', () => {
  it('leaves nothing behind, returns the result, and passes an error on', async () => {
    const count = await withRollback(database.dataSource, async (manager) => {
      await make(manager, Post);
      expect(await PostRepository.of(manager).claim()).toHaveLength(1);
      return manager.count(Post);
    });
    expect(count).toBe(1);
    const failing = withRollback(database.dataSource, async (manager) => {
      await make(manager, Post);
      throw new Error('the test failed');
    });
    await expect(failing).rejects.toThrow('the test failed');
    expect(await database.dataSource.getRepository(Post).count()).toBe(0);
  });
});

describe('createClock()', () => {
  it('stands still until it is advanced', () => {
    const clock = createClock(new Date('2026-03-01T00:00:00Z'));
    expect(clock.now()).toEqual(clock.now());
    clock.advance(90_000);
    expect(clock.now().toISOString()).toBe('2026-03-01T00:01:30.000Z');
  });
});
