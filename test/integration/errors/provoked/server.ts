/** Transactions, limits of the server, its functions, and changes of the schema. */
import {
  FeatureNotSupported,
  InvalidStatement,
  InvalidTransactionState,
  OutOfResources,
  PermissionDenied,
  QueryTimeout,
  ReadOnly,
  TransactionAborted,
  UnexpectedDatabaseError,
} from '../../../../src/errors/translate.js';
import { provocation, statement, type Provocation } from './provocation.js';

const MIGRATIONS = /migrations only/;
const many = (count: number, text: string): string => Array<string>(count).fill(text).join(',');

const TRANSACTIONS: readonly Provocation[] = [
  provocation(
    'a statement of a transaction in which one has failed',
    '25P02',
    (db) =>
      db.transaction(async (manager) => {
        await manager.query('SELECT 1 / 0').catch(() => undefined);
        await manager.query('SELECT 1');
      }),
    TransactionAborted,
    'a statement of this transaction failed earlier (INVALID_VALUE, 22012), so nothing of the transaction is stored',
    /nested transaction/,
  ),
  statement(
    '25001',
    'BEGIN; VACUUM',
    InvalidTransactionState,
    'the statement cannot run inside a transaction, or must be its first',
    /outside/,
  ),
  statement(
    '25P01',
    'SAVEPOINT a',
    InvalidTransactionState,
    'the statement needs a transaction, and none is open',
    /inside/,
  ),
  statement(
    '3B001',
    'BEGIN; ROLLBACK TO SAVEPOINT a',
    InvalidTransactionState,
    'the savepoint does not exist, because its transaction or an outer one has ended',
    /nested/,
  ),
  statement(
    '25006',
    'BEGIN READ ONLY; DELETE FROM posts',
    ReadOnly,
    'the transaction is read-only: the database is a standby, default_transaction_read_only is on, or the transaction began READ ONLY',
    /primary/,
  ),
  statement(
    '57014',
    `BEGIN; SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(5)`,
    QueryTimeout,
    'the statement ran longer than statement_timeout allows',
    /Explain/,
  ),
];

const LIMITS: readonly Provocation[] = [
  statement(
    '54000',
    `CREATE TEMP TABLE w (a text UNIQUE); INSERT INTO w SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i`,
    OutOfResources,
    'a value or the statement is larger than PostgreSQL can hold or index',
    /hash/,
  ),
  statement(
    '54000',
    `SELECT repeat('x', 2000000000)`,
    OutOfResources,
    'a value or the statement is larger than PostgreSQL can hold or index',
    /batch/,
  ),
  statement(
    '54001',
    `BEGIN; SET LOCAL max_stack_depth = '100kB'; SELECT ${Array(3000).fill('(1 +').join('')}1${')'.repeat(3000)}`,
    OutOfResources,
    'the statement is nested too deeply',
    /ANY/,
  ),
  statement(
    '54011',
    `SELECT ${many(1700, '1')}`,
    OutOfResources,
    'the statement has more columns than PostgreSQL allows',
    /fewer/,
  ),
  statement(
    '54023',
    `SELECT concat(${many(200, '1')}), f(${many(200, '1')})`,
    OutOfResources,
    'a function receives more arguments than PostgreSQL allows',
    /array/,
  ),
];

const SERVER: readonly Provocation[] = [
  statement(
    '42501',
    'BEGIN; SET LOCAL ROLE pg_signal_backend; SELECT FROM authors',
    PermissionDenied,
    'the database role lacks the privilege for this statement',
    /role/,
  ),
  statement(
    '55000',
    `CREATE TEMP SEQUENCE numbers; SELECT currval('numbers')`,
    UnexpectedDatabaseError,
    'an object is not in the state that the statement requires',
    /nextval/,
  ),
  statement(
    '55P02',
    'SET shared_buffers = 1',
    UnexpectedDatabaseError,
    'the setting cannot be changed in a running session',
    /postgresql.conf/,
  ),
  statement(
    '55P04',
    `ALTER TYPE platform ADD VALUE 'X'; SELECT 'X'::platform`,
    UnexpectedDatabaseError,
    'a new enum value is used in the transaction that adds it',
    /Commit/,
  ),
  statement(
    '58P01',
    `SELECT pg_read_file('/nowhere')`,
    UnexpectedDatabaseError,
    'the database server cannot read or write one of its files',
    /operator/,
  ),
  statement(
    '38000',
    `COPY authors TO PROGRAM 'false'`,
    UnexpectedDatabaseError,
    'a function, trigger or program of the database raised an error',
    /log/,
  ),
  statement(
    'P0001',
    `DO $$ BEGIN RAISE EXCEPTION 'x'; END $$`,
    UnexpectedDatabaseError,
    'a function, trigger or program of the database raised an error',
    /log/,
  ),
  statement(
    'P0002',
    'DO $$ DECLARE a int; BEGIN SELECT 1 INTO STRICT a WHERE false; END $$',
    UnexpectedDatabaseError,
    'a function of the database found more or fewer rows than it expects',
    /data/,
  ),
  statement(
    'P0004',
    'DO $$ BEGIN ASSERT false; END $$',
    UnexpectedDatabaseError,
    'an assertion in a function of the database failed',
    /data/,
  ),
];

const SCHEMA: readonly Provocation[] = [
  statement(
    '42P07',
    'CREATE TABLE authors ()',
    InvalidStatement,
    'a table, view or index "authors" already exists',
    MIGRATIONS,
  ),
  statement(
    '42710',
    'CREATE TYPE platform AS ENUM ()',
    InvalidStatement,
    'an object "platform" already exists',
    MIGRATIONS,
  ),
  statement('42P06', 'CREATE SCHEMA public', InvalidStatement, 'a schema of this name already exists', MIGRATIONS),
  statement(
    '42701',
    'ALTER TABLE authors ADD COLUMN id int',
    InvalidStatement,
    'column "id" of table "authors" already exists',
    MIGRATIONS,
  ),
  statement(
    '42804',
    'ALTER TABLE authors ALTER COLUMN handle TYPE int',
    InvalidStatement,
    'column "handle" cannot be cast automatically to type integer',
    /USING/,
  ),
  statement(
    '42P16',
    'ALTER TABLE authors ADD PRIMARY KEY (id)',
    InvalidStatement,
    'the definition of the table is not valid',
    MIGRATIONS,
  ),
  statement(
    '42830',
    'CREATE TABLE t (a text REFERENCES posts (content))',
    InvalidStatement,
    'a foreign key references columns without a unique constraint',
    /first/,
  ),
  statement(
    '42P17',
    'CREATE INDEX ON authors ((now()))',
    InvalidStatement,
    'the definition of the object is not valid',
    /immutable/,
  ),
  statement(
    '2BP01',
    'DROP TABLE authors',
    UnexpectedDatabaseError,
    '"authors" cannot be dropped, because other objects depend on it',
    /migration/,
  ),
  statement(
    '0A000',
    'ALTER TABLE authors ADD CHECK (follower_count < (SELECT 1))',
    FeatureNotSupported,
    'PostgreSQL does not support what the statement asks for',
    /another way/,
  ),
];

export const SERVER_SIDE: readonly Provocation[] = [...TRANSACTIONS, ...LIMITS, ...SERVER, ...SCHEMA];
