import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource, QueryRunner } from 'typeorm';
import type { DatabaseError } from '../../../src/errors/translate.js';
import { createDataSource } from '../../../src/data-source.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { storeParents, unique, type Parents } from './graph.js';

const SECRET = 'invented_handle';
const db = useDatabase();
let parents: Parents;
const runners: QueryRunner[] = [];
const others: DataSource[] = [];

beforeAll(async () => {
  parents = await storeParents(db.dataSource);
});

afterEach(async () => {
  for (const runner of runners.splice(0)) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    await runner.release();
  }
  for (const other of others.splice(0)) await other.destroy();
});

/** What somebody gets who catches and translates, as the documentation says. */
async function errorOf(work: Promise<unknown>): Promise<DatabaseError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  const error = toDatabaseError(failure);
  if (!error) throw new Error('No error of the database was thrown.', { cause: failure });
  expect(`${error.stack ?? ''}${JSON.stringify(error)}`).not.toContain(SECRET);
  expect(error.message).not.toContain('\n');
  return error;
}

const sql = (statement: string, ...parameters: unknown[]): Promise<unknown> =>
  db.dataSource.query(statement, parameters);

/** A transaction on a connection of its own. */
async function transaction(isolation?: 'SERIALIZABLE'): Promise<QueryRunner> {
  const runner = db.dataSource.createQueryRunner();
  runners.push(runner);
  await runner.startTransaction(isolation);
  return runner;
}

