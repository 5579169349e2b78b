import { SharedDbError } from '../../errors/shared-db-error.js';

/** The roles cannot be set up, or not by this user. One line: what is missing, and who could. Nothing was changed. */
export class RolesError extends SharedDbError {
  override readonly name = 'RolesError';
}

/** A password cannot be used for a role. Never repeats any of it. */
export class RolePasswordError extends SharedDbError {
  override readonly name = 'RolePasswordError';
}

/** Who may connect, and as what: the roles, without their rights on tables (`matrix.ts`). */

/** Roles belong to the whole server, so the names do too (docs/decisions/0007). `retention` is known to the audit log's trigger. */
export const ROLE_NAMES = ['owner', 'migrator', 'app', 'reader', 'retention'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

export interface RoleDefinition {
  readonly name: RoleName;
  /** One line: who connects as it, for what. Becomes the role's comment, which also says that it is ours. */
  readonly purpose: string;
  readonly login: boolean;
  /** May act as `owner` after SET ROLE, which its sessions do by themselves; without it, it may nothing. */
  readonly becomesOwner: boolean;
  /** Of its sessions in this database, where the connection does not say otherwise. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Ends a forgotten transaction: our code never pauses for a minute between two statements. */
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
    // The migrator itself says how long a statement may take.
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
      // Reports scan more than services; still nothing that would keep a vacuum waiting for long.
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

/** Roles that connect. */
export const LOGIN_ROLES = ROLES.filter(({ login }) => login).map(({ name }) => name);

/** How the comment of a role that db:roles created begins. A role `app` of another application must keep its privileges. */
export const MARK = '@shared/db: ';

export function createComment({ purpose }: RoleDefinition): string {
  return `${MARK}${purpose}.`;
}

export type TablePrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** The roles that have rights on tables without owning them. */
type GrantedRole = 'app' | 'reader' | 'retention';

/** What one role may do with one table. */
export interface TableRights {
  readonly role: GrantedRole;
  readonly privileges: readonly TablePrivilege[];
  /** Columns that SELECT leaves out; then it is granted column by column, and a new column is not among them. */
  readonly without: readonly string[];
}

/** Who may do what with which table of a schema. */
export interface RoleMatrix {
  /** What each role may do with a table, by its name without the schema. */
  readonly rightsOn: (table: string) => readonly TableRights[];
  /** What one role may do with tables that are made later, until the matrix names them. */
  readonly futureTables: { readonly role: GrantedRole; readonly privileges: readonly TablePrivilege[] };
}
