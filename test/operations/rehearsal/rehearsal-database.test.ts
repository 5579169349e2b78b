import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { MIGRATIONS } from '../../../src/migrations/index.js';
import { withCopy } from '../../../src/operations/rehearsal/copy.js';
import type { MigrationReport } from '../../../src/operations/rehearsal/rehearse.js';
import { RehearsalDatabase } from '../../../src/operations/rehearsal/rehearsal-database.js';
import { seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { useDatabase } from '../../support/database.js';
import { besides, listening } from '../backup/support.js';
import { createDataSource } from '../../../src/data-source.js';

jest.setTimeout(60_000);

const NAME = 'ChangeMuch1999999999999';

/** Creates a migration that runs the given statements. */
function migration(up: string, down: string, more: object = {}): new () => MigrationInterface {
  return class {
    name = NAME;

    constructor() {
      Object.assign(this, more);
    }

    async up(queryRunner: QueryRunner): Promise<void> {
      for (const sql of up.split(';')) await queryRunner.query(sql);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
      for (const sql of down.split(';')) await queryRunner.query(sql);
    }
  };
}

describe('the rehearsal of a migration', () => {
  const db = useDatabase();

  beforeAll(async () => {
    await seedReference(db.dataSource);
    // The server copies a database only while no session is connected to it.
    await db.dataSource.destroy();
  });

  const rehearsed = async (Class: new () => MigrationInterface) => {
    const context = listening(db.url);
    return withCopy(context, context, false, async (copy) => {
      const rehearsalDatabase = new RehearsalDatabase(context, copy, [...MIGRATIONS, Class], createDataSource);
      const problems = [await rehearsalDatabase.applyEach([NAME])];
      problems.push(await rehearsalDatabase.revertAll([NAME]));
      const left = compareFingerprints(copy.fingerprint, await rehearsalDatabase.readFingerprint(), {
        ignoreSequences: true,
      });
      problems.push(await rehearsalDatabase.applyAll([NAME]));
      return { problems: problems.filter(Boolean), left, reports: rehearsalDatabase.reports };
    });
  };

  it('reports its duration, locks, rewritten tables and changed columns', async () => {
    const before = await readDatabaseFingerprint(listening(db.url));
    const { problems, left, reports } = await rehearsed(
      migration(
        `ALTER TABLE posts ALTER error_count TYPE bigint; ALTER TABLE authors ADD bio text;
         CREATE TABLE things (n int); INSERT INTO things VALUES (1);
         ALTER TABLE kpi_types ADD rank int; UPDATE kpi_types SET rank = 1;
         UPDATE archetypes SET is_active = false; DELETE FROM power_tiers WHERE follower_threshold = 0`,
        `ALTER TABLE posts ALTER error_count TYPE integer; ALTER TABLE authors DROP bio; DROP TABLE things;
         ALTER TABLE kpi_types DROP rank; UPDATE archetypes SET is_active = true`,
      ),
    );
    expect(problems).toEqual([]);
    const [report] = reports as [MigrationReport];
    expect(report).toMatchObject({ name: NAME, rewritten: ['posts'] });
    expect(report.locks).toEqual(
      expect.arrayContaining([
        { table: 'posts', mode: 'ACCESS EXCLUSIVE' },
        { table: 'authors', mode: 'ACCESS EXCLUSIVE' },
        { table: 'archetypes', mode: 'ROW EXCLUSIVE' },
      ]),
    );
    expect(report.locks?.map(({ table }) => table)).not.toContain('things');
    expect(report.rows.map(({ table, columns }) => [table, columns])).toEqual(
      expect.arrayContaining([['archetypes', ['is_active']]]),
    );
    expect(report.rows.map(({ table }) => table)).not.toContain('kpi_types');
    for (const duration of [report.up, report.down, report.again]) expect(duration).toBeGreaterThan(0);
    expect(left.filter((line) => !/power_tiers|archetypes|migration_runs/.test(line))).toEqual([]);
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(db.url)))).toEqual([]);
    expect(await besides(db.url)).toEqual([]);
  });

  it('finds objects that `down` leaves behind, and rows that `down` does not restore', async () => {
    const { left } = await rehearsed(
      migration(
        'ALTER TABLE authors ADD bio text; CREATE INDEX ix_forgotten ON authors (bio); DELETE FROM kpi_types',
        'SELECT 1',
      ),
    );
    expect(left.join('\n')).toMatch(/authors\.bio is there/);
    expect(left.join('\n')).toMatch(/ix_forgotten is there/);
    expect(left.join('\n')).toMatch(/kpi_types: \d+ rows are missing \(0, should be \d+\)/);
  });

  it('names the migration and the SQLSTATE when applying, reverting or applying again fails', async () => {
    expect((await rehearsed(migration('SELECT 1/0', 'SELECT 1'))).problems[0]).toMatch(
      new RegExp(`^applying ${NAME} failed: .*22012`),
    );
    expect((await rehearsed(migration('SELECT 1', 'DROP TABLE nothing'))).problems[0]).toMatch(
      new RegExp(`^reverting ${NAME} failed: .*42P01`),
    );
    const { problems } = await rehearsed(migration('CREATE TABLE twice (n int)', 'SELECT 1'));
    expect(problems[0]).toMatch(new RegExp(`^applying again ${NAME} failed: .*42P07`));
  });

  it('gives the reason why an irreversible migration is not reverted', async () => {
    const Class = migration('SELECT 1', 'SELECT 1', { irreversibleBecause: 'the old column is gone' });
    const fingerprint = await readDatabaseFingerprint(listening(db.url));
    const rehearsalDatabase = new RehearsalDatabase(
      listening(db.url),
      { name: 'none', engine: 'template', fingerprint },
      [...MIGRATIONS, Class],
      createDataSource,
    );
    expect(rehearsalDatabase.findIrreversible([NAME])).toBe(`${NAME}: the old column is gone`);
    expect(rehearsalDatabase.findIrreversible(MIGRATIONS.map(({ name }) => name))).toBeNull();
  });
});
