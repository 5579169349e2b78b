/** Values that PostgreSQL does not take, and rows that break a key or rule. */
import {
  CheckViolation,
  ExclusionViolation,
  ForeignKeyViolation,
  InvalidText,
  InvalidValue,
  NotNullViolation,
  UniqueViolation,
} from '../../../../src/errors/translate.js';
import { Author, Competitor, Post } from '../../../../src/entities/index.js';
import { rowOf } from '../../../support/rows.js';
import { provocation, statement, type Provocation } from './provocation.js';

const OUTSIDE = /before you send/;
const DATE = /ISO 8601/;
const INSERT_POST = `INSERT INTO posts (platform, platform_post_id, author_id, content) VALUES ('TWITTER', '1', $1, $2)`;

const TEXTS: readonly Provocation[] = [
  provocation(
    'findOneBy() of what is no uuid',
    '22P02',
    (db) => db.getRepository(Post).findOneBy({ id: 'x' }),
    InvalidText,
    'a text cannot be read as uuid',
    OUTSIDE,
  ),
  provocation(
    'findBy() of what is no platform',
    '22P02',
    (db) => db.getRepository(Post).findBy({ platform: 'MASTODON' as never }),
    InvalidText,
    'a text is not a value of the enum "platform"',
    /values of the enum/,
  ),
  statement('22P02', `SELECT 'x'::int`, InvalidText, 'a text cannot be read as integer', OUTSIDE),
  statement('22P02', `SELECT 'x'::jsonb`, InvalidText, 'a text cannot be read as json', OUTSIDE),
  statement(
    '22P02',
    `SELECT '{{1},{2,3}}'::int[]`,
    InvalidText,
    'a text cannot be read as the type of its column or parameter',
    OUTSIDE,
  ),
  statement(
    '22021',
    ['SELECT $1::text', ['a\0b']],
    InvalidText,
    'a text contains invalid UTF-8 or a NUL character, which PostgreSQL cannot store',
    /Remove/,
  ),
  statement(
    '22P05',
    ['SELECT $1::jsonb', ['{"a":"\\u0000"}']],
    InvalidText,
    'a text or JSON value contains a character that PostgreSQL cannot store (\\u0000, half of a surrogate pair)',
    /Remove/,
  ),
  statement(
    '22001',
    `CREATE TEMP TABLE v (v varchar(3)); INSERT INTO v VALUES ('abcdef')`,
    InvalidValue,
    'a text is too long for character varying(3)',
    /Shorten/,
  ),
  statement('2201B', `SELECT 'x' ~ '('`, InvalidValue, 'a text is not a valid regular expression', /Escape/),
  provocation(
    'a LIKE pattern that ends with a backslash',
    '22025',
    async (db) =>
      db.transaction(async (m) => {
        await m.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', 'like', 'annie')`);
        await m.query('SELECT FROM authors WHERE handle LIKE $1', ['ann\\']);
      }),
    InvalidValue,
    'a LIKE pattern ends with a backslash, which escapes nothing',
    /Escape/,
  ),
  statement(
    '22023',
    `SELECT set_config('timezone', 'nowhere', true)`,
    InvalidValue,
    'a function or setting received a value that it does not accept',
    /documentation/,
  ),
  statement(
    '22004',
    'SELECT array_fill(1, NULL)',
    InvalidValue,
    'a function received null for an argument that must not be null',
    /COALESCE/,
  ),
  statement(
    '2202E',
    'SELECT ARRAY[ARRAY[1], ARRAY[2, 3]]',
    InvalidValue,
    'the lists do not form a valid array',
    /length/,
  ),
  statement(
    '2203A',
    `SELECT jsonb_path_query('{}', 'strict $.a')`,
    InvalidValue,
    'a JSON path does not match the structure of the JSON value',
    /lax/,
  ),
];

