import { describe, expect, it } from '@jest/globals';
import { AuthenticationFailed, LockTimeout, PoolSaturated, UniqueViolation, withRetry } from '@shared/db';
import { DATABASE_ERRORS } from '../../../src/errors/translate.js';

/** Fails so often, each time after so many milliseconds. Resolves to the number of attempts. */
function failing(times: number, error: Error, ms = 0): () => Promise<number> {
  let attempts = 0;
  return async () => {
    attempts += 1;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    if (attempts > times) return attempts;
    throw Object.assign(error, { attempts });
  };
}

describe('withRetry', () => {
  it.each(DATABASE_ERRORS.map((Class) => [Class.name, Class] as const))(
    'does with %s what the error says',
    async (_, Class) => {
      const error = new Class();
      const outcome = withRetry(failing(1, error), { maxDurationMs: 1_000 });
      if (error.retryable) await expect(outcome).resolves.toBe(2);
      else await expect(outcome).rejects.toBe(error);
    },
  );

  it('makes three attempts even where each takes longer than the time', async () => {
    for (const error of [new LockTimeout(), new PoolSaturated()]) {
      await expect(withRetry(failing(2, error, 15), { maxDurationMs: 10 })).resolves.toBe(3);
      await expect(withRetry(failing(3, error, 15), { maxDurationMs: 10 })).rejects.toMatchObject({ attempts: 3 });
    }
  });

  it('makes one attempt where there is no time', async () => {
    await expect(withRetry(failing(1, new LockTimeout()), { maxDurationMs: 0 })).rejects.toMatchObject({ attempts: 1 });
  });

  it('goes on for the time given', async () => {
    await expect(withRetry(failing(6, new AuthenticationFailed()), { maxDurationMs: 5_000 })).resolves.toBe(7);
  });

  it('uses `shouldRetry` instead of `retryable`', async () => {
    const shouldRetry = (error: Error): boolean => error instanceof UniqueViolation;
    await expect(withRetry(failing(1, new UniqueViolation()), { shouldRetry })).resolves.toBe(2);
    await expect(withRetry(failing(1, new LockTimeout()), { shouldRetry })).rejects.toMatchObject({ attempts: 1 });
  });
});
