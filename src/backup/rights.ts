import type { Client } from 'pg';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { BackupError } from './errors.js';
import { nameBeside, onServer, type BackupContext } from './server.js';
import { assertSpaceOnServer } from './space.js';

const FACTS = `
SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_user AS role,
  rolcreatedb OR rolsuper AS creates,
  (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = $1) AS owns,
  (SELECT pg_database_size(oid)::text FROM pg_database WHERE datname = $1) AS bytes
FROM pg_roles WHERE rolname = current_user`;

/** What a role may, and how large the database is. */
export interface ServerFacts {
  readonly version: string;
  readonly role: string;
  readonly creates: boolean;
  /** Null: there is no such database. */
  readonly owns: boolean | null;
  readonly bytes: string | null;
}

/**
 * Asked first, before anything is made: may we, is there room, and did a run that was killed leave something behind?
 *
 * @param copies how many more databases of this size there will be for a while
 * @returns version of the server, `15.18`
 * @throws BackupError saying what is missing.
 */
export async function inspectServer(context: BackupContext, copies: number): Promise<string> {
  const { database } = parseDatabaseUrl(context.url);
  return onServer(context, async (client) => {
    const facts = await serverFacts(client, database);
    assertMayCreate(facts, 'a backup is proved by restoring it');
    if (facts.owns === false) {
      throw new BackupError(
        `The role ${facts.role} does not own the database ${database} and so could not put a backup in its place: use its owner.`,
      );
    }
    if (facts.bytes !== null) await assertSpaceOnServer(context, client, copies * Number(facts.bytes));
    const [stem] = nameBeside(database, 'restore', new Date(0)).split('_19700101');
    const left = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [`${stem ?? ''}_`],
    );
    for (const { name } of left.rows) {
      context.note(`left over from a restore that was killed, drop it when none is running: ${name}`);
    }
    return facts.version;
  });
}

export async function serverFacts(client: Client, database: string): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(FACTS, [database]);
  return (rows as [ServerFacts])[0];
}

/** @throws BackupError unless the role may create databases. */
export function assertMayCreate({ creates, role }: ServerFacts, why: string): void {
  if (creates) return;
  throw new BackupError(
    `The role ${role} may not create databases, and ${why}: ALTER ROLE ${role} CREATEDB, or use a role that may.`,
  );
}
