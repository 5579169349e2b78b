import { quoteLiteral } from '../../errors/sql-text.js';
import type { Difference } from '../catalog/diff.js';
import type { Query } from '../../connection/database-access.js';
import { createComment, MARK, ROLE_NAMES, ROLES, type RoleDefinition } from './roles.js';

/** A role on the server. */
interface ActualRole {
  readonly name: string;
  readonly comment: string | null;
  /** Attributes by their SQL keyword: LOGIN, SUPERUSER… */
  readonly attributes: Readonly<Record<string, boolean>>;
}

/** The membership of a role in another one. All names are quoted. */
interface Membership {
  readonly role: string;
  readonly member: string;
  readonly grantor: string;
  readonly admin: boolean;
  /** The member can use the role's privileges, by inheritance or SET ROLE. Always true before PostgreSQL 16. */
  readonly acts: boolean;
}

export interface ActualRoles {
  readonly roles: readonly ActualRole[];
  readonly memberships: readonly Membership[];
  /** Major version of the server. Since 16 a membership is identified by its grantor too. */
  readonly version: number;
}

const NAMES = ROLE_NAMES.map((name) => `'${name}'`).join(', ');

const ROLES_SQL = `
SELECT rolname AS name, shobj_description(oid, 'pg_authid') AS comment, json_build_object(
  'LOGIN', rolcanlogin, 'INHERIT', rolinherit, 'SUPERUSER', rolsuper, 'CREATEDB', rolcreatedb,
  'CREATEROLE', rolcreaterole, 'REPLICATION', rolreplication, 'BYPASSRLS', rolbypassrls) AS attributes
FROM pg_roles WHERE rolname IN (${NAMES})`;

const MEMBERSHIPS_SQL = `
SELECT quote_ident(r.rolname) AS role, quote_ident(m.rolname) AS member, quote_ident(g.rolname) AS grantor, admin_option AS admin,
  coalesce((to_jsonb(a) ->> 'inherit_option')::boolean OR (to_jsonb(a) ->> 'set_option')::boolean, true) AS acts
FROM pg_auth_members a JOIN pg_roles r ON r.oid = roleid JOIN pg_roles m ON m.oid = member JOIN pg_roles g ON g.oid = grantor
WHERE m.rolname IN (${NAMES}) OR r.rolname IN ('owner', 'migrator') ORDER BY 1, 2, 3`;

/** Reads roles and memberships. Every role may read them. */
export async function readRoles(query: Query): Promise<ActualRoles> {
  const [server] = await query<{
    version: number;
  }>(`SELECT current_setting('server_version_num')::int / 10000 AS version`);
  return {
    roles: await query<ActualRole>(ROLES_SQL),
    memberships: await query<Membership>(MEMBERSHIPS_SQL),
    version: server?.version ?? 0,
  };
}

/** Returns missing roles, and missing or unexpected attributes and memberships. */
export function compareRoles(actual: ActualRoles): Difference[] {
  return [
    ...ROLES.flatMap((wanted) => {
      const found = actual.roles.find(({ name }) => name === wanted.name);
      return found ? compareAttributes(wanted, found) : [createMissingRole(wanted)];
    }),
    ...listMissingMemberships(actual),
    ...actual.memberships.filter(isExcess).map((membership) => createExcessMembership(membership, actual.version)),
  ];
}

/** Returns roles with our names that were not created by db:roles. */
export function findForeignRoles({ roles }: ActualRoles): string[] {
  return ROLES.filter((wanted) =>
    roles.some(({ name, comment }) => name === wanted.name && !comment?.startsWith(MARK)),
  ).map(({ name }) => name);
}

function listWantedAttributes({ login, becomesOwner }: RoleDefinition): Record<string, boolean> {
  // With NOINHERIT, `migrator` can create objects only after SET ROLE owner, so it never owns an object itself.
  return { LOGIN: login, INHERIT: !becomesOwner };
}

function createMissingRole(wanted: RoleDefinition): Difference {
  const words = Object.entries(listWantedAttributes(wanted)).map(([word, yes]) => `${yes ? '' : 'NO'}${word}`);
  return {
    object: `role ${wanted.name}`,
    is: null,
    shouldBe: 'there',
    message: `role ${wanted.name} is missing`,
    repair: `CREATE ROLE ${wanted.name} ${words.join(' ')}; ${createCommentSql(wanted)}`,
  };
}

function compareAttributes(wanted: RoleDefinition, found: ActualRole): Difference[] {
  const should = listWantedAttributes(wanted);
  const comment = createComment(wanted);
  return [
    ...Object.entries(found.attributes).flatMap(([word, is]): Difference[] => {
      const yes = should[word] ?? false;
      if (is === yes) return [];
      const repair = `ALTER ROLE ${wanted.name} ${yes ? '' : 'NO'}${word}`;
      return [
        createDifference(`role ${wanted.name} ${word}`, is, is ? 'is there, should not be' : 'is missing', repair),
      ];
    }),
    ...(found.comment === comment
      ? []
      : [createDifference(`comment of role ${wanted.name}`, true, `should be “${comment}”`, createCommentSql(wanted))]),
  ];
}

function listMissingMemberships({ memberships }: ActualRoles): Difference[] {
  return ROLES.filter(({ becomesOwner }) => becomesOwner).flatMap(({ name }) => {
    if (memberships.some(({ role, member, acts }) => role === 'owner' && member === name && acts)) return [];
    return [createDifference(`role ${name} IN ROLE owner`, false, 'is missing', `GRANT owner TO ${name}`)];
  });
}

/** Returns whether a membership must be revoked. Only `migrator` may be a member of `owner`; an ADMIN OPTION alone is allowed. */
function isExcess({ role, member, admin, acts }: Membership): boolean {
  const becomes = ROLES.find(({ name }) => name === member);
  if (becomes?.becomesOwner && role === 'owner') return admin || !acts;
  return becomes !== undefined || acts;
}

function createExcessMembership({ role, member, grantor, admin, acts }: Membership, version: number): Difference {
  const rest = version >= 16 ? ` GRANTED BY ${grantor} CASCADE` : '';
  const option = member === 'migrator' && role === 'owner' && admin && acts ? 'ADMIN OPTION FOR ' : '';
  return createDifference(
    `role ${member} IN ROLE ${role}${option === '' ? '' : ' WITH ADMIN OPTION'}`,
    true,
    'is there, should not be',
    `REVOKE ${option}${role} FROM ${member}${rest}`,
  );
}

function createCommentSql(wanted: RoleDefinition): string {
  return `COMMENT ON ROLE ${wanted.name} IS ${quoteLiteral(createComment(wanted))}`;
}

function createDifference(object: string, is: boolean, problem: string, repair: string): Difference {
  return {
    object,
    is: is ? 'there' : null,
    shouldBe: is ? null : 'there',
    message: `${object} ${problem}`,
    repair,
  };
}
