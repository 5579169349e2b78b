import { type EntitySubscriberInterface, EventSubscriber, type InsertEvent, type UpdateEvent } from 'typeorm';
import { type EntityClass, hasRules, getEntityRules } from '../columns/registry.js';
import { assertOwnRowOnly, isBeingSaved, noteInsert } from './saved-rows.js';
import { validateEntity } from './validate-entity.js';

/**
 * Holds every write that TypeORM announces against the rules of its entity: save, insert, update, upsert, increment, query
 * builder; instances and plain objects. A throw aborts the whole call, all rows of a multi-row insert included. What it is given are
 * copies (`RowCopy`), which nothing else can change before they are written.
 *
 * Not announced, and so judged by PostgreSQL's constraints and triggers alone: raw SQL, `valuesFromSelect`, `callListeners(false)`,
 * `save(…, { listeners: false })`, and values given as SQL. A save() that changes no column is no write and not announced
 * either, whatever else the object holds. A subscriber and not `@BeforeInsert` methods of the entities,
 * which plain objects do not have.
 */
@EventSubscriber()
export class EntityValidationSubscriber implements EntitySubscriberInterface {
  /** @throws EntityValidationError */
  beforeInsert({ metadata, entity }: InsertEvent<unknown>): void {
    if (!isOurs(metadata.target)) return;
    if (isBeingSaved(entity)) noteInsert(entity);
    else assertOwnRowOnly(metadata.target, entity);
    validateEntity(metadata.target, entity, { write: 'insert' });
  }

  /** @throws EntityValidationError */
  beforeUpdate(event: UpdateEvent<unknown>): void {
    const { target } = event.metadata;
    // No entity: softDelete() and the like, which set nothing of the caller's.
    if (!isOurs(target) || event.entity === undefined) return;
    if (!isBeingSaved(event.entity)) assertOwnRowOnly(target, event.entity);
    const stored = event.databaseEntity as object | undefined;
    validateEntity(target, event.entity, {
      write: 'update',
      // Only save() knows the stored row, and what differs from it.
      ...(stored === undefined ? {} : { stored, changed: listChanges(target, event) }),
    });
  }
}

function isOurs(target: unknown): target is EntityClass {
  return typeof target === 'function' && hasRules(target);
}

function listChanges(target: EntityClass, { updatedColumns, updatedRelations }: UpdateEvent<unknown>): string[] {
  const { relations } = getEntityRules(target);
  return [
    ...updatedColumns.map(({ propertyName }) => propertyName),
    ...updatedRelations.map(({ propertyName }) => relations.get(propertyName)?.property ?? propertyName),
  ];
}
