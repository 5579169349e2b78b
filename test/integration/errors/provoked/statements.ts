/** Statements that PostgreSQL cannot run: names, parameters, syntax, types, clauses, features. */
import {
  FeatureNotSupported,
  CardinalityViolation,
  InvalidStatement,
  SchemaMismatch,
} from '../../../../src/errors/translate.js';
import { Author, Post, Reply } from '../../../../src/entities/index.js';
import { ID } from '../../../support/rows.js';
import { provocation, statement, type Provocation } from './provocation.js';

const MIGRATE = /migration:run/;
const NO_COLUMN = 'the statement names a column that does not exist';
const NO_TABLE = 'the statement names a table that does not exist';
const NO_FUNCTION = 'the statement calls a function that does not exist for arguments of these types';
const NO_OBJECT = 'the statement names a type, constraint, index, role, collation or setting that does not exist';
const author = (platformId: string) => ({ platform: 'TWITTER' as const, platformId, handle: 'ann' });

const NAMES: readonly Provocation[] = [
  provocation(
    "where('p.foo = 1')",
    '42703',
    (db) => db.getRepository(Post).createQueryBuilder('p').where('p.foo = 1').getMany(),
    ...([SchemaMismatch, 'column p.foo does not exist', MIGRATE, NO_COLUMN] as const),
  ),
  provocation(
    "where('p.platform_id = 1'): a column of another table of ours",
    '42703',
    (db) => db.getRepository(Post).createQueryBuilder('p').where('p.platform_id = 1').getMany(),
    ...([
      SchemaMismatch,
      'column p.platform_id does not exist',
      MIGRATE,
      'column "platform_id" does not exist',
    ] as const),
  ),
  statement('42703', 'SELECT foo FROM posts', SchemaMismatch, 'column "foo" does not exist', MIGRATE, NO_COLUMN),
  statement(
    '42703',
    'INSERT INTO posts (foo) VALUES (1)',
    ...([SchemaMismatch, 'column "foo" of table "posts" does not exist', MIGRATE] as const),
    'the statement names a column that table "posts" does not have',
  ),
  statement('42P01', 'SELECT FROM nowhere', SchemaMismatch, 'table "nowhere" does not exist', MIGRATE, NO_TABLE),
  statement('42P01', 'SELECT FROM s.nowhere', SchemaMismatch, 'table s.nowhere does not exist', MIGRATE, NO_TABLE),
  statement('42P01', 'DROP TABLE nowhere', SchemaMismatch, 'table "nowhere" does not exist', MIGRATE, NO_TABLE),
  provocation(
    'an alias that is not joined',
    '42P01',
    (db) => db.getRepository(Post).createQueryBuilder('p').where('author.id IS NULL').getMany(),
    ...([SchemaMismatch, 'the statement uses the alias "author" without declaring it', /alias/] as const),
  ),
  statement(
    '42883',
    'SELECT foo(1)',
    ...([SchemaMismatch, 'function foo(integer) does not exist', /CAST/, NO_FUNCTION] as const),
  ),
  statement(
    '42883',
    `SELECT 'a'::text = 1`,
    ...([SchemaMismatch, 'PostgreSQL cannot compare or combine text = integer', /CAST/] as const),
  ),
  statement('42704', `SELECT 'x'::mood`, SchemaMismatch, 'type "mood" does not exist', MIGRATE, NO_OBJECT),
  statement(
    '42704',
    'SHOW nowhere',
    ...([SchemaMismatch, '"nowhere" does not exist (a type, constraint, index, role, collation or setting)'] as const),
    ...([MIGRATE, NO_OBJECT] as const),
  ),
  statement(
    '3F000',
    'CREATE TABLE nowhere.t ()',
    SchemaMismatch,
    'schema "nowhere" does not exist',
    MIGRATE,
    'the statement names a schema that does not exist, or there is none in which to create something',
  ),
  statement(
    '42702',
    'SELECT id FROM posts p, authors a',
    ...([InvalidStatement, 'column "id" is ambiguous: several tables of the statement have it', /alias/] as const),
  ),
  statement('42712', 'SELECT FROM posts p, posts p', InvalidStatement, 'the statement uses one alias twice', /alias/),
  statement(
    '42701',
    'INSERT INTO posts (id, id) VALUES (1, 2)',
    InvalidStatement,
    'the statement names one column twice',
    /once/,
  ),
  statement(
    '26000',
    'EXECUTE nowhere',
    InvalidStatement,
    'the prepared statement does not exist on this connection',
    /pooler/,
  ),
  statement(
    '34000',
    'FETCH nowhere',
    InvalidStatement,
    'the cursor does not exist, or its transaction has ended',
    /transaction/,
  ),
];

