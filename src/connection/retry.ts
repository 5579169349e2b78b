import { setTimeout as sleep } from 'node:timers/promises';
import { toDatabaseError, type DatabaseError } from '../errors/translate.js';

/** The longest first pause; the limit doubles with each attempt. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** At least this many attempts, because one attempt can use up the whole duration: a lock wait alone takes 5 seconds. */
const FEWEST_ATTEMPTS = 3;

export interface RetryOptions {
  /**
   * How long new attempts are started, in milliseconds. Default 10,000. There are at least three attempts, even when they take longer; with
   * 0 there is one attempt.
   */
  maxDurationMs?: number;
  /** Returns whether to retry after this error. Default: when its `retryable` is true. */
  shouldRetry?: (error: DatabaseError) => boolean;
}

/**
 * Runs `work`, and runs it again from its first statement while it fails with a temporary error: a deadlock, a lock timeout, a full pool, a
 * lost connection, a restarting server, a password change. Pauses are random and grow, so that many clients do not retry at once.
 *
 *     const author = await withRetry(() => authors.findOneBy({ id }));
 *
 * `work` must be safe to repeat: after a lost connection it is unknown whether the COMMIT was applied.
 *
 * @throws the last error of `work`, unchanged
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
      const remainingMs = deadline - performance.now();
      if (known === undefined || !shouldRetry(known) || (remainingMs <= 0 && attempt >= fewest)) throw error;
      const pause = Math.random() * longest;
      // The last pause ends at the deadline, so that one more attempt follows.
      await sleep(remainingMs > 0 ? Math.min(pause, remainingMs) : pause);
    }
  }
}
