import pg from 'pg';
import type { DataSource } from 'typeorm';
import { rawQueryRunner } from '../../src/connection/query-runner.js';
import { createDataSource } from '../../src/data-source.js';
import type { MigrationClass } from '../../src/migrations/migration.js';
import type { Snapshot } from '../../src/operations/catalog/snapshot.js';
import * as catalog from '../schema/catalog.js';
import { snapshotReader } from '../schema/drift/planting.js';

/**
 * Contents of the tables: `posts` maps to the number of rows, `posts.content` to a hash of the values of the column with the ids of
 * the rows, independent of their order.
 */
export type Contents = Readonly<Record<string, string>>;

/** A database on which migrations run up and down one by one, without the runner, to test the migrations themselves. */
export interface Site {
  readonly dataSource: DataSource;
  up(migration: MigrationClass): Promise<void>;
  down(migration: MigrationClass): Promise<void>;
  catalog(): Promise<Snapshot>;
  contents(): Promise<Contents>;
  close(): Promise<void>;
}

/** Connects without entities, because these belong to the newest schema. */
export async function openSite(url: string): Promise<Site> {
  const dataSource = await createDataSource({ url, poolSize: 1 })
    .setOptions({ entities: [], migrations: [], subscribers: [] })
    .initialize();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const read = snapshotReader(client);
  return {
    dataSource,
    up: (migration) => step(dataSource, migration, 'up'),
    down: (migration) => step(dataSource, migration, 'down'),
    catalog: async () => {
      await client.query('BEGIN READ ONLY');
      const snapshot = await read();
      await client.query('COMMIT');
      return snapshot;
    },
    contents: () => contentsOf(dataSource),
    close: async () => {
      await client.end();
      await dataSource.destroy();
    },
  };
}

async function step(dataSource: DataSource, Class: MigrationClass, direction: 'up' | 'down'): Promise<void> {
  const migration = new Class();
  const runner = rawQueryRunner(dataSource);
  try {
    if (migration.transaction !== false) await runner.startTransaction();
    await migration[direction](runner);
    if (runner.isTransactionActive) await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw new Error(`${Class.name}: ${direction} failed: ${error instanceof Error ? error.message : 'unknown'}`, {
      cause: error,
    });
  } finally {
    await runner.release();
  }
}

async function contentsOf(dataSource: DataSource): Promise<Contents> {
  const columns = await catalog.columns(dataSource);
  const contents: Record<string, string> = {};
  for (const table of new Set(columns.map((column) => column.table))) {
    const names = columns.filter((column) => column.table === table).map(({ name }) => name);
    const hashes = names.map(
      (name, i) => `sum(hashtextextended(concat(id, ' ', quote_nullable("${name}"::text)), 0)) AS "${i}"`,
    );
    const [row] = await dataSource.query<Record<string, string>[]>(
      `SELECT count(*) AS rows, ${hashes.join(', ')} FROM "${table}"`,
    );
    contents[table] = row?.rows ?? '';
    for (const [i, name] of names.entries()) contents[`${table}.${name}`] = row?.[i] ?? 'no rows';
  }
  return contents;
}