const PARAMETERS: readonly Provocation[] = [
  provocation(
    'a named parameter without a value',
    '42601',
    (db) => db.getRepository(Post).createQueryBuilder('p').where('p.id = :postId').getMany(),
    ...([InvalidStatement, 'parameter :postId has no value', /setParameter/] as const),
  ),
  provocation(
    'a named parameter without a value that is no name of ours',
    '42601',
    (db) => db.getRepository(Post).createQueryBuilder('p').where('p.id = :given').getMany(),
    ...([InvalidStatement, 'parameter :given has no value', /setParameter/] as const),
    'a named parameter of the statement has no value',
  ),
  statement('42P02', 'SELECT $1::text', InvalidStatement, 'parameter $1 has no value', /one value for each/),
  statement('42P02', ['SELECT $1::text', []], InvalidStatement, 'parameter $1 has no value', /one value for each/),
  statement(
    '08P01',
    ['SELECT $1::text, $2::text', ['x']],
    InvalidStatement,
    ...([
      'the number of parameters in the statement is 2, the number of values given is 1',
      /one value for each/,
    ] as const),
  ),
  statement(
    '42P18',
    ['SELECT $2::text', ['x']],
    InvalidStatement,
    'the type of parameter $1 cannot be determined from the statement',
    /Cast/,
  ),
  statement(
    '42P08',
    ['UPDATE authors SET display_name = $1, follower_count = $1', ['x']],
    InvalidStatement,
    'parameter $1 is used with different types',
    /cast/,
  ),
];

const SYNTAX: readonly Provocation[] = [
  statement(
    '42601',
    'SELEKT 1',
    InvalidStatement,
    'the statement has a syntax error at "SELEKT"',
    /Correct/,
    'the statement has a syntax error',
  ),
  statement('42601', 'SELECT 1 FROM posts WHERE', InvalidStatement, 'the statement ends too early', /Complete/),
  statement(
    '42601',
    `SELECT 1 WHERE 'it' brien 'x'`,
    InvalidStatement,
    'the statement has a syntax error',
    /parameters/,
  ),
  statement('42601', `SELECT 'o'brien'`, InvalidStatement, 'the statement has a syntax error', /parameters/),
  statement(
    '42601',
    'UPDATE posts SET id = NULL, id = NULL',
    InvalidStatement,
    'the statement sets one column twice',
    /once/,
  ),
  statement(
    '42601',
    'SELECT 1 UNION SELECT 1, 2',
    InvalidStatement,
    'the parts of the statement have different numbers of columns',
    /values/,
  ),
  statement(
    '42601',
    `SELECT to_tsquery('a b')`,
    InvalidStatement,
    'a text is not a valid search expression (tsquery)',
    /websearch/,
  ),
  statement(
    '42601',
    `SELECT jsonb_path_query('{}', '$.a ? (')`,
    InvalidStatement,
    'a text is not a valid JSON path',
    /vars/,
  ),
];

