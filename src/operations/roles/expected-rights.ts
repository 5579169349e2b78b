import { DEFAULT_SCHEMA } from '../../connection/session-settings.js';
import { SCHEMA, removeSchema } from '../catalog/schema-placeholder.js';
import { type CatalogObject, toKey, type Kind } from '../catalog/snapshot.js';
import { LOGIN_ROLES, type RoleMatrix, ROLES, type TableRights } from './roles.js';

type Objects = Readonly<Record<string, CatalogObject>>;

const RELATIONS: readonly Kind[] = ['table', 'view', 'materialized view'];
const ROUTINES: readonly Kind[] = ['function', 'procedure', 'aggregate'];
const TYPES: readonly Kind[] = ['enum', 'domain', 'type'];

/** True for the schema and the objects in it. */
export function isOurs({ kind, name, on }: CatalogObject): boolean {
  return kind === 'schema' ? name === SCHEMA : (on ?? name).startsWith(`${SCHEMA}.`);
}

/**
 * Returns the rights that a database with these objects should have, as they appear in a snapshot: only those that differ from
 * PostgreSQL's defaults.
 *
 * @param owner the name of the role `owner` in the snapshot: `$owner` where it owns most tables
 * @param schema the name of the schema
 */
export function listExpectedRights(
  objects: Objects,
  owner: string,
  schema: string,
  matrix: RoleMatrix,
): Record<string, CatalogObject> {
  const ours = Object.values(objects).filter(isOurs);
  const rights = [
    ...listDatabaseRights(),
    ...listSchemaRights(owner, schema),
    ...ours
      .filter(({ kind }) => RELATIONS.includes(kind))
      .flatMap((table) => listTableRights(table, listColumns(table, ours), matrix.rightsOn(removeSchema(table.name)))),
    ...ours
      .filter(({ kind }) => ROUTINES.includes(kind))
      .map((routine) => revokeFromPublic(routine, 'EXECUTE ON ROUTINE')),
    ...ours.filter(({ kind }) => TYPES.includes(kind)).map((type) => revokeFromPublic(type, 'USAGE ON TYPE')),
    ...listFutureRights(owner, matrix.futureTables),
    ...listSettings(),
  ];
  return Object.fromEntries(rights.map((right) => [toKey(right), right]));
}

/** Lists CONNECT for the login roles, and the default rights that PUBLIC loses: CONNECT and TEMPORARY. */
function listDatabaseRights(): CatalogObject[] {
  return [
    ...['CONNECT', 'TEMPORARY'].map((privilege) =>
      createRight('revoked', `${privilege} ON DATABASE $database FROM PUBLIC`),
    ),
    ...LOGIN_ROLES.map((role) => createRight('grant', `CONNECT ON DATABASE $database TO ${role}`)),
  ];
}

/** Lists rights on the schema. `owner` owns every schema except `public`, which belongs to the owner of the database. */
function listSchemaRights(owner: string, schema: string): CatalogObject[] {
  const granted = schema === DEFAULT_SCHEMA ? ['CREATE', 'USAGE'] : [];
  return [
    ...granted.map((privilege) =>
      createRight('grant', `${privilege} ON SCHEMA ${SCHEMA} TO ${owner}`, `schema ${SCHEMA}`),
    ),
    ...ROLES.filter(({ login, becomesOwner }) => login && !becomesOwner).map(({ name }) =>
      createRight('grant', `USAGE ON SCHEMA ${SCHEMA} TO ${name}`, `schema ${SCHEMA}`),
    ),
  ];
}

function listTableRights(
  table: CatalogObject,
  columns: readonly string[],
  rights: readonly TableRights[],
): CatalogObject[] {
  return rights.flatMap(({ role, privileges, without }) => {
    if (without.length === 0) {
      return privileges.map((privilege) =>
        createRight('grant', `${privilege} ON TABLE ${table.name} TO ${role}`, toKey(table)),
      );
    }
    const granted = columns.filter((column) => !without.includes(column));
    return privileges.flatMap((privilege) =>
      granted.map((column) =>
        createRight(
          'grant',
          `${privilege} (${column}) ON TABLE ${table.name} TO ${role}`,
          removeSchema(`column ${table.name}.${column}`),
        ),
      ),
    );
  });
}

function listColumns({ name }: CatalogObject, objects: readonly CatalogObject[]): string[] {
  return objects.filter(({ kind, on }) => kind === 'column' && on === name).map((column) => column.name);
}

/** Revokes the default right of PUBLIC to call a function or use a type. Triggers call their function without that right. */
function revokeFromPublic(object: CatalogObject, what: string): CatalogObject {
  return createRight('revoked', `${what} ${object.name} FROM PUBLIC`, toKey(object));
}

function listFutureRights(owner: string, { role, privileges }: RoleMatrix['futureTables']): CatalogObject[] {
  return [
    ...['EXECUTE ON FUNCTIONS', 'USAGE ON TYPES'].map((what) =>
      createRight('default privilege', `FOR ROLE ${owner} REVOKE ${what} FROM PUBLIC`),
    ),
    ...privileges.map((privilege) =>
      createRight(
        'default privilege',
        `FOR ROLE ${owner} IN SCHEMA ${SCHEMA} GRANT ${privilege} ON TABLES TO ${role}`,
        `schema ${SCHEMA}`,
      ),
    ),
  ];
}

function listSettings(): CatalogObject[] {
  return ROLES.flatMap(({ name: role, settings: values }) =>
    Object.entries(values).map(([name, value]): CatalogObject => {
      return { kind: 'setting', name, on: `ROLE ${role} IN DATABASE $database`, facts: { value } };
    }),
  );
}

function createRight(kind: Kind, name: string, parent?: string): CatalogObject {
  return { kind, name, ...(parent === undefined ? {} : { parent }), facts: {} };
}
