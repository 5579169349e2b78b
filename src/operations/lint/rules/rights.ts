import type { DefElem, Node, RoleSpec } from 'libpg-query';
import { listCommands, isOn, getName, findOption, listTexts, findNodes } from '../ast.js';
import type { Rule, Statement } from '../rule.js';

/** Attributes of a role that reach beyond this database, or past its rules. */
const MIGHTY: readonly string[] = ['superuser', 'bypassrls', 'createrole', 'createdb', 'isreplication'];

/** Roles of PostgreSQL that lead out of it, or past every grant. */
const MIGHTY_ROLES = /^pg_(execute_server_program|(read|write)_server_files|(read|write)_all_data)$/;

/** How secrets look in a literal: a URL with a password, an option, a key, a token. */
const SECRETS: readonly RegExp[] = [
  /\w:\/\/[^\s/:@'"]*:[^\s@'"]+@/,
  /\b(password|passwd|pwd|secret|api_?key|token)\s*[=:]\s*['"]?[^\s'",;]/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abp]-[\w-]{10,}|sk_live_\w{10,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,})/,
  /\bPASSWORD\s+'+[^']/i,
];

const SETTING_OF_TRIGGERS = 'session_replication_role';

/** Rules about who may do what. */
export const RIGHTS_RULES: readonly Rule[] = [
  {
    id: 'grant-to-public',
    problem: 'A right is granted to PUBLIC: every role of the server, also those that come later.',
    blocks: 'Nobody; it opens what the five database roles keep apart.',
    instead: 'Grant to a role by name; the grants of this schema belong to one place, not to migrations.',
    recipe: [{ sql: `REVOKE ALL ON "posts" FROM PUBLIC;` }],
    find: ({ node }) => (listGrantees(node).some(({ roletype }) => roletype === 'ROLESPEC_PUBLIC') ? ['PUBLIC'] : []),
  },
  {
    id: 'mighty-role',
    problem:
      'A role gets an attribute or a membership that reaches past grants and rules (SUPERUSER, BYPASSRLS, CREATEROLE…).',
    blocks: 'Nobody; whoever gets hold of the role owns the server.',
    instead: 'Grant what is needed on the objects; an administrator makes mighty roles, by hand and on record.',
    recipe: [
      {
        sql: `CREATE ROLE "lint_recipe_reporting" NOLOGIN NOSUPERUSER;
GRANT SELECT ON "kpi_metrics" TO "lint_recipe_reporting";`,
      },
    ],
    find: ({ node }) => listPrivilegedRoles(node),
  },
  {
    id: 'secret',
    problem: 'A password, key or connection string is written into the SQL.',
    blocks: 'Nobody; it is in git, in the server log and in every copy of the package from then on.',
    instead: 'Make the role without a password; set it from the secret store (psql \\password), outside migrations.',
    recipe: [{ sql: `CREATE ROLE "lint_recipe_worker" NOLOGIN;` }],
    find: (statement) => listSecrets(statement),
  },
  {
    id: 'security-definer',
    problem: 'A SECURITY DEFINER function has no fixed search_path, or everybody may execute it.',
    blocks: 'Nobody; a caller can put an object in its way and act with the rights of its owner.',
    instead: 'Use SECURITY INVOKER; else fix search_path in the function and revoke EXECUTE from PUBLIC right after.',
    recipe: [
      {
        sql: `CREATE FUNCTION "count_posts"() RETURNS bigint LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT count(*) FROM pg_catalog.pg_stat_activity $$;
REVOKE ALL ON FUNCTION "count_posts"() FROM PUBLIC;`,
      },
    ],
    find: ({ node }, { statements }) => {
      const made = isSecurityDefiner(node);
      if (made === undefined) return [];
      return made.fixed && statements.some((other) => isRevokeFromPublic(other.node, made.name)) ? [] : [made.name];
    },
  },
  {
    id: 'guard-off',
    problem: 'A trigger, rule or row security is switched off, or all triggers of the session.',
    blocks: 'Nobody; meanwhile rows are written that foreign keys and the append-only audit log would refuse.',
    instead: 'Leave the guards on and write rows that pass; what cannot pass is a question for people.',
    recipe: [{ sql: `ALTER TABLE "audit_logs" ENABLE ALWAYS TRIGGER "tg_audit_logs__append_only";` }],
    find: ({ node }) => {
      if ('VariableSetStmt' in node && node.VariableSetStmt.name === SETTING_OF_TRIGGERS) {
        return node.VariableSetStmt.kind === 'VAR_SET_VALUE' ? [SETTING_OF_TRIGGERS] : [];
      }
      if ('SelectStmt' in node && [...listTexts(node)].includes(SETTING_OF_TRIGGERS)) return [SETTING_OF_TRIGGERS];
      return listCommands(
        node,
        ...(['AT_DisableTrig', 'AT_DisableTrigAll', 'AT_DisableTrigUser', 'AT_DisableRule'] as const),
        ...(['AT_DisableRowSecurity', 'AT_NoForceRowSecurity'] as const),
      ).map(({ table }) => table);
    },
  },
  {
    id: 'drop-owned',
    problem: 'DROP OWNED or REASSIGN OWNED works on whatever a role owns here, without naming it.',
    blocks: 'Everybody who uses any of it.',
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
      .filter((role) => MIGHTY_ROLES.test(role));
  }
  const found = listRoleOptions(node);
  return found !== undefined && MIGHTY.some((name) => isOn(findOption(found.options, name))) ? [found.role] : [];
}

function listSecrets({ node, parameters }: Statement): string[] {
  const found = listRoleOptions(node);
  const password: DefElem | undefined = findOption(found?.options, 'password');
  if (found !== undefined && password?.arg !== undefined) return [`role ${found.role}`];
  // CREATE SERVER and USER MAPPING: OPTIONS with a password.
  for (const { defname, arg } of findNodes(node)) {
    if (/^(password|sslpassword)$/i.test(String(defname)) && arg !== undefined) return ['an option'];
  }
  const texts = [...listTexts(node), ...parameters.filter((value) => typeof value === 'string')];
  return texts.some((text) => SECRETS.some((pattern) => pattern.test(text))) ? ['a literal'] : [];
}

/** A function that runs with the rights of its owner, and whether its search_path is its own. */
function isSecurityDefiner(node: Node): { name: string; fixed: boolean } | undefined {
  const made =
    'CreateFunctionStmt' in node
      ? { name: getName(node.CreateFunctionStmt.funcname), options: node.CreateFunctionStmt.options }
      : 'AlterFunctionStmt' in node
        ? { name: getName(node.AlterFunctionStmt.func?.objname), options: node.AlterFunctionStmt.actions }
        : undefined;
  if (made === undefined || !isOn(findOption(made.options, 'security'))) return undefined;
  const set = (made.options ?? []).some(
    (item) =>
      'DefElem' in item &&
      item.DefElem.arg !== undefined &&
      'VariableSetStmt' in item.DefElem.arg &&
      item.DefElem.arg.VariableSetStmt.name === 'search_path',
  );
  return { name: made.name, fixed: set };
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
