import { assertNoReason, createRefusal, type Safety } from './url-policy.js';

/** Sends one statement and returns its rows. Operations take such a function, so that their caller chooses connection and transaction. */
export type Query = <Row extends object>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/**
 * The purpose of a connection, which decides what privileges its role may have: `app` reads and writes rows, `migrate` may also own and
 * change tables, `administer` (roles and grants) may have any privilege.
 */
export type Purpose = 'app' | 'migrate' | 'administer';

interface RolePrivileges {
  readonly role: string;
  readonly attributes: readonly string[] | null;
  readonly powers: readonly string[] | null;
  readonly owns: number;
  readonly creates: number;
}

/** Selects the privileges of the session's role and of every role that it can become with SET ROLE. */
const PRIVILEGES_SQL = `
  WITH reachable AS (SELECT * FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')),
  ours AS (SELECT oid, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
  SELECT session_user AS role,
    (SELECT array_agg(DISTINCT attribute ORDER BY attribute) FROM reachable, LATERAL (VALUES
      (rolsuper, 'SUPERUSER'), (rolbypassrls, 'BYPASSRLS'), (rolcreaterole, 'CREATEROLE'), (rolreplication, 'REPLICATION'),
      (rolcreatedb, 'CREATEDB')) AS had (has, attribute) WHERE has) AS attributes,
    (SELECT array_agg(rolname::text ORDER BY rolname) FROM reachable WHERE rolname IN ('pg_read_server_files',
      'pg_write_server_files', 'pg_execute_server_program', 'pg_read_all_data', 'pg_write_all_data')) AS powers,
    (SELECT count(*) FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours) AND relowner IN (SELECT oid FROM reachable))::int
      + (SELECT count(*) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours) AND proowner IN (SELECT oid FROM reachable))::int
      + (SELECT count(*) FROM ours WHERE nspowner IN (SELECT oid FROM reachable))::int
      + (SELECT count(*) FROM pg_database WHERE datname = current_database() AND datdba IN (SELECT oid FROM reachable))::int
      AS owns,
    (SELECT count(DISTINCT ours.oid) FROM ours, reachable WHERE has_schema_privilege(reachable.oid, ours.oid, 'CREATE'))::int
      + (SELECT count(*) FROM pg_database WHERE datname = current_database() AND EXISTS (
          SELECT FROM reachable WHERE has_database_privilege(reachable.oid, pg_database.oid, 'CREATE')))::int AS creates`;

/**
 * Throws in production when the role of the session has excess privileges.
 *
 * @param query runs a statement on a connection of that role and returns its rows
 * @throws UnsafeConnection with one line that names the excess privileges and the remedy
 */
export async function assertSafeRole(
  query: (sql: string) => Promise<unknown>,
  purpose: Purpose,
  safety: Safety,
): Promise<void> {
  if (!safety.production || purpose === 'administer') return;
  const [privileges] = (await query(PRIVILEGES_SQL)) as RolePrivileges[];
  const issues = privileges === undefined ? ['cannot be examined'] : findIssues(privileges, purpose);
  if (issues.length === 0) return;
  const reason = `the role ${privileges?.role ?? ''} ${issues.join(', ')}: use the role made for this (db:roles)`;
  assertNoReason([createRefusal(reason, 'SHARED_DB_ALLOW_UNSAFE_ROLE', safety)], safety);
}

function findIssues({ attributes, powers, owns, creates }: RolePrivileges, purpose: Purpose): string[] {
  // Migrations need membership in `owner`, and rehearsals create databases.
  const migrates = purpose === 'migrate';
  const held = (attributes ?? []).filter((attribute) => !(migrates && attribute === 'CREATEDB'));
  // A superuser has every other privilege too.
  if (held.includes('SUPERUSER')) return ['is or can become a superuser'];
  return [
    ...held.map((attribute) => `has ${attribute}`),
    ...(powers ?? []).map((power) => `is a member of ${power}`),
    ...(owns > 0 && !migrates ? ['owns tables or other objects'] : []),
    ...(creates > 0 && !migrates ? ['can create objects'] : []),
  ];
}

/** SELECT columns for `explainReadOnly`. Every role can read them. */
export const ACCESS_COLUMNS = `pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_setting('default_transaction_read_only') = 'on' AS "readOnly"`;

export interface Access {
  /** The server is a standby, which accepts no writes. */
  readonly standby: boolean;
  /** default_transaction_read_only is on, for the server, the database or the role. */
  readonly readOnly: boolean;
}

/** Returns why the database is read-only and what to do; undefined when it accepts writes. Completes "The database …: ". */
export function explainReadOnly({ standby, readOnly }: Access): string | undefined {
  if (standby) return 'it is a standby, which accepts no writes: connect to the primary, or promote it';
  if (!readOnly) return undefined;
  return 'it is read-only (default_transaction_read_only is on): when writing is allowed again, RESET it with ALTER DATABASE or ALTER ROLE';
}
