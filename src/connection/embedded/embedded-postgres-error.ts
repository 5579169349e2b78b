import { SharedDbError } from '../shared-db-error.js';

/** Every failure of the embedded server. The message is one line and ends with what to do. */
export class EmbeddedPostgresError extends SharedDbError {
  override name = 'EmbeddedPostgresError';
}

/** The end of every message for which no repair of the embedded server is known. */
export const USE_ANOTHER_SERVER = 'set DATABASE_URL (TEST_DATABASE_URL for tests) or run `docker compose up -d`';

/** `code` of a system or PostgreSQL error. Not `instanceof`: errors of Node's core belong to another realm inside Jest. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  const message: unknown = (error as { message?: unknown } | undefined)?.message;
  return (typeof message === 'string' ? message : String(error)).split('\n')[0] ?? '';
}

/** Runs `work`; a failure of the system (no space, read-only, no permission) becomes one line that says what to do. */
export async function explained<T>(attempted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const advice = `choose a folder on a disk you may write to, or ${USE_ANOTHER_SERVER}`;
    throw new EmbeddedPostgresError(`cannot ${attempted}: ${messageOf(error)}; ${advice}`, { cause: error });
  }
}
