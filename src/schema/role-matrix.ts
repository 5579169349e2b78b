import { BOOKKEEPING_TABLES } from '../operations/catalog/bookkeeping.js';
import type { RoleMatrix, TablePrivilege, TableRights } from '../operations/roles/roles.js';
import { RETENTION_POLICIES } from '../retention/policies.js';

const IDENTIFIES = 'identifies the author, to anybody';
const QUOTES = 'may quote a post or a reply';
const STAFF = 'names a member of staff';
const OWN_WORDS = 'the person’s own words, about health and alcohol';

/**
 * What dashboards do not see, by table and column, and why. They count and compare; rows stay linked by ids that mean nothing
 * outside. Services and the approval queue show people these columns: as `app`.
 */
export const RESTRICTED_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  authors: {
    platform_id: IDENTIFIES,
    handle: IDENTIFIES,
    display_name: IDENTIFIES,
    archetype_tags: 'describes the person: health, profession, family',
    interaction_history: 'what one person did, event by event',
  },
  posts: {
    platform_post_id: 'leads to the post, and so to its author',
    content: OWN_WORDS,
    raw_metrics: 'passed on as platforms deliver it; exact counts find the post again',
    error_message: QUOTES,
  },
  decisions: {
    signals_json: QUOTES,
  },
  replies: {
    content: 'answers the person’s own words',
    platform_post_id: 'leads to the reply, and so to whom it answers',
    utm_code: 'stands in the posted link, where a search finds it; clicks and revenue are in metrics_json',
    approved_by: STAFF,
    delete_reason: QUOTES,
  },
  escalations: {
    assigned_to: STAFF,
    resolved_by: STAFF,
    resolution_notes: QUOTES,
  },
  audit_logs: {
    actor: STAFF,
    details_json: QUOTES,
  },
};

/** Who may do what with which table: the one place. Grants, drift check and docs/reference/roles.md follow from it. */

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
const FUTURE_TABLES: RoleMatrix['futureTables'] = {
  role: 'app',
  privileges: DML,
};

/** What each role may do with a table. */
export function listRights(table: string): readonly TableRights[] {
  if (!TABLES.includes(table)) return [{ ...FUTURE_TABLES, without: [] }];
  // Who connects may look whether the schema is the one it was made for, and of which environment the database is.
  if (BOOKKEEPING_TABLES.includes(table)) {
    return (['app', 'reader', 'retention'] as const).map((role) => ({ role, privileges: ['SELECT'], without: [] }));
  }
  return [
    { role: 'app', privileges: APP_EXCEPTIONS[table] ?? DML, without: [] },
    { role: 'reader', privileges: ['SELECT'], without: Object.keys(RESTRICTED_COLUMNS[table] ?? {}) },
    { role: 'retention', privileges: getRetentionPrivileges(table), without: [] },
  ];
}

/** Reads what it archives, deletes what is purged on its own; what goes with a parent, PostgreSQL deletes as the owner. */
function getRetentionPrivileges(table: string): readonly TablePrivilege[] {
  const policy = RETENTION_POLICIES.find((each) => each.table === table);
  if (policy === undefined || policy.days === 'forever') return [];
  return policy.goesWith === undefined ? ['SELECT', 'DELETE'] : ['SELECT'];
}

export const ROLE_MATRIX: RoleMatrix = { rightsOn: listRights, futureTables: FUTURE_TABLES };
