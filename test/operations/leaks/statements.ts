/** What PostgreSQL refuses in a statement that holds planted values. */
import type { DataSource } from 'typeorm';
import { Author } from '../../../src/entities/index.js';
import { HANDLE, POST_TEXT } from './planted.js';
import type { Path } from './probe.js';

export const ID = '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11';

/** The author whose row is there already. */
export const PLANTED_AUTHOR = {
  platform: 'TWITTER',
  platformId: HANDLE,
  handle: HANDLE,
  displayName: POST_TEXT,
} as const;

const INSERT_AUTHOR = `INSERT INTO authors (platform, platform_id, handle, display_name)`;
const LITERAL = `'${POST_TEXT.replaceAll("'", "''")}'`;
const INSERT_POST = `INSERT INTO posts (platform, platform_post_id, author_id, content) VALUES ('TWITTER', '1', $1, $2)`;

type StatementPath = Path<DataSource>;

const query = (name: string, sqlState: string, sql: string, parameters?: unknown[]): StatementPath => ({
  name,
  fail: (dataSource) => dataSource.query(sql, parameters),
  expected: { sqlState },
});

const REFUSALS: readonly StatementPath[] = [
  query('unique violation', '23505', `${INSERT_AUTHOR} VALUES ('TWITTER', $1, $1, $2)`, [HANDLE, POST_TEXT]),
  query('unique violation, literals', '23505', `${INSERT_AUTHOR} VALUES ('TWITTER', '${HANDLE}', 'x', ${LITERAL})`),
  query('check violation', '23514', `UPDATE authors SET relationship_score = 2, display_name = $1`, [POST_TEXT]),
  query('check violation of a stored row', '23514', 'UPDATE authors SET relationship_score = 2'),
  query('foreign key violation', '23503', INSERT_POST, [ID, POST_TEXT]),
  query('not-null violation', '23502', INSERT_POST, [null, POST_TEXT]),
  query('a text as uuid', '22P02', 'SELECT FROM posts WHERE id = $1', [POST_TEXT]),
  query('a literal as uuid', '22P02', `SELECT FROM posts WHERE id = ${LITERAL}`),
  query('a handle as enum', '22P02', 'SELECT FROM posts WHERE platform = $1', [HANDLE]),
  query('a text as number', '22P02', 'SELECT $1::integer', [POST_TEXT]),
  query('a text as JSON', '22P02', 'SELECT $1::jsonb', [`{"${HANDLE}": ${POST_TEXT}`]),
  query('a text as date', '22007', 'SELECT $1::timestamptz', [POST_TEXT]),
  query('NUL in a text', '22021', 'SELECT $1::text', [`${POST_TEXT}\0${HANDLE}`]),
  query('a text that is too long', '54000', 'SELECT repeat($1, 20000000)', [POST_TEXT]),
  query(
    'a value too long for its column',
    '22001',
    `CREATE TEMP TABLE short (v varchar(3)); INSERT INTO short SELECT ${LITERAL}`,
  ),
  query('a regular expression', '2201B', `SELECT 'x' ~ $1`, [`(${HANDLE}`]),
  query('a syntax error after a literal', '42601', `SELECT ${LITERAL} FRM '${HANDLE}' '${HANDLE}'`),
  query('a text taken for a setting', '22023', `SELECT set_config('timezone', $1, true)`, [HANDLE]),
];

/**
 * What stands where a name does is shown by the SQL log, which has no literals to take out, and outside production by the message. Only the
 * errors of production are tested.
 */
export const AS_NAMES: readonly StatementPath[] = [
  query('a syntax error at a word', '42601', `SELECT 1 FROM posts WHERE ${HANDLE} ${HANDLE}`),
  query('a text taken for a column', '42703', `SELECT ${HANDLE} FROM posts`),
  query('a text taken for a table', '42P01', `SELECT FROM "${HANDLE}"`),
  {
    name: 'a handle taken for an alias to order by',
    fail: (dataSource) => dataSource.createQueryBuilder(Author, 'a').orderBy(`${HANDLE}.id`).limit(1).getMany(),
    expected: { sqlState: '42P01' },
  },
  query('a text taken for a function', '42883', `SELECT ${HANDLE}($1::text)`, [POST_TEXT]),
];

/** Data that ends a literal early: the log cannot tell it from a name, and the message shows nothing of it in any environment. */
export const MISQUOTED: readonly StatementPath[] = [
  query('a quote that ends a literal early', '42601', `SELECT FROM posts WHERE content = 'it's ${HANDLE}'`),
  query('a handle behind a literal that ends early', '42601', `SELECT FROM posts WHERE content = 'it' ${HANDLE} 'x'`),
];

/** RAISE says whatever its author wrote, with any SQLSTATE. */
const RAISED: readonly StatementPath[] = ['P0001', '23505', '23514', '42501', '40001', '42703', '57014', '22000'].map(
  (state) => ({
    name: `RAISE with a row in message, detail and hint (${state})`,
    fail: (dataSource) =>
      dataSource.query(`DO $do$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = ${LITERAL},
        DETAIL = 'Key (handle)=(${HANDLE}) ' || ${LITERAL}, HINT = ${LITERAL}; END $do$`),
    expected: { sqlState: state },
  }),
);

