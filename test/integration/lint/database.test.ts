import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface } from 'typeorm';
import { rawQueryRunner } from '../../../src/connection/query-runner.js';
import { withDataSource } from '../../../src/cli/database.js';
import { LINT_RULES } from '../../../src/operations/lint/rules/index.js';
import { useDatabase } from '../../support/database.js';
import { lint, type Planted } from '../../unit/operations/lint/support.js';

const down = () => Promise.resolve();

describe('the recipes of the lint rules', () => {
  const db = useDatabase();
  const recipes = LINT_RULES.flatMap(({ id, recipe }) => (recipe === undefined ? [] : [[id, recipe] as const]));

  it.each(recipes)('run on this schema: %s', async (_, recipe) => {
    const queryRunner = db.dataSource.createQueryRunner();
    try {
      for (const { sql, transaction = true } of recipe) {
        if (transaction) await queryRunner.startTransaction();
        await queryRunner.query(sql);
        // A recipe of one step is rolled back, because roles belong to the whole server.
        if (transaction && recipe.length === 1) await queryRunner.rollbackTransaction();
        else if (transaction) await queryRunner.commitTransaction();
      }
    } finally {
      if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
      await queryRunner.release();
    }
  });
});

describe('the text of a lint rule', () => {
  const db = useDatabase();
  const inTransaction = async (...queries: string[]): Promise<unknown> => {
    const queryRunner = rawQueryRunner(db.dataSource);
    await queryRunner.startTransaction();
    try {
      let rows: unknown;
      for (const query of queries) rows = await queryRunner.query(query);
      return rows;
    } finally {
      await queryRunner.rollbackTransaction();
      await queryRunner.release();
    }
  };
  const locks = `SELECT DISTINCT c.relname || ' ' || l.mode AS lock FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND c.relname IN ('posts', 'authors', 'audit_logs') AND l.mode <> 'AccessShareLock' ORDER BY 1`;

  it.each([
    ['add-check', 'ALTER TABLE posts ADD CONSTRAINT c CHECK (error_count >= 0)', ['posts AccessExclusiveLock']],
    [
      'add-unique',
      'ALTER TABLE posts ADD CONSTRAINT u UNIQUE (id, content)',
      ['posts AccessExclusiveLock', 'posts ShareLock'],
    ],
    ['set-not-null', 'ALTER TABLE posts ALTER raw_metrics SET NOT NULL', ['posts AccessExclusiveLock']],
    ['create-index', 'CREATE INDEX i ON posts (content)', ['posts ShareLock']],
    ['truncate', 'TRUNCATE authors, posts CASCADE', ['authors AccessExclusiveLock', 'posts AccessExclusiveLock']],
    [
      'add-foreign-key',
      'ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE',
      ['authors ShareRowExclusiveLock', 'posts ShareRowExclusiveLock'],
    ],
    ['drop-index', 'DROP INDEX ix_audit_logs__created_at', ['audit_logs AccessExclusiveLock']],
    // Part of the recipe of several rules.
    [
      'VALIDATE CONSTRAINT',
      'ALTER TABLE posts VALIDATE CONSTRAINT ck_posts__created_at_range',
      ['posts ShareUpdateExclusiveLock'],
    ],
  ])('names the lock that PostgreSQL takes: %s', async (_, sql, expected) => {
    const rows = (await inTransaction(sql, locks)) as { lock: string }[];
    expect(rows.map(({ lock }) => lock)).toEqual(expect.arrayContaining(expected));
    if (!expected.some((lock) => lock.includes('AccessExclusive'))) {
      expect(rows.filter(({ lock }) => lock.includes('AccessExclusive'))).toEqual([]);
    }
  });

  it.each([
    ['25001', ['CREATE INDEX CONCURRENTLY i ON posts (content)']],
    ['25001', ['VACUUM posts']],
    ['55P04', [`ALTER TYPE platform ADD VALUE 'B'`, `SELECT 'B'::platform`]],
    ['22P02', [`ALTER TYPE platform RENAME VALUE 'REDDIT' TO 'R'`, `SELECT 'REDDIT'::platform`]],
    ['42601', ['SELEC 1']],
    [
      '23502',
      [
        `INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'invented')`,
        'ALTER TABLE authors ADD COLUMN nn int NOT NULL',
      ],
    ],
  ])('names the SQLSTATE that PostgreSQL raises: %s', async (code, queries) => {
    await expect(inTransaction(...queries)).rejects.toMatchObject({ code });
  });
});

