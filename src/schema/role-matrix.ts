import { BOOKKEEPING_TABLES } from '../operations/catalog/bookkeeping.js';
import type { RoleMatrix, TablePrivilege, TableRights } from '../operations/roles/roles.js';
import { RETENTION_POLICIES } from '../retention/policies.js';

const IDENTIFIES = 'identifies the author';
const QUOTES = 'can quote a post or a reply';
const STAFF = 'names a member of staff';
const OWN_WORDS = 'the author’s own words, about health and alcohol';

/**
 * The columns that `reader` cannot read, by table, with the reason. Dashboards need no personal data: ids link the rows. Services and the
 * approval queue read these columns as `app`.
 */
export const RESTRICTED_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  authors: {
    platform_id: IDENTIFIES,
    handle: IDENTIFIES,
    display_name: IDENTIFIES,
    archetype_tags: 'describes the person: health, profession, family',
    interaction_history: 'lists what one person did',
  },
  posts: {
    platform_post_id: 'identifies the post, and so its author',
    content: OWN_WORDS,
    raw_metrics: 'can contain anything that the platform sends; exact counts can identify the post',
    error_message: QUOTES,
  },
  decisions: {
    signals_json: QUOTES,
  },
  replies: {
    content: 'answers the author’s own words',
    platform_post_id: 'identifies the reply, and so the author that it answers',
    utm_code: 'a search for it finds the posted link; clicks and revenue are in metrics_json',
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

const DML: readonly TablePrivilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** The tables on which services have fewer privileges. */
const APP_EXCEPTIONS: Readonly<Record<string, readonly TablePrivilege[]>> = {
  // Append-only: entries cannot be changed.
  audit_logs: ['SELECT', 'INSERT'],
  // Permanent: a reply deleted on the platform keeps its row, with `deleted_at`.
  replies: ['SELECT', 'INSERT', 'UPDATE'],
};

/** Every table of the schema. */
export const TABLES: readonly string[] = [...RETENTION_POLICIES.map(({ table }) => table), ...BOOKKEEPING_TABLES];

/** Privileges on tables that are not in the matrix yet. Other roles have none, because such a table can contain personal data. */
const FUTURE_TABLES: RoleMatrix['futureTables'] = {
  role: 'app',
  privileges: DML,
};

/** Returns the privileges of each role on a table. Grants, drift check and docs/reference/roles.md use this function. */
export function listRights(table: string): readonly TableRights[] {
  if (!TABLES.includes(table)) return [{ ...FUTURE_TABLES, without: [] }];
  // Every role can read which migrations are applied, and the environment of the database.
  if (BOOKKEEPING_TABLES.includes(table)) {
    return (['app', 'reader', 'retention'] as const).map((role) => ({ role, privileges: ['SELECT'], without: [] }));
  }
  return [
    { role: 'app', privileges: APP_EXCEPTIONS[table] ?? DML, without: [] },
    { role: 'reader', privileges: ['SELECT'], without: Object.keys(RESTRICTED_COLUMNS[table] ?? {}) },
    { role: 'retention', privileges: getRetentionPrivileges(table), without: [] },
  ];
}

/** Returns SELECT for archiving and, unless a cascade from a parent purges the rows, DELETE. PostgreSQL runs cascades as the owner. */
function getRetentionPrivileges(table: string): readonly TablePrivilege[] {
  const policy = RETENTION_POLICIES.find((each) => each.table === table);
  if (policy === undefined || policy.days === 'forever') return [];
  return policy.goesWith === undefined ? ['SELECT', 'DELETE'] : ['SELECT'];
}

export const ROLE_MATRIX: RoleMatrix = { rightsOn: listRights, futureTables: FUTURE_TABLES };
