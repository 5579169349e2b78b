import { DatabaseUrlError, type DatabaseAddress } from './database-url.js';
import { SharedDbError } from './shared-db-error.js';

/** Gives the password as it is now. Asked at every new connection; what it throws is not shown. */
export type PasswordProvider = () => string | Promise<string>;

/** The password could not be had from where it is kept. */
export class PasswordUnavailable extends SharedDbError {
  override readonly name = 'PasswordUnavailable';
}

/**
 * What node-postgres asks at every new connection. Always a function: without one it would look for PGPASSWORD and ~/.pgpass
 * by itself. Empty where there is none, which node-postgres refuses to send.
 *
 * @throws DatabaseUrlError when the URL has a password, too.
 */
export function passwordOf(
  { password }: DatabaseAddress,
  provider: PasswordProvider | undefined,
): () => Promise<string> {
  if (provider === undefined) return () => Promise.resolve(password ?? '');
  if (password !== undefined) {
    throw new DatabaseUrlError(
      'password',
      'The password is given twice, in the database URL and by the option `password`: leave one out.',
    );
  }
  return async () => {
    try {
      return await provider();
    } catch (error) {
      // Another's error may hold what it was asked for.
      if (error instanceof SharedDbError) throw error;
      throw new PasswordUnavailable('The provider of the database password failed: see to the secret source.');
    }
  };
}
