import type { DataSource } from 'typeorm';
import * as catalog from '../schema/catalog.js';
import { insert } from '../schema/attacks/case.js';
import { rowOf, TABLES } from '../schema/attacks/rows.js';

/**
 * Writes two rows to every empty table of any earlier schema: rows of the newest schema without the columns that do not exist yet.
 *
 * @throws Error when PostgreSQL refuses them, or there are no rows for a table
 */
export async function fill(dataSource: DataSource): Promise<void> {
  const columns = await catalog.columns(dataSource);
  const there = new Set(columns.map(({ table }) => table));
  const unknown = [...there].filter((table) => !TABLES.includes(table));
  if (unknown.length > 0) throw new Error(`No rows are known for ${unknown.join()}: write them in ${import.meta.url}.`);
  for (const table of TABLES.filter((name) => there.has(name))) {
    const [found] = await dataSource.query<{ empty: boolean }[]>(`SELECT NOT EXISTS (SELECT FROM "${table}") AS empty`);
    if (!found?.empty) continue;
    const names = columns.filter((column) => column.table === table).map(({ name }) => name);
    for (const n of [1, 2]) {
      const row = Object.entries(rowOf(table, n)).filter(([name]) => names.includes(name));
      const { sql, parameters } = insert(table, Object.fromEntries(row));
      await dataSource.query(sql, [...parameters]);
    }
  }
}
