import type { EntityManager, EntityMetadata, ObjectLiteral, RelationMetadata } from 'typeorm';
import { uuidRule } from '../columns/basic.js';
import { type EntityClass, getEntityRules } from '../columns/registry.js';
import { isObject } from '../columns/validators.js';
import type { SavedRow } from '../connection/save-call.js';
import { createRelationViolation } from './given-relations.js';
import { EntityValidationError } from './validation-error.js';

/** The foreign key of each row, by the row's id. A row that is not stored has no entry. */
export type StoredKeys = ReadonlyMap<string, string | null>;

/** Reads the foreign keys of rows from the database. What is no uuid is not asked for. */
export async function readStoredKeys(
  manager: EntityManager,
  relation: RelationMetadata,
  ids: readonly unknown[],
): Promise<StoredKeys> {
  const uuids = ids.filter((id) => uuidRule.isValid(id));
  if (uuids.length === 0) return new Map();
  const rows = await manager
    .createQueryBuilder(relation.entityMetadata.target, 'row')
    .select('row.id', 'id')
    .addSelect(`row.${getForeignKey(relation)}`, 'key')
    // One parameter, however many they are.
    .where('row.id = ANY(:uuids)', { uuids })
    .getRawMany<{ id: string; key: string | null }>();
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** The property that holds the foreign key of a relation: `authorId` of `author`. */
export function getForeignKey({ joinColumns, propertyPath }: RelationMetadata): string {
  return joinColumns[0]?.propertyName ?? propertyPath;
}

/** The rows of the calls of save() that are under way: copies, which each call makes for itself. */
const rows = new WeakMap<object, { inserted: boolean }>();

/** Does a save() write this object? If not, it comes from insert(), update(), upsert() or a query builder. */
export function isBeingSaved(row: unknown): boolean {
  return rows.has(row as object);
}

/** TypeORM announced that save() inserts this row. */
export function noteInsert(row: unknown): void {
  const state = rows.get(row as object);
  if (state) state.inserted = true;
}

/**
 * Writes the rows of a save(), which `isBeingSaved` until then. Afterwards the columns that an update was not given are absent from
 * them, as they were: TypeORM sets those that may be null to null, whatever is stored, and the next save() would store that null.
 */
export async function writeSavedRows(saved: readonly SavedRow[], write: () => Promise<unknown>): Promise<void> {
  const tracked = saved.map(({ row, metadata }) => {
    const state = { inserted: !metadata.hasId(row) };
    rows.set(row, state);
    return { row, state, absent: listAbsentColumns(row, metadata) };
  });
  await write();
  for (const { row, state, absent } of tracked) {
    rows.delete(row);
    if (state.inserted) continue;
    for (const property of absent) if (row[property] === null) Reflect.deleteProperty(row, property);
  }
}

/** The nullable columns that a row does not give, neither by themselves nor by the relation whose foreign key they are. */
function listAbsentColumns(row: ObjectLiteral, { columns }: EntityMetadata): string[] {
  const isAbsent = (column: EntityMetadata['columns'][number]): boolean =>
    column.getEntityValue(row) === undefined && column.relationMetadata?.getEntityValue(row) === undefined;
  return columns.filter((column) => column.isNullable && isAbsent(column)).map(({ propertyName }) => propertyName);
}

/**
 * insert(), update(), upsert() and query builders write one table. TypeORM would drop new parents and children that are given
 * with a row, and store it without them.
 *
 * @throws EntityValidationError
 */
export function assertOwnRowOnly(entity: EntityClass, row: unknown): void {
  if (!isObject(row)) return;
  const { relations, children } = getEntityRules(entity);
  const parents = [...relations.keys()]
    .filter((relation) => isNew(row[relation]))
    .map((relation) => createRelationViolation(relation, `is new: save it first, then this ${entity.name}`));
  const others = [...children]
    .filter((relation) => hasRows(row[relation]))
    .map((relation) => createRelationViolation(relation, `is not written with this ${entity.name}: leave it out`));
  const violations = [...parents, ...others];
  if (violations.length > 0) throw new EntityValidationError(entity.name, violations);
}

function isNew(parent: unknown): boolean {
  return isObject(parent) && (parent.id ?? undefined) === undefined;
}

function hasRows(given: unknown): boolean {
  return Array.isArray(given) ? given.length > 0 : given !== undefined && given !== null;
}
