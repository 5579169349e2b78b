import { describe, expect, it, jest } from '@jest/globals';
import { previewMigrations } from '../../../src/operations/migrator/dry-run.js';
import * as errors from '../../../src/operations/migrator/errors.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { useDatabase } from '../../support/database.js';
import { historySource, stamp, TEN_STATEMENTS } from '../../support/migrator/history.js';
import { ask, withClient } from '../../support/migrator/query.js';
import { runCli } from '../../support/cli.js';

jest.setTimeout(60_000);

describe('the dry run of the pending migrations', () => {
  const db = useDatabase();

  it('reports SQL, locks, sizes, rewritten tables and durations, and changes nothing', async () => {
    const url = await db.create({ bare: true });
    await runMigrations(historySource(url, TEN_STATEMENTS.slice(0, 2)));
    const before = await ask(url, 'SELECT oid, relname, relfilenode FROM pg_class ORDER BY oid');
    const change = {
      name: `Change${stamp(4)}`,
      up: [
        'ALTER TABLE counters ALTER COLUMN n TYPE bigint',
        'UPDATE notes SET text = upper(text)',
        'CREATE TABLE made (id integer REFERENCES notes (id))',
        'DROP INDEX old_index',
      ],
    };
    const [report, ...more] = await previewMigrations(historySource(url, [...TEN_STATEMENTS.slice(0, 2), change]));
    expect(more).toEqual([]);
    expect(report).toMatchObject({ name: change.name, onlyListed: null, ms: expect.any(Number) });
    expect(report?.statements).toMatchObject([
      {
        sql: change.up[0],
        kind: 'ddl',
        ms: expect.any(Number),
        locks: [{ table: 'counters', mode: 'ACCESS EXCLUSIVE' }],
        rewrites: ['counters'],
      },
      { sql: change.up[1], kind: 'data', locks: [{ table: 'notes', mode: 'ROW EXCLUSIVE' }], rewrites: [] },
      {
        kind: 'ddl',
        locks: expect.arrayContaining([
          { table: 'made', mode: 'ACCESS EXCLUSIVE' },
          { table: 'notes', mode: 'SHARE ROW EXCLUSIVE' },
        ]),
        rewrites: [],
      },
      { kind: 'ddl', locks: [{ table: 'notes', mode: 'ACCESS EXCLUSIVE' }] },
    ]);
    expect(report?.tables).toEqual(
      expect.arrayContaining([
        { table: 'counters', lock: 'ACCESS EXCLUSIVE', bytes: expect.any(Number), rows: null, rewritten: true },
        { table: 'notes', lock: 'ACCESS EXCLUSIVE', bytes: expect.any(Number), rows: null, rewritten: false },
        { table: 'made', lock: 'ACCESS EXCLUSIVE', bytes: null, rows: null, rewritten: false },
      ]),
    );
    expect(await ask(url, 'SELECT oid, relname, relfilenode FROM pg_class ORDER BY oid')).toEqual(before);
  });

  it('lists a migration without a transaction and the migrations after it without running them', async () => {
    const url = await db.create({ bare: true });
    const after = { name: `After${stamp(9)}`, up: ['DROP TABLE notes'] };
    const reports = await previewMigrations(historySource(url, [...TEN_STATEMENTS, after]));
    const [, , steps] = TEN_STATEMENTS;
    expect(reports.map(({ onlyListed }) => onlyListed)).toEqual([
      ...[null, null],
      'it runs without a transaction',
      `it comes after ${steps?.name ?? ''}, which was not run`,
    ]);
    expect(reports[2]?.statements.map(({ sql }) => sql)).toEqual(steps?.up);
    expect(reports[2]?.ms).toBeNull();
    expect(await ask(url, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
  });

  it('fails like the real run, and the error says that it was a dry run', async () => {
    const url = await db.create({ bare: true });
    const broken = { name: `Broken${stamp(1)}`, up: ['CREATE TABLE made (id integer)', 'DROP TABLE nowhere'] };
    const failed = previewMigrations(historySource(url, [broken]));
    await expect(failed).rejects.toThrow(errors.MigrationFailed);
    await expect(failed).rejects.toThrow(
      /failed at statement 2: .*\(42P01\).* It was a dry run and everything was rolled back:/,
    );
    expect(await ask(url, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
  });

  it('retries until its wait limit when a table is in use', async () => {
    const url = await db.create({ bare: true });
    await withClient(url, async (blocker) => {
      await blocker.query('CREATE TABLE busy (id integer)');
      await blocker.query('BEGIN; LOCK TABLE busy');
      const source = historySource(url, [{ name: `Alter${stamp(1)}`, up: ['ALTER TABLE busy ADD COLUMN extra text'] }]);
      await expect(previewMigrations(source, { maxWaitMs: 300 })).rejects.toThrow(errors.MigrationBlocked);
      const notices: string[] = [];
      const running = previewMigrations(source, {
        onNotice: (line) => {
          notices.push(line);
          void blocker.query('COMMIT');
        },
      });
      expect(await running).toHaveLength(1);
      expect(notices[0]).toMatch(/^the dry run: a table is in use/);
    });
  });

  it('is available as migration:run --dry-run, as text and as JSON', async () => {
    const env = { DATABASE_URL: await db.create({ bare: true }) };
    const [text, json] = await Promise.all([
      runCli(['migration:run', '--dry-run'], { env }),
      runCli(['migration:run', '--dry-run', '--json'], { env }),
    ]);
    expect(text).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
    expect(text.stdout).toMatch(/^CreateReferenceTables\d+: [\d.]+ ms\n {4}CREATE /);
    expect(text.stdout).toMatch(/\n {6}-- [\d.]+ ms; locks archetypes: ACCESS EXCLUSIVE\n/);
    expect(text.stdout).toMatch(/\n {2}table archetypes: ACCESS EXCLUSIVE, new\n/);
    expect(text.stdout).toMatch(/\n7 run and rolled back, 0 only listed. Nothing was changed.\n$/);
    expect((JSON.parse(json.stdout) as { migrations: unknown[] }).migrations).toHaveLength(7);
    expect(
      await ask(env.DATABASE_URL, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
    ).toEqual([]);
  });
});
