import { EntityNotFoundError, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { countAsSharedDbError } from '../shared-db-error.js';
import { setHidden, setName } from './database-error.js';

/**
 * A row that must exist does not. Names the entity, never what it was looked for by. It is TypeORM's `EntityNotFoundError`, so that
 * exception filters and catch blocks written for TypeORM see it; its `criteria` are undefined.
 */
export class EntityNotFound extends EntityNotFoundError {
  declare readonly code: string;
  /** The entity's class name: `Author`. */
  declare readonly entity: string;

  /** @param entityClass what TypeORM's error has under this name. */
  constructor(entity: string, entityClass: EntityTarget<ObjectLiteral> = entity) {
    super(entityClass, undefined);
    setHidden(this, { message: `There is no ${entity} that matches.`, entityClass, criteria: undefined });
    setName(this, 'EntityNotFound');
    Object.assign(this, { code: 'ENTITY_NOT_FOUND', entity });
    // TypeORM writes the message after the stack, which begins with it.
    Error.captureStackTrace(this, new.target);
  }
}

countAsSharedDbError(EntityNotFound);
