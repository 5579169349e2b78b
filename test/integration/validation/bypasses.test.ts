import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ObjectLiteral, Repository } from 'typeorm';
import type { DatabaseError } from '../../../src/errors/translate.js';
import { Author, Reply } from '../../../src/entities/index.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { useDatabase } from '../../support/database.js';
import { rowOf, type Row } from '../../support/rows.js';
import { storeParents, unique, type Parents } from './graph.js';

/*
 * What TypeORM announces to nobody, our subscriber cannot refuse. PostgreSQL does: that is why every structural rule is also
 * a constraint.
 */
const db = useDatabase();
let authors: Repository<ObjectLiteral>;
let parents: Parents;

beforeAll(async () => {
  authors = db.dataSource.getRepository<ObjectLiteral>(Author);
  parents = await storeParents(db.dataSource);
});

const badAuthor = (): ObjectLiteral => rowOf(Author, { platformId: unique(), relationshipScore: 1.5 });

async function refusalOf(write: () => Promise<unknown>): Promise<DatabaseError | undefined> {
  try {
    await write();
  } catch (error) {
    return toDatabaseError(error);
  }
  throw new Error('It was written.');
}

describe('PostgreSQL refuses bad values in writes that the subscriber does not see:', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['raw SQL', () => insertRaw('authors', badAuthor())],
    ['save() without listeners', () => authors.save(badAuthor(), { listeners: false })],
    ['the query builder without listeners', () => insertSilently(badAuthor())],
    ['an update without listeners', () => updateSilently({ relationshipScore: 1.5 })],
    ['valuesFromSelect', () => insertFromSelect()],
    ['a value given as SQL', () => authors.update(parents.authorId, { relationshipScore: () => '1.5' })],
    ['increment()', () => authors.increment({ id: parents.authorId }, 'relationshipScore', 1)],
  ])('%s', async (_path, write) => {
    expect(await refusalOf(write)).toMatchObject({
      code: 'CHECK_VIOLATION',
      sqlState: '23514',
      table: 'authors',
      columns: ['relationship_score'],
      constraint: 'ck_authors__relationship_score_range',
      summary: 'relationship_score must be a number from 0 to 1',
      retryable: false,
    });
  });

  test('raw SQL against a rule over several columns', async () => {
    const reply = rowOf(Reply, { decisionId: parents.decisionId, approvalStatus: 'APPROVED' });
    expect(await refusalOf(() => insertRaw('replies', reply))).toMatchObject({
      sqlState: '23514',
      table: 'replies',
      columns: ['approval_status', 'approved_by', 'approved_at'],
      constraint: 'ck_replies__approved_has_approver',
      summary: 'an approved reply has an approver and a time of approval',
    });
  });
});

async function insertRaw(table: string, row: object): Promise<unknown> {
  const columns = Object.keys(row).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const places = columns.map((_, index) => `$${index + 1}`);
  const sql = `INSERT INTO ${table} (${columns.join()}) VALUES (${places.join()})`;
  return db.dataSource.query(sql, Object.values(row) as unknown[]);
}

async function insertSilently(row: ObjectLiteral): Promise<unknown> {
  return authors.createQueryBuilder().insert().values(row).callListeners(false).execute();
}

async function updateSilently(change: Row): Promise<unknown> {
  const update = authors.createQueryBuilder().update().set(change).whereInIds(parents.authorId);
  return update.callListeners(false).execute();
}

async function insertFromSelect(): Promise<unknown> {
  const columns: string[] = ['platform', 'platformId', 'handle', 'relationshipScore'];
  const source = authors.createQueryBuilder('author').select('author.platform', 'a');
  source.addSelect(`'${unique()}'`, 'b').addSelect('author.handle', 'c').addSelect('1.5', 'd').limit(1);
  return authors.createQueryBuilder().insert().into(Author, columns).valuesFromSelect(source).execute();
}
