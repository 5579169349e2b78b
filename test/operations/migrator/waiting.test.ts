import { describe, expect, it, jest } from '@jest/globals';
import * as errors from '../../../src/operations/migrator/errors.js';
import { createLockKeys } from '../../../src/operations/migrator/lock.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { useDatabase } from '../../support/database.js';
import { historySource, stamp } from '../../support/migrator/history.js';
import { spawnMigrator } from '../../support/migrator/process.js';
import { ask, withClient } from '../../support/migrator/query.js';
import { stallOf } from '../../support/migrator/reader-stall.js';

jest.setTimeout(60_000);

const alter = { name: `Alter${stamp(1)}`, up: ['ALTER TABLE busy ADD COLUMN extra text'] };

describe('a migration whose table is in use', () => {
  const db = useDatabase();

  it('blocks no reader for more than 250 ms, and is applied when the table is free', async () => {
    const { longest, elsewhere, reads, after, notices } = await stallOf(await db.create({ bare: true }), 1_500);
    expect(reads).toBeGreaterThan(20);
    expect(longest).toBeLessThan(250 + elsewhere);
    expect(after).toBeLessThan(5_000);
    expect(notices[0]).toMatch(/^Alter\d+: a table is in use.*; rolled back, trying again$/);
  });

  it('fails after the wait limit, and names the blocking session and its statement without literals', async () => {
    const url = await db.create({ bare: true });
    await ask(url, 'CREATE TABLE busy (id integer, name text)');
    await withClient(url, async (blocker) => {
      await blocker.query(`SET application_name = 'night report'; BEGIN`);
      await blocker.query(`SELECT * FROM busy WHERE name = 'Ann ''secret''' AND id = 4711 -- token=abc`);
      const error = await runMigrations(historySource(url, [alter]), { maxWaitMs: 1_200 }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(errors.MigrationBlocked);
      expect((error as Error).message).toMatch(
        /^Alter\d+ waited 1 s: a table is in use by pid \d+ \(night report\), idle in transaction for \d+ s: SELECT \* FROM busy WHERE name = \? AND id = \?: run it again when the table is free, /,
      );
    });
    expect(await ask(url, `SELECT error_code AS code FROM migration_runs WHERE failed_at IS NOT NULL`)).toHaveLength(1);
    expect(await runMigrations(historySource(url, [alter]))).toEqual([alter.name]);
  });

  it('is retried after a deadlock (40P01)', async () => {
    const url = await db.create({ bare: true });
    await ask(url, 'CREATE TABLE busy (id integer); CREATE TABLE other (id integer); INSERT INTO other VALUES (1)');
    const both = { name: `Both${stamp(1)}`, up: ['UPDATE busy SET id = 1', 'UPDATE other SET id = id + 1'] };
    await withClient(url, async (rival) => {
      await rival.query(
        'ALTER DATABASE ' + rival.escapeIdentifier(rival.database ?? '') + ` SET deadlock_timeout = '1500ms'`,
      );
      await rival.query('BEGIN; LOCK TABLE other');
      const notices: string[] = [];
      const running = runMigrations(historySource(url, [both]), { onNotice: (line) => notices.push(line) });
      for (;;) {
        const waits = await ask(url, `SELECT FROM pg_locks WHERE NOT granted AND relation = 'other'::regclass`);
        if (waits.length > 0) break;
      }
      await rival.query(`SET deadlock_timeout = '10s'`);
      const locking = rival.query('LOCK TABLE busy');
      await locking;
      await rival.query('COMMIT');
      expect(await running).toEqual([both.name]);
      expect(notices[0]).toMatch(/it conflicts with another transaction/);
    });
    expect(await ask(url, 'SELECT id FROM other')).toEqual([{ id: 2 }]);
  });
});

describe('a runner while another process holds the migration lock', () => {
  const db = useDatabase();

  it('waits for the other process, names it, and fails after the wait limit', async () => {
    const url = await db.create({ bare: true });
    const slow = { name: `Slow${stamp(1)}`, up: ['CREATE TABLE made (id integer)', 'SELECT pg_sleep(3)'] };
    const first = spawnMigrator({ url, migrations: [slow] });
    for (;;) {
      const sleeping = await ask(
        url,
        `SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3)' AND datname = current_database()`,
      );
      if (sleeping.length > 0) break;
    }
    const notices: string[] = [];
    const options = { onNotice: (line: string) => notices.push(line) };
    const impatient = runMigrations(historySource(url, [slow]), { ...options, maxWaitMs: 200 });
    await expect(impatient).rejects.toThrow(errors.MigrationLockTimeout);
    await expect(impatient).rejects.toThrow(
      new RegExp(
        `^Waited 0 s for another process that migrates the schema public \\(pid \\d+, shared-db migrator .*:${first.pid}, connected for`,
      ),
    );
    expect(notices).toEqual([
      expect.stringMatching(
        new RegExp(`^waiting for another process that migrates: pid \\d+, shared-db migrator .*:${first.pid}`),
      ),
    ]);
    expect(await runMigrations(historySource(url, [slow]), options)).toEqual([]);
    expect((await first.ended).code).toBe(0);
  });

  it('takes over when the other process is killed during a long statement', async () => {
    const url = await db.create({ bare: true });
    const slow = { name: `Slow${stamp(1)}`, up: ['CREATE TABLE made (id integer)', 'SELECT pg_sleep(60)'] };
    const victim = spawnMigrator({ url, migrations: [slow] });
    for (;;) {
      const sleeping = await ask(
        url,
        `SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND datname = current_database()`,
      );
      if (sleeping.length > 0) break;
    }
    victim.kill();
    const begin = performance.now();
    expect(await runMigrations(historySource(url, [{ ...slow, up: ['CREATE TABLE made (id integer)'] }]))).toEqual([
      slow.name,
    ]);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  it('holds no snapshot while it waits, so that CREATE INDEX CONCURRENTLY of the other process succeeds', async () => {
    const url = await db.create({ bare: true });
    await ask(url, 'CREATE TABLE filled AS SELECT id FROM generate_series(1, 100000) AS id');
    const index = {
      name: `Index${stamp(1)}`,
      transaction: false as const,
      up: ['CREATE INDEX CONCURRENTLY i ON filled (id)'],
    };
    const racers = Array.from({ length: 4 }, () => runMigrations(historySource(url, [index]), { maxWaitMs: 30_000 }));
    expect((await Promise.all(racers)).flat()).toEqual([index.name]);
  });

  it('respects an advisory lock that an operator took by hand', async () => {
    await withClient(await db.create({ bare: true }), async (client) => {
      await client.query('SELECT pg_advisory_lock($1, $2)', [...createLockKeys('public')]);
      const url = `${db.url.slice(0, db.url.lastIndexOf('/') + 1)}${client.database ?? ''}`;
      await expect(runMigrations(historySource(url, [alter]), { maxWaitMs: 50 })).rejects.toThrow(
        /pid \d+, without application_name/,
      );
    });
  });
});