const CLAUSES: readonly Provocation[] = [
  provocation(
    'upsert onto a partial index without its predicate',
    '42P10',
    (db) =>
      db
        .getRepository(Reply)
        .upsert({ decisionId: ID, content: 'Plenty of water helps. —Antone (Vita)', platform: 'TWITTER' } as never, [
          'platform',
          'platformPostId',
        ]),
    ...([
      InvalidStatement,
      'no unique key has exactly the columns that were passed to upsert() or onConflict, or the key is partial',
      /indexPredicate/,
    ] as const),
  ),
  statement(
    '42P10',
    'SELECT DISTINCT platform FROM authors ORDER BY handle',
    InvalidStatement,
    'a DISTINCT statement orders by an expression that it does not select',
    /ORDER BY/,
  ),
  statement(
    '42P10',
    'SELECT platform FROM authors ORDER BY 4',
    InvalidStatement,
    'ORDER BY or GROUP BY uses a column position that the statement does not select',
    /name/,
  ),
  provocation(
    'a column beside an aggregate',
    '42803',
    (db) => db.getRepository(Post).createQueryBuilder('p').select('p.platform').addSelect('count(*)').getRawMany(),
    ...([
      InvalidStatement,
      'column p.platform must be in GROUP BY or inside an aggregate function',
      /addGroupBy/,
      'column "platform" must be in GROUP BY or inside an aggregate function',
    ] as const),
  ),
  statement(
    '42803',
    'SELECT platform FROM posts WHERE count(*) > 1',
    InvalidStatement,
    'the statement uses an aggregate function where PostgreSQL does not allow it, or a column outside it that is not grouped',
    /having/,
  ),
  statement(
    '42P20',
    'SELECT 1 FROM posts WHERE row_number() OVER () = 1',
    InvalidStatement,
    'the statement uses a window function where PostgreSQL does not allow it',
    /subquery/,
  ),
  statement(
    '42P19',
    'WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT 1 FROM a x, a y) SELECT 1',
    InvalidStatement,
    'the recursive query is not valid',
    /once/,
  ),
  statement(
    '42804',
    `UPDATE posts SET detected_at = 'a'::text`,
    InvalidStatement,
    'column "detected_at" is of type timestamp with time zone, and the statement gives it text',
    /cast/,
  ),
  statement(
    '42804',
    'SELECT 1 FROM authors WHERE handle',
    InvalidStatement,
    'a condition or argument must be of type boolean and is of type text',
    /cast/,
  ),
  statement(
    '42804',
    `SELECT coalesce(1, 'x'::text)`,
    InvalidStatement,
    'an expression does not have the type that the statement requires',
    /cast/,
  ),
  statement('42846', 'SELECT 1::uuid', InvalidStatement, 'PostgreSQL cannot cast integer to uuid', /text/),
  statement(
    '42P21',
    `SELECT 'a' COLLATE "C" < 'b' COLLATE "POSIX"`,
    InvalidStatement,
    'the statement compares texts with different collations',
    /COLLATE/,
  ),
  statement(
    '42809',
    'CALL now()',
    InvalidStatement,
    'the statement names an object of the wrong kind (for example a view instead of a table, or a function instead of a procedure)',
    /name/,
  ),
  statement('42602', `SELECT 'a b'::regclass`, InvalidStatement, 'a name is not a valid identifier', /Quote/),
  statement(
    '428C9',
    'CREATE TEMP TABLE g (a int GENERATED ALWAYS AS IDENTITY); INSERT INTO g VALUES (1)',
    InvalidStatement,
    'the statement gives a value to a column that PostgreSQL generates',
    /Leave/,
  ),
];

const FEATURES: readonly Provocation[] = [
  provocation(
    'clear() of a table that others refer to',
    '0A000',
    (db) => db.getRepository(Author).clear(),
    FeatureNotSupported,
    'table "authors" cannot be emptied with clear() (TRUNCATE), because table "posts" references it',
    /delete\(\)/,
  ),
  provocation(
    'a lock on a LEFT JOIN',
    '0A000',
    (db) =>
      db.transaction((m) =>
        m.createQueryBuilder(Post, 'p').leftJoinAndSelect('p.author', 'a').setLock('pessimistic_write').getMany(),
      ),
    ...([FeatureNotSupported, 'rows of a LEFT JOIN cannot be locked', /tables/] as const),
  ),
  statement(
    '0A000',
    'SELECT DISTINCT platform FROM authors FOR UPDATE',
    FeatureNotSupported,
    'rows cannot be locked in a statement with DISTINCT, GROUP BY, aggregates or UNION',
    /ids first/,
  ),
  statement(
    '0A000',
    'SELECT FROM a.b.c',
    FeatureNotSupported,
    'PostgreSQL does not support what the statement asks for',
    /another way/,
  ),
  provocation(
    'one key twice in an upsert',
    '21000',
    (db) => db.getRepository(Author).upsert([author('twice'), author('twice')], ['platform', 'platformId']),
    ...([CardinalityViolation, 'two rows of the batch have the same key', /duplicates/] as const),
  ),
  statement(
    '21000',
    'SELECT (SELECT generate_series(1, 2))',
    CardinalityViolation,
    'a subquery returns more than one row where only one is allowed',
    /IN/,
  ),
];

export const STATEMENTS: readonly Provocation[] = [...NAMES, ...PARAMETERS, ...SYNTAX, ...CLAUSES, ...FEATURES];
