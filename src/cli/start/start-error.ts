import { SharedDbError } from '../../connection/shared-db-error.js';

/** The development server cannot start. One line: why, and what to do. */
export class StartError extends SharedDbError {
  override readonly name = 'StartError';
}
