/** Who may do what with which table: the one place. Grants, drift check and docs/reference/roles.md follow from it. */
import { RETENTION_POLICIES } from '../retention/policies.js';
import { BOOKKEEPING_TABLES } from '../schema/bookkeeping.js';
import { WITHHELD_COLUMNS } from './withheld.js';

export type TablePrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** The roles that have rights on tables without owning them. */
export type GrantedRole = 'app' | 'reader' | 'retention';

/** What one role may do with one table. */
export interface TableRights {
  readonly role: GrantedRole;
  readonly privileges: readonly TablePrivilege[];
  /** Columns that SELECT leaves out; then it is granted column by column, and a new column is not among them. */
  readonly without: readonly string[];
}

const DML: readonly TablePrivilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Where services may less than read and write rows. */
const APP_EXCEPTIONS: Readonly<Record<string, readonly TablePrivilege[]>> = {
  // Append-only: a log that can be changed proves nothing.
  audit_logs: ['SELECT', 'INSERT'],
  // Permanent: a reply that is taken back stays, with `deleted_at`.
  replies: ['SELECT', 'INSERT', 'UPDATE'],
};

/** Every table of the schema. */
export const TABLES: readonly string[] = [...RETENTION_POLICIES.map(({ table }) => table), ...BOOKKEEPING_TABLES];

/** What `app` may do with a table made later, until the matrix names it. The others: nothing, since it may hold personal data. */
export const FUTURE_TABLES: { readonly role: GrantedRole; readonly privileges: readonly TablePrivilege[] } = {
  role: 'app',
  privileges: DML,
};

/** What each role may do with a table. */
export function rightsOn(table: string): readonly TableRights[] {
  if (!TABLES.includes(table)) return [{ ...FUTURE_TABLES, without: [] }];
  // Who connects may look whether the schema is the one it was made for, and of which environment the database is.
  if (BOOKKEEPING_TABLES.includes(table)) {
    return (['app', 'reader', 'retention'] as const).map((role) => ({ role, privileges: ['SELECT'], without: [] }));
  }
  return [
    { role: 'app', privileges: APP_EXCEPTIONS[table] ?? DML, without: [] },
    { role: 'reader', privileges: ['SELECT'], without: Object.keys(WITHHELD_COLUMNS[table] ?? {}) },
    { role: 'retention', privileges: retentionPrivileges(table), without: [] },
  ];
}

/** Reads what it archives, deletes what is purged on its own; what goes with a parent, PostgreSQL deletes as the owner. */
function retentionPrivileges(table: string): readonly TablePrivilege[] {
  const policy = RETENTION_POLICIES.find((each) => each.table === table);
  if (policy === undefined || policy.days === 'forever') return [];
  return policy.goesWith === undefined ? ['SELECT', 'DELETE'] : ['SELECT'];
}
