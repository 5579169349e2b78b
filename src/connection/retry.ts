import { setTimeout as sleep } from 'node:timers/promises';
import { toDatabaseError, type DatabaseError } from '../errors/translate.js';

/** The first pause is at most this long; each further one may be twice as long. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** An attempt may itself take all the time: a lock or a free connection is waited for 5 seconds. */
const FEWEST_ATTEMPTS = 3;

export interface RetryOptions {
  /**
   * How long to begin anew, in milliseconds. Default 10,000. At least three attempts are made, even if they take longer than that; with
   * 0 there is one attempt.
   */
  maxDurationMs?: number;
  /** Which errors are worth it. Default: those whose `retryable` is true. */
  shouldRetry?: (error: DatabaseError) => boolean;
}

/**
 * Runs `work` again, from its first statement, while it fails for a reason that passes: a deadlock, a lock or a full pool, a lost
 * connection, a server that restarts, a password that is being changed. The pauses grow and are random, so that a crowd does not come
 * back all at once.
 *
 *     const author = await withRetry(() => authors.findOneBy({ id }));
 *
 * For work that may be done twice: when the connection is lost, whether a COMMIT arrived is unknown.
 *
 * @throws what `work` threw last, as it is
 */
export async function withRetry<T>(
  work: () => Promise<T>,
  { maxDurationMs = 10_000, shouldRetry = ({ retryable }) => retryable }: RetryOptions = {},
): Promise<T> {
  const deadline = performance.now() + maxDurationMs;
  const fewest = maxDurationMs > 0 ? FEWEST_ATTEMPTS : 1;
  for (let attempt = 1, longest = FIRST_PAUSE_MS; ; attempt++, longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const known = toDatabaseError(error);
      const left = deadline - performance.now();
      if (known === undefined || !shouldRetry(known) || (left <= 0 && attempt >= fewest)) throw error;
      const pause = Math.random() * longest;
      // The last pause ends with the time, so that there is one more attempt then.
      await sleep(left > 0 ? Math.min(pause, left) : pause);
    }
  }
}
