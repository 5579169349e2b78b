import { DEFAULT_SCHEMA } from '../../connection/schema-name.js';
import { SCHEMA, withoutSchema } from '../catalog/schema-placeholder.js';
import { type CatalogObject, keyOf, type Kind } from '../catalog/snapshot.js';
import { LOGIN_ROLES, type RoleMatrix, ROLES, type TableRights } from './roles.js';

type Objects = Readonly<Record<string, CatalogObject>>;

const RELATIONS: readonly Kind[] = ['table', 'view', 'materialized view'];
const ROUTINES: readonly Kind[] = ['function', 'procedure', 'aggregate'];
const TYPES: readonly Kind[] = ['enum', 'domain', 'type'];

/** Is it in our schema, or our schema itself? */
export function isOurs({ kind, name, on }: CatalogObject): boolean {
  return kind === 'schema' ? name === SCHEMA : (on ?? name).startsWith(`${SCHEMA}.`);
}

/**
 * The rights that should be in a database with these objects, as a snapshot tells them: what differs from what PostgreSQL gives
 * by itself.
 *
 * @param owner how the snapshot names the role `owner`: `$owner` where it owns most tables
 * @param schema the name of the schema
 */
export function expectedRights(
  objects: Objects,
  owner: string,
  schema: string,
  matrix: RoleMatrix,
): Record<string, CatalogObject> {
  const ours = Object.values(objects).filter(isOurs);
  const rights = [
    ...databaseRights(),
    ...schemaRights(owner, schema),
    ...ours
      .filter(({ kind }) => RELATIONS.includes(kind))
      .flatMap((table) => tableRights(table, columnsOf(table, ours), matrix.rightsOn(withoutSchema(table.name)))),
    ...ours.filter(({ kind }) => ROUTINES.includes(kind)).map((routine) => closed(routine, 'EXECUTE ON ROUTINE')),
    ...ours.filter(({ kind }) => TYPES.includes(kind)).map((type) => closed(type, 'USAGE ON TYPE')),
    ...futureRights(owner, matrix.futureTables),
    ...settings(),
  ];
  return Object.fromEntries(rights.map((right) => [keyOf(right), right]));
}

/** Connecting; PUBLIC, which by itself may do that and make temporary tables, nothing. */
function databaseRights(): CatalogObject[] {
  return [
    ...['CONNECT', 'TEMPORARY'].map((privilege) => right('revoked', `${privilege} ON DATABASE $database FROM PUBLIC`)),
    ...LOGIN_ROLES.map((role) => right('grant', `CONNECT ON DATABASE $database TO ${role}`)),
  ];
}

/** Using what is in the schema. `owner` owns it, but for `public`, which belongs to the owner of the database. */
function schemaRights(owner: string, schema: string): CatalogObject[] {
  const granted = schema === DEFAULT_SCHEMA ? ['CREATE', 'USAGE'] : [];
  return [
    ...granted.map((privilege) => right('grant', `${privilege} ON SCHEMA ${SCHEMA} TO ${owner}`, `schema ${SCHEMA}`)),
    ...ROLES.filter(({ login, becomesOwner }) => login && !becomesOwner).map(({ name }) =>
      right('grant', `USAGE ON SCHEMA ${SCHEMA} TO ${name}`, `schema ${SCHEMA}`),
    ),
  ];
}

function tableRights(
  table: CatalogObject,
  columns: readonly string[],
  rights: readonly TableRights[],
): CatalogObject[] {
  return rights.flatMap(({ role, privileges, without }) => {
    if (without.length === 0) {
      return privileges.map((privilege) =>
        right('grant', `${privilege} ON TABLE ${table.name} TO ${role}`, keyOf(table)),
      );
    }
    const seen = columns.filter((column) => !without.includes(column));
    return privileges.flatMap((privilege) =>
      seen.map((column) =>
        right(
          'grant',
          `${privilege} (${column}) ON TABLE ${table.name} TO ${role}`,
          withoutSchema(`column ${table.name}.${column}`),
        ),
      ),
    );
  });
}

function columnsOf({ name }: CatalogObject, objects: readonly CatalogObject[]): string[] {
  return objects.filter(({ kind, on }) => kind === 'column' && on === name).map((column) => column.name);
}

/** By itself everybody may call a function and use a type. A trigger's function needs no right to fire. */
function closed(object: CatalogObject, what: string): CatalogObject {
  return right('revoked', `${what} ${object.name} FROM PUBLIC`, keyOf(object));
}

function futureRights(owner: string, { role, privileges }: RoleMatrix['futureTables']): CatalogObject[] {
  return [
    ...['EXECUTE ON FUNCTIONS', 'USAGE ON TYPES'].map((what) =>
      right('default privilege', `FOR ROLE ${owner} REVOKE ${what} FROM PUBLIC`),
    ),
    ...privileges.map((privilege) =>
      right(
        'default privilege',
        `FOR ROLE ${owner} IN SCHEMA ${SCHEMA} GRANT ${privilege} ON TABLES TO ${role}`,
        `schema ${SCHEMA}`,
      ),
    ),
  ];
}

function settings(): CatalogObject[] {
  return ROLES.flatMap(({ name: role, settings: values }) =>
    Object.entries(values).map(([name, value]): CatalogObject => {
      return { kind: 'setting', name, on: `ROLE ${role} IN DATABASE $database`, facts: { value } };
    }),
  );
}

function right(kind: Kind, name: string, parent?: string): CatalogObject {
  return { kind, name, ...(parent === undefined ? {} : { parent }), facts: {} };
}
