import type { Query } from '../../connection/database-access.js';
import { quoteLiteral } from '../../errors/sql-text.js';
import type { Difference } from '../catalog/diff.js';
import { readSnapshot } from '../catalog/snapshot.js';
import { compareOwners, compareRights } from './rights.js';
import { readRoles, compareRoles, findForeignRoles } from './role-differences.js';
import { MARK, ROLE_NAMES, type RoleMatrix } from './roles.js';

/** The differences to repair, by kind, because each kind needs other privileges. */
export interface RoleDifferences {
  readonly roles: readonly Difference[];
  readonly owners: readonly Difference[];
  readonly rights: readonly Difference[];
}

/** The user that runs db:roles, and its privileges. Names are quoted. */
export interface SetUpUser {
  readonly name: string;
  readonly superuser: boolean;
  readonly createrole: boolean;
  readonly version: number;
  /** Has the privileges of the role `owner`. */
  readonly isOwner: boolean;
  readonly ownsDatabase: boolean;
  readonly databaseOwner: string;
  readonly schema: string;
  /** Has the privileges of the schema's owner; for a missing schema: can create it. */
  readonly ownsSchema: boolean;
  readonly schemaOwner: string;
  /** Existing roles of the package on which the user has no ADMIN OPTION. */
  readonly withoutAdmin: readonly string[];
  /** Owners of objects in the schema whose privileges the user does not have. */
  readonly otherOwners: readonly string[];
}

const createSetUpUserSql = (schema: string): string => `
SELECT quote_ident(current_user) AS name, me.rolsuper AS superuser, me.rolcreaterole AS createrole,
  current_setting('server_version_num')::int / 10000 AS version,
  coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = 'owner'), false) AS "isOwner",
  pg_has_role(current_user, datdba, 'USAGE') AS "ownsDatabase", quote_ident(pg_get_userbyid(datdba)) AS "databaseOwner",
  '${schema}' AS schema, coalesce(pg_has_role(current_user, nspowner, 'USAGE'), pg_has_role(current_user, datdba, 'USAGE')) AS "ownsSchema",
  quote_ident(pg_get_userbyid(coalesce(nspowner, datdba))) AS "schemaOwner",
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname IN (${ROLE_NAMES.map((name) => `'${name}'`).join(', ')})
        AND NOT pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION') ORDER BY 1) AS "withoutAdmin",
  ARRAY(SELECT DISTINCT quote_ident(pg_get_userbyid(relowner)) FROM pg_class
        WHERE relnamespace = nsp.oid AND relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT pg_has_role(current_user, relowner, 'USAGE')
          AND pg_get_userbyid(relowner) <> 'owner') AS "otherOwners"
FROM pg_database CROSS JOIN pg_roles me LEFT JOIN pg_namespace nsp ON nspname = '${schema}'
WHERE datname = current_database() AND me.rolname = current_user`;

export async function readSetUpUser(query: Query, schema: string): Promise<SetUpUser> {
  const [user] = (await query(createSetUpUserSql(schema))) as [SetUpUser];
  return user;
}

/** Lists the privileges that the user lacks for the repairs, one line each with a way to get them. */
export function listObstacles(user: SetUpUser, { roles, owners, rights }: RoleDifferences): string[] {
  if (user.superuser) return [];
  const { name, databaseOwner, schemaOwner } = user;
  const elevated = roles.find(({ object }) => / (SUPERUSER|REPLICATION|BYPASSRLS|CREATEDB)$/.test(object));
  const notAdministered = user.version < 16 ? [] : user.withoutAdmin.filter((role) => concernsRole(role, roles));
  const database = rights.some(({ object }) => object.includes(' ON DATABASE '));
  const schema =
    rights.some(({ object }) => object.includes(' ON SCHEMA ')) ||
    owners.some(({ object }) => object.startsWith('schema '));
  return [
    ...(roles.length > 0 && !user.createrole ? [`${name} has no CREATEROLE (ALTER ROLE ${name} CREATEROLE)`] : []),
    ...(elevated ? [`only a superuser may change that ${elevated.message}`] : []),
    ...(user.createrole && notAdministered.length > 0
      ? [
          `${name} cannot administer ${notAdministered.join(', ')} (GRANT ${notAdministered.join(', ')} TO ${name} WITH ADMIN OPTION)`,
        ]
      : []),
    ...(database && !user.ownsDatabase ? [`the database belongs to ${databaseOwner}, not to ${name}`] : []),
    ...(schema && !user.ownsSchema ? [`the schema ${user.schema} belongs to ${schemaOwner}, not to ${name}`] : []),
    ...(owners.length > 0 && user.otherOwners.length > 0
      ? [`tables belong to ${user.otherOwners.join(', ')} (GRANT ${user.otherOwners.join(', ')} TO ${name})`]
      : []),
  ];
}

function concernsRole(role: string, differences: readonly Difference[]): boolean {
  return differences.some(({ repair = '' }) => new RegExp(`\\b${role}\\b`).test(repair));
}

/** All differences, and the roles with our names that db:roles did not create. */
export interface RoleState extends RoleDifferences {
  readonly foreignRoles: readonly string[];
}

/** Reads the state and changes nothing. `query` and `schema` are those of `readSnapshot`. */
export async function readState(query: Query, schema: string, matrix: RoleMatrix): Promise<RoleState> {
  const actual = await readRoles(query);
  const snapshot = await readSnapshot(query, schema, 'schema');
  return {
    roles: compareRoles(actual),
    owners: compareOwners(snapshot),
    rights: compareRights(snapshot, matrix),
    foreignRoles: findForeignRoles(actual),
  };
}

/** Lists the differences in the order in which they can be repaired. */
export function listDifferences({ roles, owners, rights }: RoleDifferences): Difference[] {
  return [...roles, ...owners, ...rights];
}

/** Returns whether `db:roles` ran for this database: it created roles, and one of them owns an object here or has a privilege. */
export async function areRolesInUse(query: Query): Promise<boolean> {
  const names = ROLE_NAMES.map(quoteLiteral).join(', ');
  const [row] = await query<{
    used: boolean;
  }>(`
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname IN (${names}) AND shobj_description(oid, 'pg_authid') LIKE '${MARK}%')
       AND EXISTS (SELECT FROM pg_shdepend s JOIN pg_roles r ON r.oid = refobjid AND refclassid = 'pg_authid'::regclass
                   JOIN pg_database d ON datname = current_database()
                   WHERE rolname IN (${names})
                     AND (dbid = d.oid OR classid = 'pg_database'::regclass AND objid = d.oid)) AS used`);
  return row?.used ?? false;
}

/** Functions with which every role can create large objects by default. Only a superuser can revoke that. */
const LARGE_OBJECT_FUNCTIONS = ['lo_creat(integer)', 'lo_create(oid)', 'lo_from_bytea(oid, bytea)'];

/** Returns SQL that revokes the functions from PUBLIC; undefined when they are revoked. */
export async function createLargeObjectRepair(query: Query): Promise<string | undefined> {
  const open = LARGE_OBJECT_FUNCTIONS.map(
    (each) => `has_function_privilege('public', 'pg_catalog.${each}', 'EXECUTE')`,
  );
  const [row] = await query<{ open: boolean }>(`SELECT ${open.join(' OR ')} AS open`);
  if (!row?.open) return undefined;
  return `REVOKE EXECUTE ON FUNCTION ${LARGE_OBJECT_FUNCTIONS.map((each) => `pg_catalog.${each}`).join(', ')} FROM PUBLIC`;
}
