import { describe, expect, it, jest } from '@jest/globals';
import * as errors from '../../../src/operations/migrator/errors.js';
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import { useDatabase } from '../../support/database.js';
import { nameOf } from '../../support/keepsake.js';
import { historySource, stamp, type TestMigration } from '../../support/migrator/history.js';
import { ask } from '../../support/migrator/query.js';

jest.setTimeout(60_000);

const NAME = `Steps${stamp(1)}`;

describe('a migration without a transaction', () => {
  const db = useDatabase();
  const prepared = async (): Promise<string> => {
    const url = await db.create({ bare: true });
    await ask(url, 'CREATE TABLE things AS SELECT id, 0 AS n FROM generate_series(1, 20) AS id');
    return url;
  };
  const run = (url: string, up: readonly string[]): Promise<string[]> =>
    runMigrations(historySource(url, [{ name: NAME, up, transaction: false }]));
  // Tables existed before the first run, so the database has no environment row.
  const revert = (url: string, migration: TestMigration): Promise<string | undefined> =>
    revertMigration(historySource(url, [migration]), { confirmedName: nameOf(url) });
  const indexes = (url: string): Promise<object[]> =>
    ask(
      url,
      `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'things'::regclass ORDER BY 1`,
    );
  const count = 'UPDATE things SET n = n + 1';

  it('keeps its completed statements when it fails, and the next run continues after them', async () => {
    const url = await prepared();
    await expect(
      run(url, [count, 'CREATE INDEX CONCURRENTLY i ON things (id)', 'SELECT FROM nowhere']),
    ).rejects.toThrow(errors.MigrationStatementRefused);
    await expect(run(url, [count, 'CREATE INDEX CONCURRENTLY i ON things (id)', 'DROP TABLE nowhere'])).rejects.toThrow(
      `${NAME} failed at statement 3: table "nowhere" does not exist (42P01) in DROP TABLE nowhere. ` +
        '2 of its statements are completed and stay; the next run continues after them: correct the migration and run it again',
    );
    await expect(revert(url, { name: NAME, up: [], transaction: false })).rejects.toThrow(
      `${NAME} was interrupted while it was being applied (2 of its statements are done): finish it first: migration:run`,
    );
    expect(await run(url, [count, 'CREATE INDEX CONCURRENTLY i ON things (id)', count])).toEqual([NAME]);
    expect(await ask(url, 'SELECT DISTINCT n FROM things')).toEqual([{ n: 2 }]);
    expect(await indexes(url)).toEqual([{ name: 'i', valid: true }]);
    expect(await run(url, [])).toEqual([]);
  });

  it('is not resumed when its completed statements were changed', async () => {
    const url = await prepared();
    await expect(run(url, [count, 'DROP TABLE nowhere'])).rejects.toThrow(errors.MigrationFailed);
    for (const up of [['UPDATE things SET n = n + 2', count], []]) {
      await expect(run(url, up)).rejects.toThrow(
        `${NAME} was interrupted after statement 1, and the statements up to there were changed: restore those statements`,
      );
    }
    expect(await ask(url, 'SELECT DISTINCT n FROM things')).toEqual([{ n: 1 }]);
    // A run that began without a transaction is also resumed without one.
    expect(await runMigrations(historySource(url, [{ name: NAME, up: [count] }]))).toEqual([NAME]);
    expect(await ask(url, 'SELECT DISTINCT n FROM things')).toEqual([{ n: 1 }]);
  });

  it('drops and rebuilds an invalid index that a failed build left behind', async () => {
    const url = await prepared();
    await ask(url, 'UPDATE things SET n = id % 2');
    const unique = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON public.things (n)';
    await expect(run(url, [unique])).rejects.toThrow(/23505/);
    expect(await indexes(url)).toEqual([{ name: 'u', valid: false }]);
    await ask(url, 'UPDATE things SET n = id');
    const notices: string[] = [];
    const source = historySource(url, [{ name: NAME, up: [unique], transaction: false }]);
    expect(await runMigrations(source, { onNotice: (line) => notices.push(line) })).toEqual([NAME]);
    expect(notices).toEqual([`${NAME}: the index public.u is unfinished; dropping it`]);
    expect(await indexes(url)).toEqual([{ name: 'u', valid: true }]);
  });

  it('fails when the index exists but is not its own (42P07), and when the index to drop does not exist (42704)', async () => {
    const url = await prepared();
    await ask(url, 'CREATE INDEX i ON things (n)');
    const create = ['CREATE INDEX CONCURRENTLY i ON things (id)'];
    await expect(run(url, create)).rejects.toThrow(/"i" already exists \(42P07\)/);
    await expect(run(url, create)).rejects.toThrow(/42P07/);
    await expect(run(url, ['DROP INDEX CONCURRENTLY absent'])).rejects.toThrow(/42704/);
    await expect(run(url, ['DROP INDEX CONCURRENTLY absent'])).rejects.toThrow(/42704/);
  });

  it('repeats no batch: a loop over the number of changed rows continues where it was interrupted', async () => {
    const url = await prepared();
    const batch = 'UPDATE things SET n = n + 1 WHERE id IN (SELECT id FROM things WHERE n = 0 ORDER BY id LIMIT 6)';
    const migrate = async (last: string): Promise<string[]> => {
      const source = historySource(url, []);
      source.setOptions({
        migrations: [
          class {
            readonly name = NAME;
            readonly transaction = false;
            async up(queryRunner: { query: (sql: string) => Promise<unknown> }): Promise<void> {
              for (let rows = 1; rows > 0;) [, rows] = (await queryRunner.query(batch)) as [unknown, number];
              await queryRunner.query(last);
            }
            async down(): Promise<void> {
              await Promise.resolve();
            }
          },
        ],
      });
      return runMigrations(source);
    };
    await expect(migrate('DROP TABLE nowhere')).rejects.toThrow(/at statement 6/);
    await ask(url, 'UPDATE things SET n = 0 WHERE id = 1');
    expect(await migrate('UPDATE things SET n = n * 2')).toEqual([NAME]);
    expect(await ask(url, 'SELECT n, count(*)::int FROM things GROUP BY n ORDER BY n')).toEqual([
      { n: 0, count: 1 },
      { n: 2, count: 19 },
    ]);
  });

  it.each([
    ['SELECT 1', 'SELECT would return rows'],
    ['UPDATE things SET n = 1 RETURNING id', 'UPDATE would return rows'],
    ['BEGIN', 'BEGIN would have no effect on other statements'],
    ['SET LOCAL lock_timeout = 0', 'SET would have no effect on other statements'],
    ['CREATE INDEX CONCURRENTLY ON things (id)', 'could not be resumed after a crash'],
    ['VACUUM things; VACUUM things', 'could not be resumed after a crash'],
    ['REINDEX DATABASE CONCURRENTLY', 'could not be resumed after a crash'],
  ])('refuses the statement %s', async (sql, reason) => {
    const url = await prepared();
    const error = await run(url, [sql]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(errors.MigrationStatementRefused);
    expect((error as Error).message).toContain(reason);
  });

  it('can run VACUUM and REINDEX, and drops invalid indexes that an interrupted REINDEX left behind', async () => {
    const url = await prepared();
    await ask(url, 'CREATE INDEX i ON things (id)');
    await ask(url, `CREATE INDEX i_ccnew ON things (id)`);
    await ask(url, `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i_ccnew'::regclass`);
    expect(
      await run(url, [
        'VACUUM (ANALYZE) things',
        'REINDEX INDEX CONCURRENTLY i',
        'REINDEX TABLE CONCURRENTLY "things"',
      ]),
    ).toEqual([NAME]);
    expect(await indexes(url)).toEqual([{ name: 'i', valid: true }]);
  });

  it('is reverted step by step, and cannot be applied while it is half reverted', async () => {
    const url = await prepared();
    const steps = {
      name: NAME,
      transaction: false as const,
      up: [count],
      down: ['UPDATE things SET n = n - 1', 'DROP TABLE nowhere'],
    };
    await runMigrations(historySource(url, [steps]));
    await expect(revert(url, steps)).rejects.toThrow(/at statement 2/);
    await expect(runMigrations(historySource(url, [steps]))).rejects.toThrow(
      `${NAME} was interrupted while it was being reverted (1 of its statements are done): finish it first: migration:revert`,
    );
    const corrected = { ...steps, down: ['UPDATE things SET n = n - 1'] };
    expect(await revert(url, corrected)).toBe(NAME);
    expect(await ask(url, 'SELECT DISTINCT n FROM things')).toEqual([{ n: 0 }]);
  });
});
