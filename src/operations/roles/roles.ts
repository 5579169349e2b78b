import { SharedDbError } from '../../errors/shared-db-error.js';

/** The roles cannot be set up. The message, one line, names what is missing and who can do it. Nothing was changed. */
export class RolesError extends SharedDbError {
  override readonly name = 'RolesError';
}

/** A password cannot be used for a role. The message contains no part of it. */
export class RolePasswordError extends SharedDbError {
  override readonly name = 'RolePasswordError';
}

/**
 * Names of the roles, which are the same in all databases of a server (docs/decisions/0007). The trigger of the audit log contains
 * the name `retention`.
 */
export const ROLE_NAMES = ['owner', 'migrator', 'app', 'reader', 'retention'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

export interface RoleDefinition {
  readonly name: RoleName;
  /** One line: who connects with the role, and for what. Part of the role's comment, see `createComment`. */
  readonly purpose: string;
  readonly login: boolean;
  /** Its sessions start with SET ROLE owner. As itself, the role has no privilege. */
  readonly becomesOwner: boolean;
  /** Default settings of its sessions in this database. A connection can override them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Ends abandoned transactions. No code of this package pauses for a minute between two statements. */
const IDLE_IN_TRANSACTION = '60s';

export const ROLES: readonly RoleDefinition[] = [
  {
    name: 'owner',
    purpose: 'owns every object; nobody connects as it',
    login: false,
    becomesOwner: false,
    settings: {},
  },
  {
    name: 'migrator',
    purpose: 'changes the schema, as owner; deployments connect as it',
    login: true,
    becomesOwner: true,
    // The migration runner sets its own statement_timeout.
    settings: { role: 'owner', lock_timeout: '5s' },
  },
  {
    name: 'app',
    purpose: 'reads and writes rows; services connect as it',
    login: true,
    becomesOwner: false,
    // A service cancels statements after ten seconds, as createDataSource() does by default.
    settings: {
      statement_timeout: '10s',
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    },
  },
  {
    name: 'reader',
    purpose: 'reads what identifies nobody; dashboards and reports connect as it',
    login: true,
    becomesOwner: false,
    settings: {
      // Reports scan more rows than services do. The limit keeps a report from delaying VACUUM.
      statement_timeout: '30s',
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
      default_transaction_read_only: 'on',
    },
  },
  {
    name: 'retention',
    purpose: 'archives and purges what is old; the retention job connects as it',
    login: true,
    becomesOwner: false,
    // A batch of deletes with its cascades takes seconds. Other sessions wait at most as long as these limits.
    settings: {
      statement_timeout: '5min',
      lock_timeout: '5s',
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    },
  },
];

/** Roles that can connect. */
export const LOGIN_ROLES = ROLES.filter(({ login }) => login).map(({ name }) => name);

/** The beginning of the comment of a role created by db:roles. A role `app` of another application has no such comment. */
export const MARK = '@shared/db: ';

export function createComment({ purpose }: RoleDefinition): string {
  return `${MARK}${purpose}.`;
}

export type TablePrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** The roles that need grants on tables. */
type GrantedRole = 'app' | 'reader' | 'retention';

/** The privileges of one role on one table. */
export interface TableRights {
  readonly role: GrantedRole;
  readonly privileges: readonly TablePrivilege[];
  /** Columns without the privileges. When there are any, all others are granted one by one, and new columns are not granted. */
  readonly without: readonly string[];
}

/** The privileges of all roles on the tables of a schema. */
export interface RoleMatrix {
  /** @param table name without the schema */
  readonly rightsOn: (table: string) => readonly TableRights[];
  /** Default privileges: those of one role on tables that the matrix does not name yet. */
  readonly futureTables: { readonly role: GrantedRole; readonly privileges: readonly TablePrivilege[] };
}
