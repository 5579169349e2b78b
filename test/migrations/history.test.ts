import { afterEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/data-source.js';
import { MIGRATIONS } from '../../src/migrations/index.js';
import { createLockKeys } from '../../src/operations/migrator/lock.js';
import { revertMigration, runMigrations } from '../../src/operations/migrator/runner.js';
import { readMigrationStatus } from '../../src/operations/migrator/status.js';
import * as catalog from '../schema/catalog.js';
import { useDatabase } from '../support/database.js';

describe('the history of the schema', () => {
  const db = useDatabase();
  const opened: DataSource[] = [];

  const open = async (url: string): Promise<DataSource> => {
    const dataSource = await createDataSource({ url }).initialize();
    opened.push(dataSource);
    return dataSource;
  };

  afterEach(async () => {
    for (const dataSource of opened.splice(0)) await dataSource.destroy();
  });

  it('is listed in the order of its timestamps, under unique names', () => {
    const names = MIGRATIONS.map((migration) => new migration().name);
    expect(names).toEqual(MIGRATIONS.map(({ name }) => name));
    const timestamps = names.map((name) => Number(name.slice(-13)));
    expect(timestamps).toEqual([...new Set(timestamps)].sort((a, b) => a - b));
  });

  it('leaves nothing to generate', async () => {
    const { upQueries } = await db.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('generates a migration for a changed entity, so the test above can fail', async () => {
    const dataSource = await open(await db.create());
    await dataSource.query('ALTER TABLE posts DROP COLUMN error_message');
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).join()).toContain('"error_message"');
  });

  it('is reverted step by step to an empty schema, and runs again to the same catalog', async () => {
    const dataSource = await open(await db.create());
    const read = async (): Promise<unknown[]> => [
      await catalog.columns(dataSource),
      await catalog.indexes(dataSource),
      await catalog.constraints(dataSource),
      await catalog.enums(dataSource),
    ];
    const before = await read();

    const reverted: (string | undefined)[] = [];
    while (reverted.length < MIGRATIONS.length) reverted.push(await revertMigration(dataSource));
    expect(reverted).toEqual(MIGRATIONS.map(({ name }) => name).reverse());
    expect(await revertMigration(dataSource)).toBeUndefined();
    expect(await catalog.leftovers(dataSource)).toEqual([]);

    expect(await runMigrations(dataSource)).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(await read()).toEqual(before);
  });

  it('is applied once when four runs start at the same time on an empty database', async () => {
    const url = await db.create({ bare: true });
    const racers = await Promise.all([1, 2, 3, 4].map(() => open(url)));
    const applied = await Promise.all(racers.map((dataSource) => runMigrations(dataSource)));
    expect(applied.flat().sort()).toEqual(MIGRATIONS.map(({ name }) => name).sort());
    expect(await readMigrationStatus(await open(url))).toMatchObject({ pending: [] });
  });

  it('lets a second run wait, and names the process it waits for on timeout', async () => {
    const [first, second] = [await open(db.url), await open(db.url)];
    const holder = first.createQueryRunner();
    await holder.query('SELECT pg_advisory_lock($1, $2)', [...createLockKeys('public')]);
    await expect(runMigrations(second, { maxWaitMs: 100 })).rejects.toThrow(
      /pid \d+, shared-db.*run it again when that process has ended/,
    );
    await holder.query('SELECT pg_advisory_unlock($1, $2)', [...createLockKeys('public')]);
    await holder.release();
    expect(await runMigrations(second, { maxWaitMs: 100 })).toEqual([]);
  });

  it('reports applied and pending migrations, also on an empty database', async () => {
    const dataSource = await open(await db.create({ bare: true }));
    expect(await readMigrationStatus(dataSource)).toMatchObject({
      applied: [],
      pending: MIGRATIONS.map(({ name }) => name),
    });
    await runMigrations(dataSource);
    expect(await readMigrationStatus(dataSource)).toMatchObject({
      applied: MIGRATIONS.map(({ name }) => name),
      pending: [],
    });
  });
});
