import { beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '../../../src/connection/transaction.js';
import { Author, Post } from '../../../src/entities/index.js';
import { AuthorRepository, PostRepository } from '../../../src/repositories/index.js';
import { useDatabase } from '../../support/database.js';
import { sightingOf } from './sightings.js';

const db = useDatabase();

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
});

const isolationOf = async (manager: { query(sql: string): Promise<unknown> }): Promise<string> => {
  const [row] = (await manager.query('SHOW transaction_isolation')) as { transaction_isolation: string }[];
  return row?.transaction_isolation ?? '';
};

describe('inTransaction()', () => {
  it('commits what several repositories write together, and nothing when the work throws', async () => {
    const write = (fail: boolean) =>
      inTransaction(db.dataSource, async (manager) => {
        await AuthorRepository.of(manager).recordSighting({
          platform: 'TWITTER',
          platformId: 'a',
          handle: 'runner_ana',
        });
        await PostRepository.of(manager).ingestOne(sightingOf(1));
        if (fail) throw new Error('changed my mind');
        return 'done';
      });
    await expect(write(true)).rejects.toThrow('changed my mind');
    expect(await db.dataSource.getRepository(Author).count()).toBe(0);
    expect(await write(false)).toBe('done');
    expect(await db.dataSource.getRepository(Post).count()).toBe(1);
  });

  it('uses the given isolation level, and READ COMMITTED without one', async () => {
    expect(await inTransaction(db.dataSource, isolationOf)).toBe('read committed');
    expect(await inTransaction(db.dataSource, isolationOf, { isolation: 'SERIALIZABLE' })).toBe('serializable');
  });

  it('joins an open transaction, and refuses an isolation level there', async () => {
    await inTransaction(db.dataSource, async (outer) => {
      expect(await inTransaction(outer, (inner) => Promise.resolve(inner === outer))).toBe(true);
      await expect(inTransaction(outer, isolationOf, { isolation: 'SERIALIZABLE' })).rejects.toMatchObject({
        code: 'NESTED_TRANSACTION',
      });
    });
  });

  it('begins a transaction with the manager of the DataSource', async () => {
    expect(
      await inTransaction(db.dataSource.manager, (manager) =>
        Promise.resolve(manager.queryRunner?.isTransactionActive),
      ),
    ).toBe(true);
  });

  it('runs the work again after a deadlock: two workers that lock two rows in opposite orders both finish', async () => {
    const ids = (
      await AuthorRepository.of(db.dataSource).recordSightings(
        ['a', 'b'].map((platformId) => ({ platform: 'TWITTER' as const, platformId, handle: 'runner' })),
      )
    ).map(({ id }) => id);
    let attempts = 0;
    let together: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (together = resolve));
    const lock = (order: string[]) =>
      inTransaction(db.dataSource, async (manager) => {
        attempts += 1;
        await manager.query('SELECT FROM authors WHERE id = $1 FOR UPDATE', [order[0]]);
        if (attempts === 2) together();
        await both;
        await manager.query('SELECT FROM authors WHERE id = $1 FOR UPDATE', [order[1]]);
        await manager.query('UPDATE authors SET follower_count = follower_count + 1');
      });
    await Promise.all([lock(ids), lock(ids.toReversed())]);
    expect(attempts).toBe(3);
    expect((await db.dataSource.getRepository(Author).find()).map(({ followerCount }) => followerCount)).toEqual([
      2, 2,
    ]);
  });

  it('runs the work again after a serialization failure, so that no increment is lost', async () => {
    const { id } = await AuthorRepository.of(db.dataSource).recordSighting({
      platform: 'TWITTER',
      platformId: 'a',
      handle: 'runner',
    });
    const add = () =>
      inTransaction(
        db.dataSource,
        async (manager) => {
          const author = await manager.findOneByOrFail(Author, { id });
          await manager.update(Author, { id }, { followerCount: author.followerCount + 1 });
        },
        { isolation: 'REPEATABLE READ' },
      );
    await Promise.all([1, 2, 3, 4].map(add));
    expect(await db.dataSource.getRepository(Author).findOneByOrFail({ id })).toMatchObject({ followerCount: 4 });
  });

  it('makes one attempt when maxDurationMs is 0, and does not repeat other errors', async () => {
    let attempts = 0;
    const failing = inTransaction(
      db.dataSource,
      async (manager) => {
        attempts += 1;
        await manager.query(`DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$`);
      },
      { maxDurationMs: 0 },
    );
    await expect(failing).rejects.toMatchObject({ code: 'SERIALIZATION_FAILURE' });
    expect(attempts).toBe(1);
  });
});

describe('a repository', () => {
  it('belongs to a transaction with of(manager) and with manager.withRepository(repository)', async () => {
    const posts = PostRepository.of(db.dataSource);
    await inTransaction(db.dataSource, async (manager) => {
      await manager.withRepository(posts).ingestOne(sightingOf(1));
      expect(await PostRepository.of(manager).count()).toBe(1);
      expect(await posts.count()).toBe(0);
    });
    expect(await posts.count()).toBe(1);
  });

  it('says how it is made when it gets nothing', () => {
    expect(() => new PostRepository(undefined as never)).toThrow(
      'PostRepository needs a DataSource or an EntityManager: PostRepository.of(dataSource).',
    );
  });
});
