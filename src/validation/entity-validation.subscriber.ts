import {
  type EntityMetadata,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  type ObjectLiteral,
  type UpdateEvent,
} from 'typeorm';
import { type EntityClass, getEntityRules, hasRules } from '../columns/registry.js';
import { isObject } from '../columns/validators.js';
import type { SavedRow } from '../connection/save-call.js';
import { validateEntity } from './validate-entity.js';
import { createRelationViolation, EntityValidationError } from './validation-error.js';

/**
 * Validates every write that TypeORM announces: save, insert, update, upsert, increment and query builders, with instances and
 * plain objects. An error aborts the whole call, including all rows of a multi-row insert. The rows are copies (`RowCopy`), so
 * no other code can change them between validation and writing.
 *
 * TypeORM does not announce raw SQL, `valuesFromSelect`, `callListeners(false)` and `save(…, { listeners: false })`; for these
 * and for values given as SQL, only the constraints and triggers of PostgreSQL apply. It does not announce a save() that changes
 * no column either.
 *
 * This is a subscriber because `@BeforeInsert` methods of entities do not run for plain objects.
 */
@EventSubscriber()
export class EntityValidationSubscriber implements EntitySubscriberInterface {
  /** @throws EntityValidationError */
  beforeInsert({ metadata, entity }: InsertEvent<unknown>): void {
    if (!isValidated(metadata.target)) return;
    if (isBeingSaved(entity)) noteInsert(entity);
    else assertOwnRowOnly(metadata.target, entity);
    validateEntity(metadata.target, entity, { write: 'insert' });
  }

  /** @throws EntityValidationError */
  beforeUpdate(event: UpdateEvent<unknown>): void {
    const { target } = event.metadata;
    // softDelete() and similar calls pass no entity: they write no values of the caller.
    if (!isValidated(target) || event.entity === undefined) return;
    if (!isBeingSaved(event.entity)) assertOwnRowOnly(target, event.entity);
    const stored = event.databaseEntity as object | undefined;
    validateEntity(target, event.entity, {
      write: 'update',
      // Only save() passes the stored row and the changed columns.
      ...(stored === undefined ? {} : { stored, changed: listChanges(target, event) }),
    });
  }
}

function isValidated(target: unknown): target is EntityClass {
  return typeof target === 'function' && hasRules(target);
}

function listChanges(target: EntityClass, { updatedColumns, updatedRelations }: UpdateEvent<unknown>): string[] {
  const { relations } = getEntityRules(target);
  return [
    ...updatedColumns.map(({ propertyName }) => propertyName),
    ...updatedRelations.map(({ propertyName }) => relations.get(propertyName)?.property ?? propertyName),
  ];
}

/** Rows that running calls of save() write. Each call uses its own copies. */
const rows = new WeakMap<object, { inserted: boolean }>();

/** Returns true when save() writes this row, false for insert(), update(), upsert() and query builders. */
function isBeingSaved(row: unknown): boolean {
  return rows.has(row as object);
}

/** Records that save() inserts this row. */
function noteInsert(row: unknown): void {
  const state = rows.get(row as object);
  if (state) state.inserted = true;
}

/**
 * Writes the rows of a save(). `isBeingSaved` returns true for them meanwhile.
 *
 * After an update, TypeORM sets nullable columns that the row did not contain to null, whatever the database holds, and the next
 * save() would store that null. So this function deletes those properties again.
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

/** Lists the nullable columns of which the row has neither the value nor, for a foreign key, the relation. */
function listAbsentColumns(row: ObjectLiteral, { columns }: EntityMetadata): string[] {
  const isAbsent = (column: EntityMetadata['columns'][number]): boolean =>
    column.getEntityValue(row) === undefined && column.relationMetadata?.getEntityValue(row) === undefined;
  return columns.filter((column) => column.isNullable && isAbsent(column)).map(({ propertyName }) => propertyName);
}

/**
 * Throws when a row of insert(), update(), upsert() or a query builder contains new parents, or children. These calls write one
 * table, and TypeORM would silently leave the other rows out.
 *
 * @throws EntityValidationError
 */
function assertOwnRowOnly(entity: EntityClass, row: unknown): void {
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
