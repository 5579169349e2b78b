import pg from 'pg';
import { ConnectionFailure } from '../../../src/connection/connection-failure.js';
import { MigrationInterrupted } from '../../../src/operations/migrator/errors.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { historySource, TEN_STATEMENTS } from './history.js';
import { spawnMigrator } from './process.js';
import { openStatementProxy, type KillTime } from './statement-proxy.js';

/** Counts the statements of a run of the ten-statement history, including those of the runner itself. */
export async function countStatements(url: string): Promise<number> {
  const proxy = await openStatementProxy(url);
  await runMigrations(historySource(proxy.url, TEN_STATEMENTS));
  await proxy.close();
  return proxy.statements;
}

/**
 * Kills a runner (SIGKILL) at one moment of one statement, runs the migrations again, and returns how the outcome differs from that of
 * an undisturbed run.
 *
 * @param url an empty database
 */
export async function killAt(url: string, statement: number, moment: KillTime): Promise<string[]> {
  // The proxy is opened before the process starts.
  const started: { victim?: ReturnType<typeof spawnMigrator> } = {};
  const proxy = await openStatementProxy(url, { statement, moment }, async () => {
    started.victim?.kill();
    await started.victim?.ended;
  });
  started.victim = spawnMigrator({ url: proxy.url, migrations: TEN_STATEMENTS });
  const { signal, stderr } = await started.victim.ended;
  await proxy.close();
  const where = `runner killed ${moment} statement ${statement}`;
  if (signal !== 'SIGKILL') return [`${where}: it was not killed: ${stderr}`];
  return (await completeRun(url)).map((issue) => `${where}: ${issue}`);
}

/**
 * Does the same with a runner that survives a failure of its server.
 *
 * @param strike causes the failure
 * @param afterwards restores the server and returns its URL
 */
export async function strikeAt(
  url: string,
  place: { readonly statement: number; readonly moment: KillTime },
  strike: () => Promise<void>,
  afterwards: () => Promise<string>,
): Promise<string[]> {
  let struck: Promise<void> = Promise.resolve();
  const proxy = await openStatementProxy(url, place, () => (struck = strike()));
  const error = await runMigrations(historySource(proxy.url, TEN_STATEMENTS)).catch((thrown: unknown) => thrown);
  await proxy.close();
  // The runner may fail before the strike has ended.
  await struck;
  const where = `server struck ${place.moment} statement ${place.statement}`;
  const issues = await completeRun(await afterwards());
  const isExpected = error instanceof MigrationInterrupted || error instanceof ConnectionFailure;
  if (!isExpected) issues.push(`the runner threw ${error instanceof Error ? error.message : String(error)}`);
  return issues.map((issue) => `${where}: ${issue}`);
}

/** Completes the run of the ten statements and returns what is wrong with the outcome. */
async function completeRun(url: string): Promise<string[]> {
  try {
    await runMigrations(historySource(url, TEN_STATEMENTS), { maxWaitMs: 60_000 });
  } catch (error) {
    return [`the rerun failed: ${error instanceof Error ? error.message : String(error)}`];
  }
  return findIssues(url);
}

/** The outcome when each of the ten statements ran once. */
const EXPECTED = {
  counters: [{ n: 11, count: '500' }],
  notes: '500',
  columns: ['id', 'counter_id', 'text', 'seen'],
  indexes: ['counters_pkey', 'new_index', 'notes_pkey'],
  migrations: TEN_STATEMENTS.map(({ name }) => name),
  finished: TEN_STATEMENTS.map(({ name }) => name),
  locks: 0,
};

async function findIssues(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const list = async (sql: string): Promise<unknown[]> =>
      (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
    const found = {
      counters: (await client.query('SELECT n, count(*) FROM counters GROUP BY n')).rows as unknown[],
      notes: (await list('SELECT count(*) AS value FROM notes'))[0],
      columns: await list(
        `SELECT attname AS value FROM pg_attribute WHERE attrelid = 'notes'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      ),
      indexes: await list(
        `SELECT relname AS value FROM pg_index JOIN pg_class ON oid = indexrelid
         WHERE indrelid IN ('notes'::regclass, 'counters'::regclass) AND indisvalid OR NOT indisvalid ORDER BY relname`,
      ),
      migrations: await list('SELECT name AS value FROM migrations ORDER BY id'),
      finished: await list(
        `SELECT name AS value FROM migration_runs WHERE action = 'up' AND finished_at IS NOT NULL ORDER BY finished_at`,
      ),
      locks: (
        await list(`SELECT count(*)::int AS value FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
      )[0],
    };
    return Object.entries(EXPECTED)
      .map(([what, value]) => [what, JSON.stringify(found[what as keyof typeof found]), JSON.stringify(value)] as const)
      .filter(([, is, shouldBe]) => is !== shouldBe)
      .map(([what, is, shouldBe]) => `${what} is ${is}, should be ${shouldBe}`);
  } finally {
    await client.end();
  }
}
