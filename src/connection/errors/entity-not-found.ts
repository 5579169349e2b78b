import { SharedDbError } from '../shared-db-error.js';

/** A row that must exist does not. Names the entity, never what it was looked for by. */
export class EntityNotFound extends SharedDbError {
  override readonly name = 'EntityNotFound';
  readonly code = 'ENTITY_NOT_FOUND';

  constructor(
    /** The entity's class name: `Author`. */
    readonly entity: string,
  ) {
    super(`There is no ${entity} that matches.`);
  }
}
