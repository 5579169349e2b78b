import type { Client } from 'pg';
import { SessionClient } from '../connection/session.js';
import { ROLE } from './cluster.js';
import { getCode, EmbeddedPostgresError, getMessage } from './processes.js';

/** The advisory lock, in the database `postgres`, that everybody shares who uses the server. The letters "antone". */
const IN_USE = BigInt('0x616e746f6e65').toString();

/** Where holders meet. Advisory locks belong to a database, so ours cannot collide with those of the application. */
const MEETING_PLACE = 'postgres';

const CONNECT_WITHIN_MS = 10_000;

/** The server is going down, or up, or was killed: PostgreSQL's classes 57 and 08, and errors of the network (no SQLSTATE). */
const isPassing = (code: string | undefined): boolean =>
  !/^[0-9A-Z]{5}$/.test(code ?? '') || /^(57|08)/.test(code ?? '');

function createRefusal(port: number, error: unknown): EmbeddedPostgresError {
  const code = getCode(error) ?? '';
  const advice = code.startsWith('28')
    ? 'its password was changed: set it back to the one in the file `password` of its folder, or remove the folder'
    : code === '53300'
      ? 'close some connections, or give it more with the setting max_connections'
      : 'read server.log in its folder';
  return new EmbeddedPostgresError(`the embedded server on port ${port} refuses us: ${getMessage(error)}; ${advice}`);
}

export interface Holder {
  readonly version: string;
  /** Lets go. True when nobody else held on: then the server is the caller's to stop, and newcomers wait until it is down. */
  letGo(): Promise<boolean>;
  close(): Promise<void>;
}

/** A connection to the server, or undefined when it is not to be had now. A refusal that will not pass by is thrown. */
async function connect(port: number, password: string): Promise<Client | undefined> {
  // Held for hours in silence: a session client has no limits.
  const client = new SessionClient({
    host: '127.0.0.1',
    port,
    user: ROLE,
    password,
    database: MEETING_PLACE,
    // Not left to PGSSLMODE and its kin in the environment.
    ssl: false,
    application_name: '@shared/db embedded server holder',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
  });
  // A server that is killed is reported here; without a listener it would end our process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(getCode(error))) return undefined;
    throw createRefusal(port, error);
  }
}

async function createDatabase(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount !== 0) return;
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
    // Two newcomers at once: duplicate_database, or unique_violation when they were even closer.
    if (!['42P04', '23505'].includes(getCode(error) ?? '')) throw error;
  });
}

function getHolder(client: Client, version: string): Holder {
  let lost = false;
  client.on('end', () => (lost = true));
  return {
    version,
    async letGo() {
      try {
        if (lost) return false;
        await client.query('SELECT pg_advisory_unlock_shared($1)', [IN_USE]);
        const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [IN_USE]);
        return rows[0]?.last === true;
      } catch {
        // The server went away, so there is nothing to stop.
        return false;
      }
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

/** Joins those who use the server, and sees to it that the database exists. Undefined when the server is going away. */
export async function hold(port: number, password: string, database: string): Promise<Holder | undefined> {
  const client = await connect(port, password);
  if (client === undefined) return undefined;
  try {
    // Waits while the last one out stops the server; then ends with it.
    await client.query('SELECT pg_advisory_lock_shared($1)', [IN_USE]);
    await createDatabase(client, database);
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    // Distributions append their own name: "15.18 (Debian 15.18-1)".
    return getHolder(client, rows[0]?.server_version.split(' ')[0] ?? '');
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(getCode(error))) return undefined;
    throw createRefusal(port, error);
  }
}

/** Whether the server lets us in. */
export async function isAnswering(port: number, password: string): Promise<boolean> {
  const client = await connect(port, password);
  await client?.end();
  return client !== undefined;
}
