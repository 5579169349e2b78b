import { SharedDbError } from '../../../src/errors/shared-db-error.js';

/** A page cannot be written: something is not said, or catalog and entities are not of the same time. */
export class DocumentationError extends SharedDbError {
  override readonly name = 'DocumentationError';
}
