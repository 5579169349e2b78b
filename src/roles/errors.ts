import { SharedDbError } from '../connection/shared-db-error.js';

/** The roles cannot be set up, or not by this user. One line: what is missing, and who could. Nothing was changed. */
export class RolesError extends SharedDbError {
  override readonly name = 'RolesError';
}

/** A password cannot be used for a role. Never repeats any of it. */
export class RolePasswordError extends SharedDbError {
  override readonly name = 'RolePasswordError';
}
