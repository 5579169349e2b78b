import { ValidationError, type Violation } from './validation-error.js';

/** A row that breaks the rules of its entity, refused before it was written. Nothing of the same call was written either. */
export class EntityValidationError extends ValidationError {
  override readonly name = 'EntityValidationError';
  readonly code = 'ENTITY_INVALID';
  /** The entity's class name: `Reply`. */
  readonly entity: string;

  constructor(entity: string, violations: readonly Violation[]) {
    super(entity, violations);
    this.entity = entity;
  }
}