const NUMBERS: readonly Provocation[] = [
  statement('22003', 'SELECT 99999999999::int', InvalidValue, 'a number is out of the range of integer', OUTSIDE),
  statement('22003', `SELECT '99999999999'::int`, InvalidValue, 'a number is out of the range of integer', OUTSIDE),
  statement('22003', 'SELECT 99::numeric(2, 1)', InvalidValue, 'a number is out of the range of its type', OUTSIDE),
  statement('22012', 'SELECT 1 / 0', InvalidValue, 'the statement divides by zero', /NULLIF/),
  provocation(
    'a negative take',
    '2201W',
    (db) => db.getRepository(Post).find({ take: -1 }),
    InvalidValue,
    'the limit is negative',
    /take/,
  ),
  provocation(
    'a negative skip',
    '2201X',
    (db) => db.getRepository(Post).find({ skip: -1 }),
    InvalidValue,
    'the offset is negative',
    /skip/,
  ),
  statement(
    '2201F',
    'SELECT sqrt(-1)',
    InvalidValue,
    'the statement computes a root, power or logarithm that is not defined for its argument',
    /Guard/,
  ),
  statement(
    '22011',
    `SELECT substring('x' FOR -1)`,
    InvalidValue,
    'an argument is out of its range (a window frame, sample, bucket or substring)',
    OUTSIDE,
  ),
  statement('22000', `SELECT '[5,1]'::int4range`, InvalidValue, 'the parts of a value contradict each other', OUTSIDE),
  statement(
    '22007',
    `SELECT 'x'::timestamptz`,
    InvalidValue,
    'a text cannot be read as timestamp with time zone',
    DATE,
  ),
  statement('22007', `SELECT to_timestamp('x', 'YYYY')`, InvalidValue, 'a text is not a valid date or time', DATE),
  statement(
    '22008',
    `SELECT '2026-02-30'::date`,
    InvalidValue,
    'a date or time does not exist or is out of range',
    OUTSIDE,
  ),
];

const KEYS: readonly Provocation[] = [
  provocation(
    'an author that exists',
    '23505',
    async (db) => {
      const authors = db.getRepository(Author);
      await authors.upsert(rowOf(Author, { platformId: 'exists' }), ['platform', 'platformId']);
      await authors.insert(rowOf(Author, { platformId: 'exists' }));
    },
    ...([UniqueViolation, 'an author with this platform and platform_id exists already', /upsert/] as const),
  ),
  provocation(
    'a post without its author',
    '23503',
    (db) => db.getRepository(Post).insert(rowOf(Post)),
    ForeignKeyViolation,
    'the row that it references does not exist',
    /parent first/,
  ),
  provocation(
    'a competitor that is mentioned',
    '23001|23503',
    (db) =>
      db.transaction(async (m) => {
        const id = async (sql: string, ...given: unknown[]): Promise<unknown> =>
          (await m.query<{ id: unknown }[]>(`${sql} RETURNING id`, given))[0]?.id;
        const authorId = await id(
          `INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', 'rival', 'ann')`,
        );
        const postId = await id(INSERT_POST, authorId, 'my head');
        const { identifiers } = await m.insert(Competitor, rowOf(Competitor));
        await m.query(
          `INSERT INTO competitive_mentions (post_id, competitor_id, sentiment, satisfaction, opportunity_score) VALUES ($1, $2, 'NEGATIVE', 'UNSATISFIED', 0.9)`,
          [postId, identifiers[0]?.id],
        );
        await m.delete(Competitor, identifiers[0]?.id);
      }),
    ...([
      ForeignKeyViolation,
      'rows of "competitive_mentions" still reference the row of "competitors"',
      /is_active/,
    ] as const),
  ),
  statement('23502', [INSERT_POST, [null, 'x']], NotNullViolation, 'a required column has no value', /value/),
  statement(
    '23514',
    `INSERT INTO authors (platform, platform_id, handle, follower_count) VALUES ('TWITTER', 'c', 'ann', -1)`,
    CheckViolation,
    'follower_count must be a whole number from 0 to 1000000000',
    /Correct/,
  ),
  statement(
    '23P01',
    `CREATE TEMP TABLE slots (during int4range, CONSTRAINT ex_slots EXCLUDE USING gist (during WITH &&)); INSERT INTO slots VALUES ('[1,5)'), ('[4,9)')`,
    ExclusionViolation,
    'the row overlaps an existing row',
    /overlaps/,
  ),
];

export const VALUES: readonly Provocation[] = [...TEXTS, ...NUMBERS, ...KEYS];
