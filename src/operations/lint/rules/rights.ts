import type { DefElem, Node, RoleSpec } from 'libpg-query';
import { listCommands, isOn, getName, findOption, listTexts, findNodes } from '../ast.js';
import type { Rule, Statement } from '../rule.js';

/** Attributes of a role that apply beyond this database, or that bypass its grants and policies. */
const PRIVILEGED_ATTRIBUTES: readonly string[] = ['superuser', 'bypassrls', 'createrole', 'createdb', 'isreplication'];

/** Predefined roles that can reach the server's files and programs, or bypass every grant. */
const PRIVILEGED_ROLES = /^pg_(execute_server_program|(read|write)_server_files|(read|write)_all_data)$/;

/** Patterns of secrets in literals: a URL with a password, an option, a key, a token. */
const SECRETS: readonly RegExp[] = [
  /\w:\/\/[^\s/:@'"]*:[^\s@'"]+@/,
  /\b(password|passwd|pwd|secret|api_?key|token)\s*[=:]\s*['"]?[^\s'",;]/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abp]-[\w-]{10,}|sk_live_\w{10,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,})/,
  /\bPASSWORD\s+'+[^']/i,
];

const TRIGGER_SETTING = 'session_replication_role';

/** Rules about roles, rights and secrets. */
export const RIGHTS_RULES: readonly Rule[] = [
  {
    id: 'grant-to-public',
    problem: 'A privilege is granted to PUBLIC: every role of the server, including future ones.',
    blocks: 'No session. The privilege is no longer limited to the roles that need it.',
    instead: 'Grant it to a role by name. npm run db:roles sets the grants of this schema.',
    recipe: [{ sql: `REVOKE ALL ON "posts" FROM PUBLIC;` }],
    find: ({ node }) => (listGrantees(node).some(({ roletype }) => roletype === 'ROLESPEC_PUBLIC') ? ['PUBLIC'] : []),
  },
  {
    id: 'privileged-role',
    problem: 'A role gets an attribute or membership that bypasses grants and policies (SUPERUSER, CREATEROLE…).',
    blocks: 'No session. An attacker who obtains the role controls the server.',
    instead: 'Grant only the privileges that are needed. An administrator creates privileged roles by hand.',
    recipe: [
      {
        sql: `CREATE ROLE "lint_recipe_reporting" NOLOGIN NOSUPERUSER;
GRANT SELECT ON "kpi_metrics" TO "lint_recipe_reporting";`,
      },
    ],
    find: ({ node }) => listPrivilegedRoles(node),
  },
  {
    id: 'hardcoded-secret',
    problem: 'The SQL contains a password, key or connection string.',
    blocks: 'No session. The secret is in git, in the server log and in every copy of the package.',
    instead: 'Create the role without a password, and set the password outside migrations (psql \\password).',
    recipe: [{ sql: `CREATE ROLE "lint_recipe_worker" NOLOGIN;` }],
    find: (statement) => listSecrets(statement),
  },
  {
    id: 'security-definer',
    problem: 'A SECURITY DEFINER function has no fixed search_path, or PUBLIC can execute it.',
    blocks: 'No session. A caller can make the function use an object of theirs with the rights of its owner.',
    instead: 'Use SECURITY INVOKER, or set search_path in the function and revoke EXECUTE from PUBLIC.',
    recipe: [
      {
        sql: `CREATE FUNCTION "count_posts"() RETURNS bigint LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT count(*) FROM pg_catalog.pg_stat_activity $$;
REVOKE ALL ON FUNCTION "count_posts"() FROM PUBLIC;`,
      },
    ],
    find: ({ node }, { statements }) => {
      const definer = findSecurityDefiner(node);
      if (definer === undefined) return [];
      const { name, setsSearchPath } = definer;
      return setsSearchPath && statements.some((other) => isRevokeFromPublic(other.node, name)) ? [] : [name];
    },
  },
  {
    id: 'disable-trigger',
    problem: 'A trigger, rule or row security policy is disabled, or all triggers of the session are.',
    blocks: 'No session. Rows can be written that foreign keys or the append-only audit log would refuse.',
    instead: 'Keep triggers enabled and write rows that they accept.',
    recipe: [{ sql: `ALTER TABLE "audit_logs" ENABLE ALWAYS TRIGGER "tg_audit_logs__append_only";` }],
    find: ({ node }) => {
      if ('VariableSetStmt' in node && node.VariableSetStmt.name === TRIGGER_SETTING) {
        return node.VariableSetStmt.kind === 'VAR_SET_VALUE' ? [TRIGGER_SETTING] : [];
      }
      if ('SelectStmt' in node && [...listTexts(node)].includes(TRIGGER_SETTING)) return [TRIGGER_SETTING];
      return listCommands(
        node,
        ...(['AT_DisableTrig', 'AT_DisableTrigAll', 'AT_DisableTrigUser', 'AT_DisableRule'] as const),
        ...(['AT_DisableRowSecurity', 'AT_NoForceRowSecurity'] as const),
      ).map(({ table }) => table);
    },
  },
  {
    id: 'drop-owned',
    problem: 'DROP OWNED or REASSIGN OWNED changes all objects that a role owns, without naming them.',
    blocks: 'All services that use one of these objects.',
    instead: 'Change owners and drop objects by name.',
    recipe: [{ sql: `ALTER TABLE "learning_events" OWNER TO CURRENT_USER;` }],
    find: ({ node }) => {
      if ('DropOwnedStmt' in node) return listRoleNames(node.DropOwnedStmt.roles);
      return 'ReassignOwnedStmt' in node ? listRoleNames(node.ReassignOwnedStmt.roles) : [];
    },
  },
];

function listGrantees(node: Node): RoleSpec[] {
  const grant =
    'GrantStmt' in node
      ? node.GrantStmt
      : 'AlterDefaultPrivilegesStmt' in node
        ? node.AlterDefaultPrivilegesStmt.action
        : undefined;
  if (grant?.is_grant !== true) return [];
  return (grant.grantees ?? []).flatMap((item) => ('RoleSpec' in item ? [item.RoleSpec] : []));
}

function listRoleOptions(node: Node): { role: string; options: Node[] | undefined } | undefined {
  if ('CreateRoleStmt' in node) return { role: node.CreateRoleStmt.role ?? '', options: node.CreateRoleStmt.options };
  if (!('AlterRoleStmt' in node)) return undefined;
  return { role: node.AlterRoleStmt.role?.rolename ?? 'CURRENT_USER', options: node.AlterRoleStmt.options };
}

function listPrivilegedRoles(node: Node): string[] {
  if ('GrantRoleStmt' in node) {
    if (node.GrantRoleStmt.is_grant !== true) return [];
    return (node.GrantRoleStmt.granted_roles ?? [])
      .map((item) => ('AccessPriv' in item ? (item.AccessPriv.priv_name ?? '') : ''))
      .filter((role) => PRIVILEGED_ROLES.test(role));
  }
  const found = listRoleOptions(node);
  return found !== undefined && PRIVILEGED_ATTRIBUTES.some((name) => isOn(findOption(found.options, name)))
    ? [found.role]
    : [];
}

function listSecrets({ node, parameters }: Statement): string[] {
  const found = listRoleOptions(node);
  const password: DefElem | undefined = findOption(found?.options, 'password');
  if (found !== undefined && password?.arg !== undefined) return [`role ${found.role}`];
  // A password in the OPTIONS of CREATE SERVER or CREATE USER MAPPING.
  for (const { defname, arg } of findNodes(node)) {
    if (/^(password|sslpassword)$/i.test(String(defname)) && arg !== undefined) return ['an option'];
  }
  const texts = [...listTexts(node), ...parameters.filter((value) => typeof value === 'string')];
  return texts.some((text) => SECRETS.some((pattern) => pattern.test(text))) ? ['a literal'] : [];
}

/** Returns the SECURITY DEFINER function that a statement creates or alters, and whether the function sets search_path. */
function findSecurityDefiner(node: Node): { name: string; setsSearchPath: boolean } | undefined {
  const changed =
    'CreateFunctionStmt' in node
      ? { name: getName(node.CreateFunctionStmt.funcname), options: node.CreateFunctionStmt.options }
      : 'AlterFunctionStmt' in node
        ? { name: getName(node.AlterFunctionStmt.func?.objname), options: node.AlterFunctionStmt.actions }
        : undefined;
  if (changed === undefined || !isOn(findOption(changed.options, 'security'))) return undefined;
  const setsSearchPath = (changed.options ?? []).some(
    (item) =>
      'DefElem' in item &&
      item.DefElem.arg !== undefined &&
      'VariableSetStmt' in item.DefElem.arg &&
      item.DefElem.arg.VariableSetStmt.name === 'search_path',
  );
  return { name: changed.name, setsSearchPath };
}

function isRevokeFromPublic(node: Node, name: string): boolean {
  if (!('GrantStmt' in node) || node.GrantStmt.is_grant === true) return false;
  const { objects = [], grantees: from = [] } = node.GrantStmt;
  const isPublic = from.some((item) => 'RoleSpec' in item && item.RoleSpec.roletype === 'ROLESPEC_PUBLIC');
  return isPublic && objects.some((item) => 'ObjectWithArgs' in item && getName(item.ObjectWithArgs.objname) === name);
}

function listRoleNames(roles: readonly Node[] = []): string[] {
  return roles.map((item) => ('RoleSpec' in item ? (item.RoleSpec.rolename ?? 'CURRENT_USER') : ''));
}