/** The fields that hold names elsewhere, too. */
const RAISED_NAMES: readonly StatementPath[] = ['23505', '23514', '23503', '23502', '42501', '42P01'].map((state) => ({
  name: `RAISE with a handle for the names of table, column, constraint, type and schema (${state})`,
  fail: (dataSource) =>
    dataSource.query(`DO $do$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = 'permission denied for table ${HANDLE}',
      DETAIL = 'Key (${HANDLE})=(1) already exists.', TABLE = '${HANDLE}', COLUMN = '${HANDLE}', CONSTRAINT = '${HANDLE}',
      DATATYPE = '${HANDLE}', SCHEMA = '${HANDLE}'; END $do$`),
  expected: { sqlState: state },
}));

const dynamic = (name: string, sqlState: string, text: string): StatementPath => ({
  name: `${name} in SQL that a function puts together`,
  fail: (dataSource) => dataSource.query(`DO $do$ BEGIN EXECUTE ${text}; END $do$`),
  expected: { sqlState },
});

/** Statements made of data, and names that are data. */
const MADE_OF_DATA: readonly StatementPath[] = [
  dynamic('a text', '42601', LITERAL),
  dynamic('a handle at a syntax error', '42601', `'${HANDLE} says'`),
  dynamic('a handle as a column', '42703', `'SELECT ${HANDLE} FROM authors'`),
  dynamic('a handle as a table', '42P01', `'SELECT FROM ${HANDLE}'`),
  dynamic('a handle as a function', '42883', `'SELECT ${HANDLE}()'`),
  dynamic('a handle as a type', '42704', `'SELECT 1::${HANDLE}'`),
  dynamic('a handle as a parameter', '42601', `'SELECT :${HANDLE}'`),
  query('a handle cast to regclass', '42P01', 'SELECT $1::regclass', [HANDLE]),
  query('a handle cast to regclass, a literal', '42P01', `SELECT '${HANDLE}'::regclass`),
  query('a handle cast to regtype', '42704', 'SELECT $1::regtype', [HANDLE]),
  query('a handle cast to regproc', '42883', 'SELECT $1::regproc', [HANDLE]),
  query('a handle cast to regrole', '42704', 'SELECT $1::regrole', [HANDLE]),
  query('a handle cast to regconfig', '42704', 'SELECT $1::regconfig', [HANDLE]),
  query('a handle as a sequence', '42P01', 'SELECT nextval($1)', [HANDLE]),
  query('a handle as a setting', '42704', 'SELECT current_setting($1)', [HANDLE]),
  query('a text as a search expression', '42601', 'SELECT to_tsquery($1)', [`${HANDLE} ${HANDLE}`]),
  query('a text as a JSON path', '42601', 'SELECT $1::jsonpath', [`${HANDLE} ${HANDLE}`]),
  query('a text behind a colon in a literal', '42601', `SELECT ':${HANDLE}' ':${HANDLE}' 1`),
];

const circle: Record<string, unknown> = { text: POST_TEXT };
circle[HANDLE] = circle;

const thrower = (method: string, thrown: unknown): object => ({
  handle: HANDLE,
  [method]() {
    throw thrown;
  },
});

const unsendable = (name: string, parameter: unknown): StatementPath => ({
  name,
  fail: (dataSource) => dataSource.query('SELECT $1::jsonb, $2::text', [parameter, POST_TEXT]),
  expected: {},
});

/** Parameters that fail before anything is sent. */
const UNSENDABLE: readonly StatementPath[] = [
  unsendable('a circular parameter', circle),
  unsendable('a parameter whose toPostgres throws', thrower('toPostgres', new Error(POST_TEXT))),
  unsendable('a parameter whose toJSON throws', thrower('toJSON', new TypeError(HANDLE))),
  unsendable('a parameter whose toPostgres throws a text', thrower('toPostgres', POST_TEXT)),
  unsendable('a parameter with a bigint', { [HANDLE]: 1n }),
];

const author = (changes: object) => ({ ...PLANTED_AUTHOR, ...changes });

/** The same through TypeORM's ways to write. */
const WRITES: readonly StatementPath[] = [
  {
    name: 'unique violation in save()',
    fail: (dataSource) => dataSource.getRepository(Author).save(Object.assign(new Author(), PLANTED_AUTHOR)),
    expected: { sqlState: '23505' },
  },
  {
    name: 'unique violation in insert() of many',
    fail: (dataSource) => dataSource.getRepository(Author).insert([author({ platformId: '2' }), author({})]),
    expected: { sqlState: '23505' },
  },
  {
    name: 'unique violation of a query builder in a transaction',
    fail: (dataSource) =>
      dataSource.transaction((manager) =>
        manager.createQueryBuilder().insert().into(Author).values(author({})).execute(),
      ),
    expected: { sqlState: '23505' },
  },
  {
    name: 'a handle as the id of findOneBy()',
    fail: (dataSource) => dataSource.getRepository(Author).findOneBy({ id: HANDLE }),
    expected: { sqlState: '22P02' },
  },
];

export const STATEMENTS: readonly StatementPath[] = [
  ...REFUSALS,
  ...RAISED,
  ...RAISED_NAMES,
  ...MADE_OF_DATA,
  ...UNSENDABLE,
  ...WRITES,
];
