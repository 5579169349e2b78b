import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Author, Decision, ENTITIES, Post } from '../../../src/entities/index.js';
import { useDatabase } from '../../support/database.js';
import { rowOf, SMALLEST_ROWS, type Row } from '../../support/rows.js';
import { storeParents, unique, type Parents } from './graph.js';

/** Design, section 3, item 10: the inserts of the requirements' own tests. */
const db = useDatabase();
let parents: Parents;

beforeAll(async () => {
  parents = await storeParents(db.dataSource);
});

describe('the smallest rows of the requirements are stored', () => {
  test('by raw SQL', async () => {
    const insert = async (sql: string, parameters: unknown[]): Promise<string> => {
      const rows = await db.dataSource.query<{ id: string }[]>(`INSERT INTO ${sql} RETURNING id`, parameters);
      return rows[0]?.id ?? '';
    };
    const authorId = await insert('authors (platform, platform_id, handle) VALUES ($1, $2, $3)', [
      'TWITTER',
      unique(),
      'ann',
    ]);
    const postId = await insert(
      'posts (platform, platform_post_id, author_id, content, detected_at) VALUES ($1, $2, $3, $4, $5)',
      ['TWITTER', unique(), authorId, 'my head', new Date()],
    );
    const decisionId = await insert(
      'decisions (post_id, sss_score, ars_score, evs_score, trs_score, composite_score, mode) VALUES ($1, 1, 1, 9, 1, 1, $2)',
      [postId, 'HELPFUL'],
    );
    expect(decisionId).not.toBe('');
  });

  test.each<[string, (dataSource: DataSource, entity: new () => object, row: Row) => Promise<unknown>]>([
    ['save()', ({ manager }, entity, row) => manager.save(entity, row)],
    ['insert()', ({ manager }, entity, row) => manager.insert(entity, row)],
    ['create() and save()', ({ manager }, entity, row) => manager.save(manager.create(entity, row))],
  ])('by repositories: %s', async (_path, write) => {
    await write(db.dataSource, Author, { platform: 'TWITTER', platformId: unique(), handle: 'ann' });
    await write(db.dataSource, Post, rowOf(Post, { platformPostId: unique(), authorId: parents.authorId }));
    await write(
      db.dataSource,
      Post,
      rowOf(Post, { platformPostId: unique(), authorId: undefined, author: { id: parents.authorId } }),
    );
    await write(db.dataSource, Decision, rowOf(Decision, { postId: parents.postId }));
  });
});

test('PostgreSQL requires the same columns as the rules of each entity', async () => {
  const runner = db.dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    // Foreign keys are not asked in this session: the rows point to parents that do not exist.
    await runner.query('SET LOCAL session_replication_role = replica');
    for (const entity of ENTITIES) {
      const values = { ...SMALLEST_ROWS.get(entity) };
      await runner.manager.createQueryBuilder().insert().into(entity).values(values).callListeners(false).execute();
    }
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
});