describe('toDatabaseError converts the error of refused data:', () => {
  test('a second row with the same key', async () => {
    const insert = 'INSERT INTO authors (platform, platform_id, handle) VALUES ($1, $2, $3)';
    const platformId = unique() + SECRET;
    await sql(insert, 'REDDIT', platformId, SECRET);
    expect(await errorOf(sql(insert, 'REDDIT', platformId, SECRET))).toMatchObject({
      name: 'UniqueViolation',
      code: 'UNIQUE_VIOLATION',
      sqlState: '23505',
      table: 'authors',
      columns: ['platform', 'platform_id'],
      constraint: 'uq_authors__platform_platform_id',
      summary: 'an author with this platform and platform_id exists already',
      retryable: false,
    });
  });

  test('a second row under a partial unique index', async () => {
    const insert = `INSERT INTO kpi_metrics (date, kpi_type_id, metric_name, value) VALUES ('2026-01-31', $1, 'ctr', 1)`;
    await sql(insert, parents.metricTypeId);
    expect(await errorOf(sql(insert, parents.metricTypeId))).toMatchObject({
      code: 'UNIQUE_VIOLATION',
      columns: ['date', 'kpi_type_id', 'metric_name'],
      constraint: 'uq_kpi_metrics__date_kpi_type_id_metric_name__all_platforms',
    });
  });

  test('a missing parent, and a parent with children that is deleted', async () => {
    const key = { code: 'FOREIGN_KEY_VIOLATION', table: 'kpi_metrics', columns: ['kpi_type_id'] };
    const insert = `INSERT INTO kpi_metrics (date, kpi_type_id, metric_name, value) VALUES ('2026-02-01', $1, 'ctr', 1)`;
    expect(await errorOf(sql(insert, ID))).toMatchObject({ ...key, constraint: 'fk_kpi_metrics__kpi_type_id' });
    await sql(insert, parents.metricTypeId);
    const error = await errorOf(sql('DELETE FROM kpi_types WHERE id = $1', parents.metricTypeId));
    expect(error).toMatchObject({ ...key, constraint: 'fk_kpi_metrics__kpi_type_id' });
    // PostgreSQL 18 tells RESTRICT from a missing parent, older ones do not.
    expect(['23001', '23503']).toContain(error.sqlState);
  });

  test('a missing value', async () => {
    const error = await errorOf(sql(`INSERT INTO authors (platform, platform_id) VALUES ('REDDIT', $1)`, SECRET));
    expect(error).toMatchObject({
      code: 'NOT_NULL_VIOLATION',
      sqlState: '23502',
      table: 'authors',
      columns: ['handle'],
    });
  });

  test('overlapping rows of an exclusion constraint', async () => {
    await sql('CREATE TABLE slots (during int4range, CONSTRAINT ex_slots__during EXCLUDE USING gist (during WITH &&))');
    await sql(`INSERT INTO slots VALUES ('[1,5)')`);
    expect(await errorOf(sql(`INSERT INTO slots VALUES ('[4,9)')`))).toMatchObject({
      code: 'EXCLUSION_VIOLATION',
      sqlState: '23P01',
      table: 'slots',
      columns: ['during'],
      constraint: 'ex_slots__during',
    });
  });

  test('a change of the audit log', async () => {
    await sql(`INSERT INTO audit_logs (entity_type, entity_id, action, actor) VALUES ('reply', '1', 'approve', 'ann')`);
    for (const statement of ['UPDATE audit_logs SET actor = $1', 'DELETE FROM audit_logs WHERE actor <> $1']) {
      expect(await errorOf(sql(statement, SECRET))).toMatchObject({
        code: 'APPEND_ONLY_VIOLATION',
        sqlState: '42501',
        table: 'audit_logs',
        constraint: 'tg_audit_logs__append_only',
      });
    }
    expect(await errorOf(sql('TRUNCATE audit_logs'))).toMatchObject({ constraint: 'tg_audit_logs__no_truncate' });
  });

  test.each([
    ['a NUL byte', `SELECT length($1::text)`, `${SECRET}\0`, 'INVALID_TEXT', '22021'],
    ['a word that is no uuid', 'SELECT FROM authors WHERE id = $1', SECRET, 'INVALID_TEXT', '22P02'],
    ['a word that is not in the enum', 'SELECT FROM authors WHERE platform = $1', SECRET, 'INVALID_TEXT', '22P02'],
    ['a number that is too large', 'SELECT $1::int4', '99999999999', 'INVALID_VALUE', '22003'],
    ['a day that does not exist', 'SELECT $1::date', '2026-02-30', 'INVALID_VALUE', '22008'],
  ])('%s', async (_what, statement, parameter, code, sqlState) => {
    expect(await errorOf(sql(statement, parameter))).toMatchObject({ code, sqlState });
  });

  test('a missing table or column', async () => {
    expect(await errorOf(sql('SELECT * FROM nowhere'))).toMatchObject({ code: 'SCHEMA_MISMATCH', sqlState: '42P01' });
    expect(await errorOf(sql('SELECT colour FROM authors'))).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      sqlState: '42703',
    });
  });

  test('a write in a read-only transaction', async () => {
    const runner = await transaction();
    await runner.query('SET TRANSACTION READ ONLY');
    const error = await errorOf(runner.query('DELETE FROM authors'));
    expect(error).toMatchObject({ code: 'READ_ONLY', sqlState: '25006', retryable: false });
  });
});

