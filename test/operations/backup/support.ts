import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { BackupToolError } from '../../../src/operations/backup/manifest.js';
import type { BackupContext } from '../../../src/operations/backup/server.js';
import { findTool } from '../../../src/operations/backup/tool.js';
import { preparedServer } from '../../support/databases.js';

/** Why there is no pg_dump for the server of this run; undefined when there is one. */
export async function noPgDump(): Promise<string | undefined> {
  try {
    await findTool('pg_dump', await serverVersion());
    return undefined;
  } catch (error) {
    if (error instanceof BackupToolError) return error.message;
    throw error;
  }
}

export async function serverVersion(): Promise<string> {
  const [row] = await query<{ version: string }>(
    preparedServer().url,
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  return row?.version ?? '';
}

/** Runs statements on a connection of its own; the rows of the last one. */
export async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  // Some tests end its session.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return ([await client.query(sql)] as pg.QueryResult[]).flat().at(-1)?.rows as Row[];
  } finally {
    await client.end();
  }
}

/** Databases next to one, whose names begin as its own. */
export async function besides(url: string): Promise<string[]> {
  const name = new URL(url).pathname.slice(1);
  const rows = await query<{ datname: string }>(
    preparedServer().url,
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${name}_') ORDER BY 1`,
  );
  return rows.map(({ datname }) => datname);
}

/** For the end of a test file: they are not the test database's own. */
export async function dropBesides(url: string): Promise<void> {
  for (const name of await besides(url)) await query(preparedServer().url, `DROP DATABASE "${name}" WITH (FORCE)`);
}

/** A context that keeps what it is told. */
export function listening(
  url: string,
  more: Partial<BackupContext> = {},
): BackupContext & { readonly notes: string[] } {
  const notes: string[] = [];
  return { url, schema: 'public', notes, note: (line) => void notes.push(line), ...more };
}

export async function emptyFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-db-backup-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What neither a dump nor a copy holds, and what a careless restore loses. */
const EXTRAS = `
ALTER DATABASE $db SET work_mem = '9MB';
ALTER DATABASE $db SET search_path = "$user", public;
ALTER ROLE CURRENT_USER IN DATABASE $db SET statement_timeout = '77s';
GRANT CREATE ON DATABASE $db TO PUBLIC;
COMMENT ON DATABASE $db IS 'It''s ours.';
ALTER DATABASE $db CONNECTION LIMIT 90;
CREATE TABLE extras (id serial, note text, at timestamptz DEFAULT now(), raw bytea);
INSERT INTO extras (note, raw) SELECT 'ä ''' || n, decode(md5(n::text), 'hex') FROM generate_series(1, 500) n;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM extras;
SELECT lo_from_bytea(0, 'large');`;

export async function addExtras(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  for (const sql of EXTRAS.replaceAll('$db', name).split(';\n')) if (sql.trim() !== '') await query(url, sql);
}
