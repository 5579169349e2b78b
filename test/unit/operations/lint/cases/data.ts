import { withoutTransaction, inTransaction, type Cases } from './case.js';

/** Rows, and values of enums. */
export const DATA_CASES: Cases = {
  'data-with-schema': {
    found: [
      inTransaction('ALTER TABLE posts ADD COLUMN a int', 'UPDATE posts SET a = 1 WHERE a IS NULL'),
      inTransaction(`INSERT INTO kpi_types (name) VALUES ('X')`, 'CREATE TABLE fresh (a int)'),
      withoutTransaction('ALTER TABLE posts ADD COLUMN a int', 'DELETE FROM authors WHERE id IS NULL'),
      inTransaction('CREATE TABLE IF NOT EXISTS perhaps (a int)', 'INSERT INTO perhaps VALUES (1)'),
    ],
    clean: [
      'UPDATE posts SET error_count = 1 WHERE error_count = 2',
      inTransaction('CREATE TABLE fresh (a int)', 'INSERT INTO fresh VALUES (1)', 'UPDATE fresh SET a = 2'),
      inTransaction('GRANT SELECT ON posts TO reader', 'UPDATE posts SET error_count = 1 WHERE error_count = 2'),
    ],
  },
  'write-without-where': {
    found: [
      'UPDATE posts SET error_count = 0',
      'DELETE FROM posts',
      'UPDATE posts SET content = a.handle FROM authors a',
    ],
    clean: ['DELETE FROM posts WHERE false', 'DELETE FROM posts USING authors a WHERE a.id = author_id'],
  },
  truncate: {
    found: ['TRUNCATE posts', 'TRUNCATE TABLE posts, authors RESTART IDENTITY', 'TRUNCATE posts CASCADE'],
    clean: [inTransaction('CREATE TABLE fresh (a int)', 'TRUNCATE fresh')],
  },
  'enum-rename-value': {
    found: [`ALTER TYPE platform RENAME VALUE 'TWITTER' TO 'X'`],
  },
  'enum-value-order': {
    found: [`ALTER TYPE platform ADD VALUE 'BLUESKY'`, `ALTER TYPE platform ADD VALUE IF NOT EXISTS 'BLUESKY'`],
    clean: [
      `ALTER TYPE platform ADD VALUE 'BLUESKY' BEFORE 'REDDIT'`,
      `ALTER TYPE platform ADD VALUE 'A' AFTER 'THREADS'`,
    ],
  },
  'enum-value-used': {
    found: [
      inTransaction(
        `ALTER TYPE platform ADD VALUE 'BLUESKY' AFTER 'THREADS'`,
        `ALTER TABLE posts ALTER COLUMN platform SET DEFAULT 'BLUESKY'`,
      ),
      inTransaction(`ALTER TYPE platform ADD VALUE 'BLUESKY' AFTER 'THREADS'`, `SELECT 'BLUESKY'::platform`),
    ],
    clean: [
      `ALTER TYPE platform ADD VALUE 'BLUESKY' AFTER 'THREADS'; ALTER TYPE platform ADD VALUE 'B' AFTER 'BLUESKY'`,
      withoutTransaction(
        `ALTER TYPE platform ADD VALUE 'BLUESKY' AFTER 'THREADS'`,
        `ALTER TABLE posts ALTER COLUMN platform SET DEFAULT 'BLUESKY'`,
      ),
      inTransaction(
        `CREATE TYPE kind AS ENUM ('A')`,
        `ALTER TYPE kind ADD VALUE 'B' AFTER 'A'`,
        `CREATE TABLE fresh (a kind DEFAULT 'B')`,
      ),
    ],
  },
};
