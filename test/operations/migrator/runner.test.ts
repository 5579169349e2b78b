import { describe, expect, it, jest } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import * as errors from '../../../src/operations/migrator/errors.js';
import type { MigratorOptions, RevertOptions } from '../../../src/operations/migrator/options.js';
import { revertMigration, runMigrations } from '../../../src/operations/migrator/runner.js';
import { readMigrationStatus } from '../../../src/operations/migrator/status.js';
import { useDatabase } from '../../support/database.js';
import { nameOf } from '../../support/keepsake.js';
import { checksumsOf, historySource, stamp, type TestMigration } from '../../support/migrator/history.js';
import { spawnMigrator } from '../../support/migrator/process.js';
import { ask, withClient } from '../../support/migrator/query.js';

jest.setTimeout(60_000);

const create: TestMigration = {
  name: `CreateCounter${stamp(1)}`,
  up: ['CREATE TABLE counter (n integer NOT NULL)', 'INSERT INTO counter VALUES (0)'],
  down: ['DROP TABLE counter'],
};
const count: TestMigration = {
  name: `Count${stamp(2)}`,
  up: ['UPDATE counter SET n = n + 1'],
  down: ['UPDATE counter SET n = n - 1'],
};

describe('the migration runner', () => {
  const db = useDatabase();
  const bare = (): Promise<string> => db.create({ bare: true });
  const run = (url: string, migrations: readonly TestMigration[], options: MigratorOptions = {}): Promise<string[]> =>
    runMigrations(historySource(url, migrations), { checksums: checksumsOf(migrations), ...options });
  const revert = (url: string, migrations: readonly TestMigration[], more: RevertOptions = {}) =>
    revertMigration(historySource(url, migrations), { checksums: checksumsOf(migrations), ...more });
  const n = async (url: string): Promise<number | undefined> =>
    (await ask<{ n: number }>(url, 'SELECT n FROM counter'))[0]?.n;
  const runs = (url: string): Promise<object[]> =>
    ask(
      url,
      `SELECT name, action, finished_at IS NOT NULL AS finished, failed_at IS NOT NULL AS failed, error_code AS code, step
       FROM migration_runs ORDER BY id`,
    );

  it('applies each migration once when several processes migrate at once, and none of them fails', async () => {
    const url = await bare();
    const race = async (migrations: readonly TestMigration[]): Promise<unknown[]> => {
      const racers = Array.from({ length: 4 }, () => spawnMigrator({ url, migrations }));
      return (await Promise.all(racers.map(({ ended }) => ended))).map(({ code, stdout, stderr }) => {
        if (code !== 0) throw new Error(stderr);
        return JSON.parse(stdout) as unknown;
      });
    };
    expect((await race([create])).flat()).toEqual([create.name]);
    expect((await race([create, count])).flat()).toEqual([count.name]);
    expect(await n(url)).toBe(1);
  });

  it('rolls back a migration that fails, names the failed statement, and records the failure', async () => {
    const url = await bare();
    const failing = {
      name: `Fails${stamp(2)}`,
      up: ['UPDATE counter SET n = 7', `INSERT INTO counter VALUES (8), (NULL)`, 'DROP TABLE counter'],
    };
    const error = await run(url, [create, failing]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(errors.MigrationFailed);
    expect((error as Error).message).toBe(
      `${failing.name} failed at statement 2: counter (n): a required column has no value (23502) in INSERT INTO counter VALUES (?), (NULL). ` +
        'Its transaction was rolled back and nothing was changed: correct the migration and run it again',
    );
    expect(await n(url)).toBe(0);
    expect(await runs(url)).toEqual([
      { name: create.name, action: 'up', finished: true, failed: false, code: null, step: 2 },
      { name: failing.name, action: 'up', finished: false, failed: true, code: '23502', step: 1 },
    ]);
    expect(
      (await readMigrationStatus(await historySource(url, [create, failing]).initialize())).migrations,
    ).toMatchObject([
      { name: create.name, state: 'applied', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      { name: failing.name, state: 'failed', errorCode: '23502', at: expect.any(Date) },
    ]);
    expect(await run(url, [create, { ...failing, up: ['UPDATE counter SET n = 9'] }])).toEqual([failing.name]);
    expect(await n(url)).toBe(9);
  });

  it.each<[string, readonly string[], string, string]>([
    ['COMMIT', ['COMMIT'], 'COMMIT would end the transaction', 'remove it, or declare transaction = false'],
    ['a hidden ROLLBACK', ['SELECT 1; /* x */ rollback'], 'SELECT would end the transaction', 'remove it'],
    ['SET', [`SET search_path = ''`], 'SET would change settings', 'use SET LOCAL'],
    [
      'CONCURRENTLY',
      ['CREATE INDEX CONCURRENTLY i ON counter (n)'],
      'CREATE INDEX (CONCURRENTLY)',
      'transaction = false',
    ],
  ])('refuses %s in a migration with a transaction', async (_name, up, what, advice) => {
    const url = await bare();
    const refused = { name: `Refused${stamp(2)}`, up: ['UPDATE counter SET n = 5', ...up] };
    const error = await run(url, [create, refused]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(errors.MigrationStatementRefused);
    expect((error as Error).message).toMatch(new RegExp(`^${refused.name}: `));
    expect((error as Error).message).toContain(what);
    expect((error as Error).message).toContain(advice);
    expect(await n(url)).toBe(0);
  });

  it('turns transactions inside a migration into savepoints, also those of TypeORM', async () => {
    class Nested implements MigrationInterface {
      readonly name = `Nested${stamp(2)}`;
      async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query('UPDATE counter SET n = 1');
        await queryRunner.startTransaction();
        await queryRunner.query('UPDATE counter SET n = 2');
        await queryRunner.rollbackTransaction();
        await queryRunner.manager.query('UPDATE counter SET n = n + 10');
      }
      async down(): Promise<void> {
        await Promise.resolve();
      }
    }
    const url = await bare();
    await run(url, [create]);
    const source = historySource(url, [create]);
    source.setOptions({ migrations: [...Object.values(source.options.migrations ?? []), Nested] });
    expect(await runMigrations(source)).toEqual([`Nested${stamp(2)}`]);
    expect(await n(url)).toBe(11);
  });

  it('limits the duration of each statement by its kind, unless the migration sets its own statement_timeout', async () => {
    const url = await bare();
    await run(url, [create]);
    const limits = { ddlMs: 60, dataMs: 2_000 };
    const tryTo = (...up: string[]): Promise<unknown> =>
      run(url, [create, { name: `Slow${stamp(2)}`, up: [...up, 'SELECT 1/0'] }], { limits }).catch((e: unknown) => e);
    const tooLong = /it exceeded statement_timeout or was cancelled \(57014\)/;
    const ended = expect.objectContaining({ message: expect.stringMatching(/22012/) });
    expect(await tryTo('SELECT pg_sleep(0.2)')).toEqual(ended);
    expect(await tryTo('ALTER TABLE counter ADD COLUMN a text', 'SELECT pg_sleep(0.2)')).toEqual(
      expect.objectContaining({ message: expect.stringMatching(tooLong) }),
    );
    expect(
      await tryTo(
        `SET LOCAL statement_timeout = '5s'`,
        'ALTER TABLE counter ADD COLUMN a text',
        'SELECT pg_sleep(0.2)',
      ),
    ).toEqual(ended);
  });

  it('refuses an applied migration that was edited, until it is accepted by name', async () => {
    const url = await bare();
    await run(url, [create, count]);
    const edited = [create, { ...count, up: ['UPDATE counter SET n = n + 2'] }];
    await expect(run(url, edited)).rejects.toThrow(errors.MigrationEdited);
    await expect(run(url, edited)).rejects.toThrow(
      `Edited after it was applied: ${count.name}: restore the file and write a new migration for the change; or, if the database already has the change, accept the file as it is (--accept <name>)`,
    );
    await expect(revert(url, edited)).rejects.toThrow(errors.MigrationEdited);
    expect(await run(url, edited, { accept: [count.name] })).toEqual([]);
    expect(await run(url, edited)).toEqual([]);
    expect((await runs(url)).at(-1)).toMatchObject({ name: count.name, action: 'accept', finished: true });
  });

  it('refuses a migration older than the newest applied one, and an applied one that the build lacks, until accepted', async () => {
    const url = await bare();
    const late = { name: `Late${stamp(0)}`, up: ['SELECT 1'] };
    await run(url, [create, count]);
    await expect(run(url, [late, create, count])).rejects.toThrow(
      `Older than the newest applied migration: ${late.name}: give it a new timestamp`,
    );
    expect(await run(url, [late, create, count], { accept: [late.name] })).toEqual([late.name]);

    await expect(run(url, [late, create])).rejects.toThrow(
      `In the database but not in this build: ${count.name}: use a build that has it`,
    );
    await expect(run(url, [late, create], { accept: ['Unknown'] })).rejects.toThrow(errors.MigrationUnknown);
    expect(await run(url, [late, create], { accept: [count.name] })).toEqual([]);
    expect(await run(url, [late, create])).toEqual([]);
    // Like TypeORM it reverts the migration that was applied last.
    expect(await revert(url, [late, create, count])).toBe(late.name);
    expect(await n(url)).toBe(1);
  });

  it('adopts migrations that TypeORM applied without a journal, without checking their source', async () => {
    const url = await bare();
    const source = await historySource(url, [create, count]).initialize();
    await source.runMigrations({ transaction: 'each' });
    await source.destroy();
    expect(await run(url, [create, { ...count, up: ['SELECT 2'] }])).toEqual([]);
    expect(await runs(url)).toMatchObject([
      { name: create.name, action: 'adopt' },
      { name: count.name, action: 'adopt' },
    ]);
    // Tables existed before the first run, so the database has no environment row.
    expect(await revert(url, [create, count], { confirmedName: nameOf(url) })).toBe(count.name);
    expect(await n(url)).toBe(0);
  });

  it('refuses to revert an irreversible migration, and gives the reason that the migration declares', async () => {
    const url = await bare();
    const final = { name: `Final${stamp(3)}`, up: [], irreversibleBecause: 'the old names are gone.' };
    await run(url, [create, count, final]);
    await expect(revert(url, [create, count, final])).rejects.toThrow(
      `${final.name} cannot be reverted: the old names are gone: write a new migration that changes the schema as needed, or restore a backup`,
    );
    expect((await runs(url)).every((entry) => (entry as { action: string }).action === 'up')).toBe(true);
  });

  it('shows the stack of an error thrown by the code of a migration, but not its message', async () => {
    class Faulty implements MigrationInterface {
      readonly name = `Faulty${stamp(1)}`;
      async up(): Promise<void> {
        await Promise.reject(new TypeError('the handle @ann is no number'));
      }
      async down(): Promise<void> {
        await Promise.resolve();
      }
    }
    const source = historySource(await bare(), []).setOptions({ migrations: [Faulty] });
    const error = (await runMigrations(source).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toBe(
      `Faulty${stamp(1)} failed: its code threw TypeError (DEBUG=1 shows where). Its transaction was rolled back and nothing was changed: correct the migration and run it again`,
    );
    expect(error.stack).toContain('runner.test');
    expect(error.stack).not.toContain('@ann');
  });

  it('needs only SELECT when no migration is pending, and fails for lack of privileges otherwise', async () => {
    const url = await bare();
    await run(url, [create]);
    await ask(
      url,
      `CREATE ROLE shared_db_test_reader LOGIN; GRANT SELECT ON migrations, migration_runs TO shared_db_test_reader`,
    );
    try {
      const reader = historySource(url, [create]).setOptions({ extra: { options: '-c role=shared_db_test_reader' } });
      expect(await runMigrations(reader)).toEqual([]);
      const more = historySource(url, [create, count]).setOptions({
        extra: { options: '-c role=shared_db_test_reader' },
      });
      await expect(runMigrations(more)).rejects.toThrow('the database role lacks the privilege for this statement');
    } finally {
      await ask(url, 'DROP OWNED BY shared_db_test_reader; DROP ROLE shared_db_test_reader');
    }
  });

  it('does not use the pool: it runs while every pooled connection is in use', async () => {
    const url = await bare();
    const source = historySource(url, [create]).setOptions({ poolSize: 1 });
    await source.initialize();
    const taken = source.createQueryRunner();
    await taken.connect();
    expect(await runMigrations(source)).toEqual([create.name]);
    await taken.release();
    await source.destroy();
  });

  it('throws MigrationInterrupted when its connection is terminated, and the next run completes the migration', async () => {
    const url = await bare();
    await run(url, [create]);
    const waiting = { name: `Waits${stamp(2)}`, up: ['UPDATE counter SET n = n + 1', 'SELECT pg_sleep(20)'] };
    const cut = run(url, [create, waiting]).catch((thrown: unknown) => thrown);
    await withClient(url, async (client) => {
      for (;;) {
        const { rowCount } = await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)' AND datname = current_database()`,
        );
        if (rowCount !== 0) return;
      }
    });
    expect(await cut).toBeInstanceOf(errors.MigrationInterrupted);
    expect((await cut) as Error).toHaveProperty(
      'message',
      `The connection was lost while ${waiting.name} ran: run the same command again: it reads how far the migration got and completes it`,
    );
    expect(await run(url, [create, { ...waiting, up: ['UPDATE counter SET n = n + 1'] }])).toEqual([waiting.name]);
    expect(await n(url)).toBe(1);
  });
});
