import { SharedDbError } from './shared-db-error.js';

/** The part of a connection string that is wrong. */
export type DatabaseUrlPart =
  'whole' | 'scheme' | 'user' | 'password' | 'host' | 'port' | 'database' | 'parameters' | 'tls';

/** A connection string that cannot be used. Says which part is wrong and never repeats the text. */
export class DatabaseUrlError extends SharedDbError {
  override readonly name = 'DatabaseUrlError';

  constructor(
    readonly part: DatabaseUrlPart,
    message: string,
  ) {
    super(message);
  }
}
