import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { isError } from '../connection/shared-db-error.js';

export interface RecordedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** The migration went on with an answer that was made up: no rows. */
  madeUp: boolean;
}

/** What a migration would execute. */
export interface Recording {
  readonly queries: readonly RecordedQuery[];
  /** Why the list may not be complete: the kind of error, or what was waited for. */
  readonly failure: string | undefined;
}

/** What PostgreSQL would call the command (`UPDATE`), and its rows where they are known. */
export interface Answer {
  readonly command: string;
  readonly rows?: readonly unknown[];
}

export interface RecordOptions {
  /** Answers a query without changing anything. */
  readonly answer: (sql: string, parameters: readonly unknown[]) => Promise<Answer>;
  /** Milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/** More queries than any migration has; a loop that waits for what a recorder never says ends here. */
const MOST_QUERIES = 2_000;

/**
 * Runs `up` against a connection that writes down what it is asked to do and does nothing. TypeORM's own methods (`addColumn`) are
 * recorded as the SQL they make.
 *
 * @param dataSource not connected, so that nothing that goes past the query runner reaches a database either
 */
export async function recordUp(
  migration: MigrationInterface,
  dataSource: DataSource,
  { answer, timeoutMs = 60_000 }: RecordOptions,
): Promise<Recording> {
  const queries: RecordedQuery[] = [];
  const record = async (sql: unknown, parameters: readonly unknown[] = []): Promise<object> => {
    if (typeof sql !== 'string') throw new NotRecorded('it streams rows');
    if (queries.length >= MOST_QUERIES) throw new NotRecorded(`it does not end within ${MOST_QUERIES} queries`);
    const query = { sql, parameters, madeUp: false };
    queries.push(query);
    const { command, rows } = await answer(sql, parameters);
    return {
      command,
      rowCount: rows?.length ?? 0,
      rows: rows ?? noticing(() => (query.madeUp = true)),
    };
  };
  const queryRunner = dataSource.createQueryRunner();
  queryRunner.connect = () => Promise.resolve({ query: record });
  return { queries, failure: await failureOf(migration, queryRunner, timeoutMs) };
}

class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

async function failureOf(
  migration: MigrationInterface,
  queryRunner: QueryRunner,
  timeoutMs: number,
): Promise<string | undefined> {
  const patience = new AbortController();
  try {
    return await Promise.race([
      migration.up(queryRunner).then(() => undefined),
      sleep(timeoutMs, `it does not end within ${timeoutMs / 1000} s`, { signal: patience.signal }),
    ]);
  } catch (error) {
    // Of others only the kind: the message may hold what it read.
    if (!isError(error)) return 'it throws what is no Error';
    return error instanceof NotRecorded
      ? error.message
      : `it throws ${/^\w+$/.test(error.name) ? error.name : 'an Error'}`;
  } finally {
    patience.abort();
  }
}

/** No rows, and word of it when somebody looks. `await` alone does not look. */
function noticing(onLook: () => void): readonly unknown[] {
  return new Proxy<unknown[]>([], {
    get(rows, key, receiver) {
      if (key !== 'then') onLook();
      return Reflect.get(rows, key, receiver) as unknown;
    },
  });
}
