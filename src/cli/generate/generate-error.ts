import { SharedDbError } from '../../connection/shared-db-error.js';

/** No migration can be written; nothing was. */
export class GenerateError extends SharedDbError {
  override readonly name = 'GenerateError';
}
