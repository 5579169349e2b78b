import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticationFailed, toDatabaseError, type DatabaseError } from './errors.js';

/** The first pause is at most this long; each further one may be twice as long. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

export interface RetryOptions {
  /** How long to begin anew, in milliseconds. The last attempt may end later. Default 10,000. */
  forMs?: number;
  /** Which errors are worth it. Default: those whose `retryable` is true, and a password that is just being changed. */
  worthIt?: (error: DatabaseError) => boolean;
}

/**
 * Runs `work` again, from its first statement, while it fails for a reason that passes: a deadlock, a full pool, a lost
 * connection, a server that restarts. The pauses grow and are random, so that a crowd does not come back all at once.
 *
 *     const author = await withRetry(() => authors.findOneBy({ id }));
 *
 * For work that may be done twice: when the connection is lost, whether a COMMIT arrived is unknown.
 *
 * @throws what `work` threw last, as it is
 */
export async function withRetry<T>(
  work: () => Promise<T>,
  { forMs = 10_000, worthIt = passes }: RetryOptions = {},
): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const known = toDatabaseError(error);
      const left = deadline - performance.now();
      if (known === undefined || !worthIt(known) || left <= 0) throw error;
      // The last pause ends with the time, so that there is one more attempt then.
      await sleep(Math.min(Math.random() * longest, left));
    }
  }
}

function passes(error: DatabaseError): boolean {
  // Between the change of a password on the server and that of its file, new connections are refused. That passes, too.
  return error.retryable || error instanceof AuthenticationFailed;
}
