import pg from 'pg';
import { preparedServer } from './databases.js';

/** Runs SQL on a connection of its own, as somebody in psql would. */
export async function on(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same outside every test database: roles are the whole server's. */
export async function onServer(sql: string): Promise<void> {
  await on(preparedServer().url, sql);
}

/** A name for a role that no other test file and no other run uses. */
export function roleName(purpose: string): string {
  return `${purpose}_${process.env.JEST_WORKER_ID ?? '0'}_${process.pid}_${Date.now().toString(36)}`;
}

/** The same database as another role. */
export function withUser(url: string, user: string, password: string): string {
  const address = new URL(url);
  address.username = user;
  address.password = password;
  return address.href;
}
