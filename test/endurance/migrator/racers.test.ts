import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MIGRATIONS } from '../../../src/migrations/index.js';
import { runCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';
import { noPgBouncer, startPgBouncer } from '../../support/migrator/pgbouncer.js';
import { ask } from '../../support/migrator/query.js';
import { report, rounds } from '../rounds.js';

jest.setTimeout(3_600_000);

const RACERS = 16;
const ROUNDS = rounds(50);

/** The last migration of the history: it counts how often it was applied. */
const COUNT_ONCE = `
class CountOnce1999999999999 {
  name = 'CountOnce1999999999999';
  reversible = true;
  async up(queryRunner) {
    await queryRunner.query('UPDATE endurance SET n = n + 1');
  }
  async down(queryRunner) {
    await queryRunner.query('UPDATE endurance SET n = n - 1');
  }
}
`;

describe(`${RACERS} processes that run migration:run at once`, () => {
  const db = useDatabase();
  /** The folder of the compiled commands, with one more migration. */
  const program = `${preparedServer().program}-endurance`;
  const names = MIGRATIONS.map(({ name }) => name);

  beforeAll(async () => {
    await cp(preparedServer().program, program, { recursive: true });
    const index = join(program, 'src/migrations/index.js');
    const source = await readFile(index, 'utf8');
    expect(source).toContain('\n];');
    // A class may stand before the first require().
    await writeFile(
      index,
      `${COUNT_ONCE}${source.replace('\n];', ',\n    CountOnce1999999999999\n];').replace(',,', ',')}`,
    );
    await rm(join(program, 'test'), { recursive: true });
  });
  afterAll(() => rm(program, { recursive: true, force: true }));

  /** Returns the errors of the processes that failed, and the migrations that all of them applied. */
  const race = async (
    url: string,
    options: { program?: string } = {},
  ): Promise<{ failed: string[]; applied: string[] }> => {
    const ends = await Promise.all(
      Array.from({ length: RACERS }, () =>
        runCli(['migration:run', '--json'], { env: { DATABASE_URL: url }, ...options }),
      ),
    );
    const succeeded = ends.filter(({ code }) => code === 0);
    return {
      failed: ends.filter(({ code }) => code !== 0).map(({ stderr }) => stderr),
      applied: succeeded.flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied),
    };
  };

  it('apply the history once to an empty database, and none fails', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const url = await db.create({ bare: true });
      const { failed, applied } = await race(url);
      expect(failed).toEqual([]);
      expect(applied.sort()).toEqual([...names].sort());
      expect(await ask(url, 'SELECT name FROM migrations ORDER BY id')).toEqual(names.map((name) => ({ name })));
    }
    report(
      `${ROUNDS} rounds of ${RACERS} processes on an empty database: ${ROUNDS * RACERS} exit codes 0, applied once in ${ROUNDS} of ${ROUNDS}`,
    );
  });

  const countsOnce = async (through: (url: string) => string): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const url = await db.create();
      await ask(url, 'CREATE TABLE endurance AS SELECT 0 AS n');
      const { failed, applied } = await race(through(url), { program });
      expect(failed).toEqual([]);
      expect(applied).toEqual(['CountOnce1999999999999']);
      expect(await ask(url, 'SELECT n FROM endurance')).toEqual([{ n: 1 }]);
      expect(
        await ask(
          url,
          `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        ),
      ).toEqual([]);
    }
  };

  it('apply a pending data migration once, and none fails', async () => {
    await countsOnce((url) => url);
    report(
      `${ROUNDS} rounds of ${RACERS} processes with n = n + 1 pending: ${ROUNDS * RACERS} exit codes 0, n = 1 in ${ROUNDS} of ${ROUNDS}`,
    );
  });

  const missing = noPgBouncer();
  if (missing !== undefined) console.warn(`skipped: races behind a pooler: ${missing}`);
  (missing === undefined ? it : it.skip)(
    'apply a pending data migration once behind PgBouncer in transaction mode',
    async () => {
      const bouncer = await startPgBouncer(db.url);
      try {
        await countsOnce((url) => bouncer.through(url));
      } finally {
        await bouncer.stop();
      }
      report(
        `the same behind PgBouncer in transaction mode: ${ROUNDS * RACERS} exit codes 0, n = 1 in ${ROUNDS} of ${ROUNDS}, 0 locks stranded`,
      );
    },
  );
});
