import { SharedDbError } from '../../../src/errors/shared-db-error.js';

/** A page cannot be generated, because a text is missing, or because snapshot and entities differ. */
export class DocumentationError extends SharedDbError {
  override readonly name = 'DocumentationError';
}
