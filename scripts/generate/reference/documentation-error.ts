import { SharedDbError } from '../../../src/errors/shared-db-error.js';

/** A page cannot be generated: a text is missing, or the snapshot and the entities do not fit together. */
export class DocumentationError extends SharedDbError {
  override readonly name = 'DocumentationError';
}