describe('toDatabaseError converts the error of concurrent transactions:', () => {
  const touch = 'UPDATE authors SET follower_count = follower_count + 1 WHERE id = $1';

  test('a deadlock', async () => {
    const second = (await storeParents(db.dataSource)).authorId;
    const [one, two] = [await transaction(), await transaction()];
    await one.query(touch, [parents.authorId]);
    await two.query(touch, [second]);
    // Each rolls back what it holds, so that the other can go on.
    const crossing = [
      [one, second],
      [two, parents.authorId],
    ] as const;
    const outcomes = await Promise.allSettled(
      crossing.map(([runner, id]) => runner.query(touch, [id]).finally(() => runner.rollbackTransaction())),
    );
    const [victim] = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(toDatabaseError(victim?.reason)).toMatchObject({ code: 'DEADLOCK', sqlState: '40P01', retryable: true });
  });

  test('a lock timeout', async () => {
    const [holder, waiter] = [await transaction(), await transaction()];
    await holder.query(touch, [parents.authorId]);
    await waiter.query(`SET LOCAL lock_timeout = '20ms'`);
    const late = await errorOf(waiter.query(touch, [parents.authorId]));
    expect(late).toMatchObject({ code: 'LOCK_TIMEOUT', sqlState: '55P03', retryable: true });
    const atOnce = await errorOf(sql('SELECT id FROM authors WHERE id = $1 FOR UPDATE NOWAIT', parents.authorId));
    expect(atOnce).toMatchObject({ code: 'LOCK_TIMEOUT', sqlState: '55P03' });
  });

  test('a serialization failure', async () => {
    const [one, two] = [await transaction('SERIALIZABLE'), await transaction('SERIALIZABLE')];
    for (const runner of [one, two]) await runner.query('SELECT sum(follower_count) FROM authors');
    await one.query(touch, [parents.authorId]);
    await one.commitTransaction();
    const error = await errorOf(two.query(touch, [parents.authorId]));
    expect(error).toMatchObject({ code: 'SERIALIZATION_FAILURE', sqlState: '40001', retryable: true });
  });
});

describe('toDatabaseError converts the error of a timeout, connection or server:', () => {
  /** Another pool on the same database, at first a good one. */
  const pool = async (options: { poolSize?: number; statementTimeoutMs?: number; connectTimeoutMs?: number }) => {
    const other = await createDataSource({ url: db.url, ...options }).initialize();
    others.push(other);
    return other;
  };

  const kill = (pid?: number): Promise<unknown> => sql('SELECT pg_terminate_backend($1)', pid);

  /** Waits until the backend runs pg_sleep: one that is killed before it has read the statement says no word. */
  const isAsleep = async (pid?: number): Promise<void> => {
    const asleep = `SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`;
    while (((await sql(asleep, pid)) as unknown[]).length === 0) await sleep(5);
  };

  test('a statement timeout', async () => {
    const impatient = await pool({ statementTimeoutMs: 200 });
    const error = await errorOf(impatient.query('SELECT pg_sleep(10)'));
    expect(error).toMatchObject({ code: 'QUERY_TIMEOUT', sqlState: '57014', retryable: false });
  });

  test('a terminated backend', async () => {
    const runner = await transaction();
    const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
    const killed = errorOf(runner.query('SELECT pg_sleep(10)'));
    // Asked in the same breath, before TypeORM has noticed, and when it has and has taken the connection from the runner.
    const next = killed.then(() => errorOf(runner.query('SELECT 1')));
    await isAsleep(row?.pid).then(() => kill(row?.pid));
    expect(await killed).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(await next).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await errorOf(runner.query('SELECT 1'))).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('an idle transaction timeout', async () => {
    const runner = await transaction();
    await runner.query('SET LOCAL idle_in_transaction_session_timeout = 20');
    while (!runner.isReleased) await sleep(5);
    for (const late of [() => runner.query('SELECT 1'), () => runner.commitTransaction()]) {
      expect(await errorOf(late())).toMatchObject({ code: 'CONNECTION_LOST', sqlState: '25P03', retryable: true });
    }
  });

  test('a pool without a free connection', async () => {
    const small = await pool({ poolSize: 1, connectTimeoutMs: 1500 });
    const runner = small.createQueryRunner();
    await runner.connect();
    const error = await errorOf(small.query('SELECT 1'));
    await runner.release();
    expect(error).toMatchObject({ code: 'POOL_SATURATED', retryable: true });
  });

  test('an unreachable server', async () => {
    const url = new URL(db.url);
    url.port = '1';
    const error = await errorOf(createDataSource({ url: url.href, connectRetryMs: 0 }).initialize());
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', sqlState: 'ECONNREFUSED', retryable: true });
  });

  test('a missing database', async () => {
    const url = new URL(db.url);
    url.pathname = '/nowhere';
    expect(await errorOf(createDataSource({ url: url.href, connectRetryMs: 0 }).initialize())).toMatchObject({
      sqlState: '3D000',
    });
  });
});