describe('migration:lint on a database', () => {
  const db = useDatabase();

  beforeAll(async () => {
    await db.dataSource.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('REDDIT', 'a', 'invented')`);
  });

  /** Lints pending migrations as the command does. */
  const rules = async (...planted: Planted[]): Promise<string[]> =>
    withDataSource(
      { url: db.url, schema: 'public' },
      async (reader) => (await lint(planted, { reader })).findings.map(({ rule }) => rule),
      { readOnly: true },
    );

  it('allows strong locks on empty tables, not on tables with rows or on missing tables', async () => {
    const index = (table: string) => `CREATE INDEX i ON ${table} (id)`;
    expect(await rules(index('posts'))).toEqual([]);
    expect(await rules(index('authors'))).toEqual(['create-index']);
    expect(await rules(index('nowhere'))).toEqual(['create-index']);
    expect(await rules(`CREATE INDEX i ON "po""sts'" (id)`)).toEqual(['create-index']);
    expect((await lint([index('posts')])).findings).toHaveLength(1);
  });

  it('reports dropped tables and columns, even when they are empty', async () => {
    expect(await rules('DROP TABLE posts')).toEqual(['drop-table']);
    expect(await rules('ALTER TABLE posts DROP COLUMN content')).toEqual(['drop-column']);
  });

  it('allows any change to a table that a pending migration creates', async () => {
    expect(await rules('CREATE TABLE fresh (id int)', 'CREATE INDEX i ON fresh (id)', 'DROP TABLE fresh')).toEqual([]);
  });

  it('allows SET NOT NULL where a validated CHECK excludes nulls', async () => {
    const set = 'ALTER TABLE authors ALTER display_name SET NOT NULL';
    expect(await rules(set)).toEqual(['set-not-null']);
    await db.dataSource.query(`UPDATE authors SET display_name = 'Invented'`);
    await db.dataSource.query('ALTER TABLE authors ADD CONSTRAINT proof CHECK (display_name IS NOT NULL)');
    expect(await rules(set)).toEqual([]);
    await db.dataSource.query('ALTER TABLE authors DROP CONSTRAINT proof');
  });

  it('answers the reads of a migration, and changes nothing', async () => {
    const before: unknown = await db.dataSource.query('SELECT * FROM authors');
    const asking: MigrationInterface = {
      name: 'Asks1',
      up: async (queryRunner) => {
        const rows = (await queryRunner.query('SELECT id, handle FROM authors')) as { id: string }[];
        for (const { id } of rows) await queryRunner.query('DELETE FROM authors WHERE id = $1', [id]);
        for (const { id } of rows) await queryRunner.query(`DROP TABLE "t${id.slice(0, 4)}"`);
      },
      down,
    };
    expect(await rules(asking)).toEqual(['data-with-schema', 'drop-table']);
    expect(await rules('DELETE FROM authors WHERE true', 'CREATE TABLE fresh (id int)')).toEqual([]);
    expect(await db.dataSource.query('SELECT * FROM authors')).toEqual(before);
    expect(await db.dataSource.query(`SELECT to_regclass('fresh') AS made`)).toEqual([{ made: null }]);
  });

  it.each([
    ['writes', `WITH gone AS (DELETE FROM authors RETURNING id) SELECT * FROM gone`],
    ['advances a sequence', `SELECT nextval(pg_get_serial_sequence('migrations', 'id'))`],
    ['reads a missing table', 'SELECT * FROM pending_table'],
    ['locks rows', 'SELECT id FROM authors FOR UPDATE'],
    ['returns inserted rows', `INSERT INTO authors DEFAULT VALUES RETURNING id`],
  ])('reports a query that %s as unanswered', async (_, sql) => {
    const migration: MigrationInterface = {
      up: async (queryRunner) => {
        expect(((await queryRunner.query(sql)) as unknown[]).length).toBe(0);
      },
      down,
    };
    expect(await rules(migration)).toEqual(['unanswered-query']);
    expect(await db.dataSource.query('SELECT count(*)::int AS n FROM authors')).toEqual([{ n: 1 }]);
  });

  it('answers the queries that the methods of TypeORM send', async () => {
    const migration: MigrationInterface = { up: (queryRunner) => queryRunner.dropColumn('posts', 'content'), down };
    expect(await rules(migration)).toEqual(['drop-column']);
  });
});
