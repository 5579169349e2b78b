import { DEFAULT_SCHEMA } from '../../connection/session-settings.js';
import { diff, type Difference } from '../catalog/diff.js';
import { repairFact } from '../catalog/repair.js';
import { SCHEMA } from '../catalog/schema-placeholder.js';
import type { CatalogObject, Kind, Snapshot } from '../catalog/snapshot.js';
import { getDisplayName } from '../catalog/describe.js';
import { listExpectedRights, isOurs } from './expected-rights.js';
import { type RoleMatrix, ROLE_NAMES } from './roles.js';

type Objects = Readonly<Record<string, CatalogObject>>;

const OWNER = 'owner';

/** Kinds of objects that have an owner. */
const OWNED: readonly Kind[] = [
  ...(['table', 'view', 'materialized view', 'sequence', 'function', 'procedure', 'aggregate'] as const),
  ...(['enum', 'domain', 'type', 'collation', 'statistics'] as const),
];

/** Returns the name of the role `owner` in a snapshot. */
function getOwner(snapshot: Snapshot): string {
  return snapshot.owner === OWNER ? '$owner' : OWNER;
}

/** Returns missing and unexpected rights of the package's roles and of PUBLIC. Ignores rights of other roles. */
export function compareRights(snapshot: Snapshot, matrix: RoleMatrix): Difference[] {
  return diff(
    { ...snapshot, objects: listExpectedRights(snapshot.objects, getOwner(snapshot), snapshot.schema, matrix) },
    { ...snapshot, objects: filterObjects(snapshot.objects, (object) => isRightOfOurs(object, snapshot)) },
  );
}

/** Returns the schema and its objects that a role other than `owner` owns. The schema comes first, also when it is missing. */
export function compareOwners(snapshot: Snapshot): Difference[] {
  const { [`schema ${SCHEMA}`]: schema, ...others } = snapshot.objects;
  if (schema === undefined) return [createMissingSchema(snapshot)];
  // `public` belongs to the owner of the database, and `owner` has rights on it.
  const owned = snapshot.schema === DEFAULT_SCHEMA ? [] : [[`schema ${SCHEMA}`, schema] as const];
  return [...owned, ...Object.entries(others)].flatMap(([key, object]) => {
    if (!isOwned(object) || !isOurs(object) || object.facts['used by'] !== undefined) return [];
    const is = object.facts.owner ?? snapshot.owner;
    if (is === OWNER) return [];
    const repair = repairFact('owner', { ...object, facts: { ...object.facts, owner: OWNER } }, object, snapshot);
    return [
      {
        object: key,
        fact: 'owner',
        is,
        shouldBe: OWNER,
        message: `${getDisplayName(object, snapshot)}: owner is ${is}, should be ${OWNER}`,
        ...(repair === undefined ? {} : { repair }),
      },
    ];
  });
}

function isOwned({ kind }: CatalogObject): boolean {
  return kind === 'schema' || OWNED.includes(kind);
}

function createMissingSchema({ schema }: Snapshot): Difference {
  return {
    object: `schema ${SCHEMA}`,
    is: null,
    shouldBe: 'there',
    message: `schema ${schema} is missing`,
    repair: `CREATE SCHEMA ${schema} AUTHORIZATION ${OWNER}`,
  };
}

/** Returns the snapshot of the package with the rights of the roles. */
export function withRoles(shipped: Snapshot, live: Snapshot, matrix: RoleMatrix): Snapshot {
  const objects = filterObjects(shipped.objects, (object) => !isRightOfOurs(object, live));
  return {
    ...shipped,
    objects: { ...objects, ...listExpectedRights(shipped.objects, getOwner(live), live.schema, matrix) },
  };
}

/** Removes attributes and memberships of the package's roles, which `compareRoles` checks. */
export function removeRoleAttributes(live: Snapshot): Snapshot {
  const ours = ROLE_NAMES.map((name) => `${name} `);
  const about = ({ kind, name }: CatalogObject) => kind === 'role' && ours.some((start) => name.startsWith(start));
  return { ...live, objects: filterObjects(live.objects, (object) => !about(object)) };
}

function isRightOfOurs({ kind, name, on = '' }: CatalogObject, snapshot: Snapshot): boolean {
  const ours = (role: string | undefined) => isOurRole(role, snapshot);
  if (kind === 'setting') return ours(/^ROLE (\S+)/.exec(on)?.[1]);
  if (kind === 'default privilege') return ours(/^FOR ROLE (\S+)/.exec(name)?.[1]) || ours(getGrantee(name));
  if (kind !== 'grant' && kind !== 'revoked') return false;
  return ours(getGrantee(name)) || (getGrantee(name) === 'PUBLIC' && isOnOurs(name));
}

function isOurRole(role: string | undefined, snapshot: Snapshot): boolean {
  if (role === '$owner') return snapshot.owner === OWNER;
  return (ROLE_NAMES as readonly (string | undefined)[]).includes(role);
}

function getGrantee(right: string): string | undefined {
  return / (?:TO|FROM) ("(?:[^"]|"")*"|\S+)$/.exec(right)?.[1];
}

function isOnOurs(right: string): boolean {
  return / ON (DATABASE |SCHEMA \$schema |(TABLE|SEQUENCE|ROUTINE|TYPE) \$schema\.)/.test(right);
}

function filterObjects(objects: Objects, keep: (object: CatalogObject) => boolean): Record<string, CatalogObject> {
  return Object.fromEntries(Object.entries(objects).filter(([, object]) => keep(object)));
}
