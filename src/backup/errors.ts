import { SharedDbError } from '../connection/shared-db-error.js';

/** A backup cannot be taken or restored. What was begun is removed; the database is as it was. */
export class BackupError extends SharedDbError {
  override readonly name: string = 'BackupError';
}

/** pg_dump or pg_restore is not there, or cannot be used with this server. */
export class BackupToolError extends BackupError {
  override readonly name = 'BackupToolError';
}

/** The files of a backup are not what was written: cut short, changed, or of another making. */
export class BackupDamagedError extends BackupError {
  override readonly name = 'BackupDamagedError';
}

/** What a backup gives back is not what was backed up. */
export class BackupDiffersError extends BackupError {
  override readonly name = 'BackupDiffersError';

  /** @param differences in words, as `differencesOf` says them */
  constructor(
    subject: string,
    readonly differences: readonly string[],
  ) {
    const shown = differences.slice(0, 5).join('; ');
    const more = differences.length > 5 ? `; and ${differences.length - 5} more` : '';
    super(`${subject} is not equal to the database at the time of the backup: ${shown}${more}.`);
  }
}
