import type { DataSource } from 'typeorm';
import { revertMigration, runMigrations } from '../../src/operations/migrator/runner.js';
import { historySource, stamp } from './migrator/history.js';
import { ask, withClient } from './migrator/query.js';

/** Makes a table with a row, which its way back would lose. */
export const KEEPSAKE = {
  name: `Keepsake${stamp(1)}`,
  up: ['CREATE TABLE keepsakes (word text)', `INSERT INTO keepsakes VALUES ('precious')`],
  down: ['DROP TABLE keepsakes'],
};

export const source = (url: string): DataSource => historySource(url, [KEEPSAKE]);
export const migrate = (url: string): Promise<string[]> => runMigrations(source(url));
export const revert = (url: string, confirmedName?: string): Promise<string | undefined> =>
  revertMigration(source(url), { confirmedName });

/** What the database says of itself: its rows. */
export async function words(url: string): Promise<string[]> {
  const rows = await ask<{ environment: string }>(url, 'SELECT environment FROM database_environment');
  return rows.map(({ environment }) => environment);
}

/** Lets it say something; undefined: nothing. */
export async function say(url: string, environment: string | undefined): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('DELETE FROM database_environment');
    if (environment === undefined) return;
    const write = `INSERT INTO database_environment (environment, package_version) VALUES ($1, '1.0.0')`;
    await client.query(write, [environment]);
  });
}

export function nameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/** Everything that could be lost, in one string: every table, and every row of it. */
export async function contents(url: string): Promise<string> {
  const tables = await ask<{ name: string; rows: string }>(
    url,
    `SELECT oid::regclass::text AS name, query_to_xml('SELECT * FROM ' || oid::regclass, true, false, '')::text AS rows
     FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm') ORDER BY 1`,
  );
  return JSON.stringify(tables);
}
