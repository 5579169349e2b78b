import { inTransaction, type Cases } from './case.js';

/** Objects that the running version still uses. */
export const REMOVAL_CASES: Cases = {
  'drop-column': {
    found: [
      `ALTER TABLE "posts" DROP COLUMN "content"`,
      `ALTER TABLE posts DROP a, DROP b`,
      // The new column is in another table.
      inTransaction('ALTER TABLE posts DROP COLUMN a', 'ALTER TABLE authors ADD COLUMN a text'),
    ],
    clean: [inTransaction('CREATE TABLE fresh (a int)', 'ALTER TABLE fresh DROP COLUMN a')],
  },
  'replace-column': {
    found: [
      inTransaction(
        `ALTER TABLE "posts" DROP COLUMN "content"`,
        `ALTER TABLE "posts" ADD "content" character varying(20)`,
      ),
      `ALTER TABLE posts DROP COLUMN content, ADD COLUMN content bigint`,
      inTransaction(`ALTER TABLE posts ADD content text`, 'ALTER TABLE public.posts DROP content'),
    ],
  },
  'drop-table': {
    found: ['DROP TABLE posts', 'DROP TABLE IF EXISTS other.posts, authors', 'DROP FOREIGN TABLE remote'],
    clean: [inTransaction('CREATE TABLE fresh (a int)', 'DROP TABLE fresh'), 'DROP VIEW totals'],
  },
  'drop-schema': {
    found: ['DROP SCHEMA old', 'DROP SCHEMA old CASCADE'],
  },
  'drop-cascade': {
    found: [
      'DROP VIEW totals CASCADE',
      'DROP TYPE platform CASCADE',
      'DROP FUNCTION f(int) CASCADE',
      'ALTER TABLE posts DROP CONSTRAINT pk_posts CASCADE',
    ],
    clean: ['DROP TYPE unused', 'DROP FUNCTION f(int)', 'ALTER TABLE posts DROP CONSTRAINT ck'],
  },
  'rename-object': {
    found: [
      'ALTER TABLE posts RENAME TO articles',
      'ALTER VIEW totals RENAME TO sums',
      `ALTER TYPE "public"."platform" RENAME TO "platform_old"`,
      'ALTER SCHEMA other RENAME TO another',
      'ALTER TABLE posts SET SCHEMA other',
    ],
    clean: [
      'ALTER INDEX a RENAME TO b',
      'ALTER TABLE posts RENAME CONSTRAINT a TO b',
      inTransaction('CREATE TABLE fresh (a int)', 'ALTER TABLE fresh RENAME TO fresher'),
    ],
  },
  'rename-column': {
    found: [
      'ALTER TABLE posts RENAME COLUMN content TO body',
      'ALTER TABLE posts RENAME content TO body',
      'ALTER VIEW totals RENAME COLUMN a TO b',
      'ALTER TYPE score RENAME ATTRIBUTE a TO b',
    ],
    clean: [inTransaction('CREATE TABLE fresh (a int)', 'ALTER TABLE fresh RENAME a TO b')],
  },
};
