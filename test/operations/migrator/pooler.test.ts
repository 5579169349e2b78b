import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import * as errors from '../../../src/operations/migrator/errors.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { useDatabase } from '../../support/database.js';
import { historySource, TEN_STATEMENTS } from '../../support/migrator/history.js';
import { noPgBouncer, startPgBouncer, type PgBouncer } from '../../support/migrator/pgbouncer.js';
import { spawnMigrator } from '../../support/migrator/process.js';
import { ask } from '../../support/migrator/query.js';

jest.setTimeout(60_000);

const missing = noPgBouncer();
const [createTables, countOnce] = TEN_STATEMENTS;
const TRANSACTIONAL = TEN_STATEMENTS.slice(0, 2);

if (missing !== undefined) console.warn(`skipped: migrations behind a pooler: ${missing}`);

(missing === undefined ? describe : describe.skip)('the runner behind PgBouncer in transaction mode', () => {
  const db = useDatabase();
  let bouncer: PgBouncer;
  const locks = (url: string): Promise<object[]> =>
    ask(
      url,
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );

  beforeAll(async () => {
    bouncer = await startPgBouncer(db.url);
  });
  afterAll(async () => {
    await bouncer.stop();
  });

  it('applies each migration once when several processes migrate at once, and leaves no lock behind', async () => {
    for (let round = 0; round < 2; round += 1) {
      const url = await db.create({ bare: true });
      await runMigrations(historySource(url, TRANSACTIONAL.slice(0, 1)));
      const racers = Array.from({ length: 4 }, () =>
        spawnMigrator({ url: bouncer.through(url), migrations: TRANSACTIONAL }),
      );
      const ends = await Promise.all(racers.map(({ ended }) => ended));
      expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
        ends.map(() => ({
          code: 0,
          stderr: expect.stringContaining('the connection goes through a pooler'),
        })),
      );
      expect(ends.flatMap(({ stdout }) => JSON.parse(stdout) as string[])).toEqual([countOnce?.name]);
      expect(await ask(url, 'SELECT n, count(*)::int FROM counters GROUP BY n')).toEqual([{ n: 1, count: 500 }]);
      expect(await locks(url)).toEqual([]);
      expect(await ask(url, `SELECT name FROM migration_runs WHERE action = 'up' AND finished_at IS NULL`)).toEqual([]);
    }
  });

  it('shares its lock with processes that connect to the server directly', async () => {
    const url = await db.create({ bare: true });
    const racers = [url, bouncer.through(url), url, bouncer.through(url)].map((way) =>
      spawnMigrator({ url: way, migrations: TRANSACTIONAL }),
    );
    const ends = await Promise.all(racers.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ends.flatMap(({ stdout }) => JSON.parse(stdout) as string[]).sort()).toEqual(
      [countOnce?.name, createTables?.name].sort(),
    );
    expect(await ask(url, 'SELECT n, count(*)::int FROM counters GROUP BY n')).toEqual([{ n: 1, count: 500 }]);
  });

  it('refuses a migration without a transaction, which a direct connection then applies', async () => {
    const url = await db.create({ bare: true });
    const refused = runMigrations(historySource(bouncer.through(url), TEN_STATEMENTS));
    await expect(refused).rejects.toThrow(errors.MigrationNeedsDirectConnection);
    await expect(refused).rejects.toThrow(
      /^StepByStep\d+ runs without a transaction and cannot run through a pooler such as PgBouncer: set MIGRATION_DATABASE_URL/,
    );
    expect(await locks(url)).toEqual([]);
    expect(await runMigrations(historySource(url, TEN_STATEMENTS))).toEqual([TEN_STATEMENTS[2]?.name]);
  });

  it('throws MigrationNeedsDirectConnection when the pooler rejects the settings of the connection', async () => {
    const strict = await startPgBouncer(db.url, false);
    try {
      const source = createDataSource({ url: strict.through(await db.create({ bare: true })) });
      await expect(runMigrations(source)).rejects.toThrow(
        'A pooler such as PgBouncer rejected the settings of the connection: set MIGRATION_DATABASE_URL to the URL of the PostgreSQL server',
      );
    } finally {
      await strict.stop();
    }
  });

  it('detects the pooler on every run, and never mistakes a direct connection for one', async () => {
    const url = await db.create({ bare: true });
    for (const [way, lines] of [
      [url, 0],
      [bouncer.through(url), 1],
    ] as const) {
      const notices: string[] = [];
      for (let time = 0; time < 5; time += 1) {
        notices.length = 0;
        await runMigrations(historySource(way, TRANSACTIONAL), { onNotice: (line) => notices.push(line) });
        expect(notices).toHaveLength(lines);
      }
    }
  });
});
