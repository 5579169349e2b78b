import type { Difference } from '../schema/diff.js';
import { readSnapshot, type Query } from '../schema/snapshot.js';
import { MARK, ROLE_NAMES } from './roles.js';
import { ownerDifferences, rightsDifferences } from './rights.js';
import { readRoles, roleDifferences, strangers } from './role-differences.js';
import { literal } from '../schema/repair-rights.js';
import type { Work } from './obstacles.js';

/** Everything that is not as it should be, and roles of our names that are somebody else's. */
export interface State extends Work {
  readonly strangers: readonly string[];
}

/** Reads it; writes nothing. `query` and `schema` as for `readSnapshot`. */
export async function readState(query: Query, schema: string): Promise<State> {
  const actual = await readRoles(query);
  const snapshot = await readSnapshot(query, schema, 'schema');
  return {
    roles: roleDifferences(actual),
    owners: ownerDifferences(snapshot),
    rights: rightsDifferences(snapshot),
    strangers: strangers(actual),
  };
}

/** In the order in which they can be put right. */
export function all({ roles, owners, rights }: Work): Difference[] {
  return [...roles, ...owners, ...rights];
}

/** Was `db:roles` run here? Then roles are marked as ours, and one of them owns or may something in this database. */
export async function rolesAreInUse(query: Query): Promise<boolean> {
  const names = ROLE_NAMES.map(literal).join(', ');
  const [row] = (await query(`
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname IN (${names}) AND shobj_description(oid, 'pg_authid') LIKE '${MARK}%')
       AND EXISTS (SELECT FROM pg_shdepend s JOIN pg_roles r ON r.oid = refobjid AND refclassid = 'pg_authid'::regclass
                   JOIN pg_database d ON datname = current_database()
                   WHERE rolname IN (${names})
                     AND (dbid = d.oid OR classid = 'pg_database'::regclass AND objid = d.oid)) AS used`)) as {
    used: boolean;
  }[];
  return row?.used ?? false;
}

/** Functions with which anybody who may connect stores large objects, past every right on tables. Only a superuser can close them. */
const LARGE_OBJECT_FUNCTIONS = ['lo_creat(integer)', 'lo_create(oid)', 'lo_from_bytea(oid, bytea)'];

/** SQL that closes them; undefined when they are closed. */
export async function largeObjectRepair(query: Query): Promise<string | undefined> {
  const open = LARGE_OBJECT_FUNCTIONS.map(
    (each) => `has_function_privilege('public', 'pg_catalog.${each}', 'EXECUTE')`,
  );
  const [row] = (await query(`SELECT ${open.join(' OR ')} AS open`)) as { open: boolean }[];
  if (!row?.open) return undefined;
  return `REVOKE EXECUTE ON FUNCTION ${LARGE_OBJECT_FUNCTIONS.map((each) => `pg_catalog.${each}`).join(', ')} FROM PUBLIC`;
}
