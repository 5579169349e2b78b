import { selectSchema, readFingerprint, type Fingerprint } from '../../src/operations/backup/fingerprint.js';
import { createQuery } from '../../src/operations/backup/server.js';
import { createDataSource, type ConnectionOptions } from '../../src/data-source.js';
import { ask, withClient } from './migrator/query.js';
import type { DataSource } from 'typeorm';

/** Catalog and rows of one schema, and what the database has beside its schemas. */
export function stateOf(url: string, schema: string): Promise<Fingerprint> {
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return selectSchema(await readFingerprint(createQuery(client), schema));
  });
}

/** How many tables each schema has. */
export async function tablesIn(url: string): Promise<Record<string, number>> {
  const rows = await ask<{ name: string; tables: number }>(
    url,
    `SELECT schemaname AS name, count(*)::int AS tables FROM pg_tables
     WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, tables }) => [name, tables]));
}

/** Runs with a connected DataSource and closes it. */
export async function withSchema<T>(
  options: ConnectionOptions,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await createDataSource({ poolSize: 2, ...options }).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
