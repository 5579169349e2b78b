/** What is not found, and what TypeORM refuses by itself: its own errors quote what they were given. */
import type { DataSource } from 'typeorm';
import { EntityNotFound } from '../../../src/errors/database-error.js';
import { Author, Post } from '../../../src/entities/index.js';
import { HANDLE, POST_TEXT } from './planted.js';
import type { Path } from './probe.js';

type FindingPath = Path<DataSource>;

/** No row has it: the planted author's is without the letter. */
const WHERE = { handle: `${HANDLE}x` };

const notFound = (name: string, fail: FindingPath['fail']): FindingPath => ({ name, fail, expected: EntityNotFound });

export const FINDING: readonly FindingPath[] = [
  notFound('findOneOrFail()', (db) => db.getRepository(Author).findOneOrFail({ where: WHERE })),
  notFound('findOneByOrFail()', (db) => db.getRepository(Author).findOneByOrFail(WHERE)),
  notFound('findOneByOrFail() of a text', (db) => db.getRepository(Post).findOneByOrFail({ content: POST_TEXT })),
  notFound('findOneOrFail() of a manager', (db) => db.manager.findOneOrFail(Author, { where: [WHERE, WHERE] })),
  notFound('findOneOrFail() in a transaction', (db) => db.transaction((m) => m.findOneByOrFail(Author, WHERE))),
  notFound('findOneOrFail() of a query runner', async (db) => {
    const runner = db.createQueryRunner();
    try {
      return await runner.manager.findOneOrFail(Author, { where: WHERE });
    } finally {
      await runner.release();
    }
  }),
  notFound('findOneOrFail() of a repository that was extended', (db) =>
    db.getRepository(Author).extend({}).findOneOrFail({ where: WHERE }),
  ),
  notFound('getOneOrFail() of a repository', (db) =>
    db.getRepository(Author).createQueryBuilder('a').where('a.handle = :h', { h: WHERE.handle }).getOneOrFail(),
  ),
  notFound('getOneOrFail() of the DataSource', (db) => db.createQueryBuilder(Author, 'a').where(WHERE).getOneOrFail()),
  notFound('getOneOrFail() after select().from()', (db) =>
    db.createQueryBuilder().select('a').from(Author, 'a').where(WHERE).getOneOrFail(),
  ),
  notFound('getOneOrFail() of a manager in a transaction', (db) =>
    db.transaction((m) => m.createQueryBuilder(Author, 'a').where(WHERE).getOneOrFail()),
  ),
  notFound('getOneOrFail() of a clone', (db) => db.createQueryBuilder(Author, 'a').where(WHERE).clone().getOneOrFail()),
];

const misused = (name: string, fail: FindingPath['fail']): FindingPath => ({ name, fail, expected: Error });

/** TypeORM throws it past our query runner. */
const quoted = (name: string, fail: FindingPath['fail']): FindingPath => ({ ...misused(name, fail), open: true });

/** Calls with what comes from outside in the wrong place. */
export const MISUSE: readonly FindingPath[] = [
  quoted('a handle as a property of where', (db) => db.getRepository(Author).findBy({ [HANDLE]: 1 })),
  quoted('a handle as a property to order by', (db) => db.getRepository(Author).find({ order: { [HANDLE]: 'ASC' } })),
  quoted('a handle as a relation', (db) => db.getRepository(Author).find({ relations: { [HANDLE]: true } })),
  quoted('a handle as a property of null in update()', (db) =>
    db.getRepository(Author).update({ [HANDLE]: null }, { isVerified: true }),
  ),
  quoted('a handle as a property of undefined in delete()', (db) =>
    db.getRepository(Author).delete({ [HANDLE]: undefined }),
  ),
  misused('a text for skip', (db) => db.getRepository(Author).find({ skip: POST_TEXT as never })),
  misused('a text for take', (db) => db.getRepository(Author).find({ take: POST_TEXT as never })),
  quoted('a text to save', (db) => db.manager.save(Author, POST_TEXT as never)),
  quoted('a text to remove', (db) => db.manager.remove(Author, POST_TEXT as never)),
  quoted('a text to increment by', (db) => db.manager.increment(Author, WHERE, 'followerCount', POST_TEXT)),
  quoted('a handle as a property to increment', (db) => db.manager.increment(Author, WHERE, HANDLE, 1)),
  quoted('a handle as an entity', async (db) => db.getRepository(HANDLE).find()),
];
