import type { ClientBase } from 'pg';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { type DatabaseError, InvalidValue, TooManyParameters, TransactionAborted } from '../errors/translate.js';

/** PostgreSQL's protocol counts parameters in 16 bits; node-postgres would send a larger count modulo 65,536. */
const MAX_PARAMETERS = 65_535;

/** Checks the number of parameters before anything is sent.
 *
 * @throws TooManyParameters
 */
function assertParametersFit(parameters: unknown): void {
  if (!Array.isArray(parameters) || parameters.length <= MAX_PARAMETERS) return;
  throw createTooManyParametersError(
    parameters.length,
    'Pass a long list as one parameter (Any(list) in TypeORM, = ANY($1) in SQL), or split the work (save(rows, { chunk: 1000 })).',
  );
}

/** Checks the number of parameters of an INSERT; the error says how many rows fit. */
export function assertRowsFit(parameters: readonly unknown[], table: string, perRow: () => number): void {
  if (parameters.length <= MAX_PARAMETERS) return;
  const rows = Math.floor(MAX_PARAMETERS / perRow());
  throw createTooManyParametersError(
    parameters.length,
    `Write at most ${rows} rows of ${table} at once (save(rows, { chunk: ${rows} })).`,
  );
}

function createTooManyParametersError(count: number, advice: string): TooManyParameters {
  const numbers = `${count} parameters were given, and a statement can have at most ${MAX_PARAMETERS}`;
  return new TooManyParameters({ rule: numbers, advice });
}

/** Translates an error of TypeORM or node-postgres; undefined for any other error. */
export type Translate = (error: unknown) => DatabaseError | undefined;

/** Tracks the connection of a query runner: whether it was lost, and which statement of the transaction failed first. */
class RunnerSession {
  #connection: ClientBase | undefined;
  /** The error that ended the connection. TypeORM then releases the query runner and reports only that it is released. */
  #loss: Error | undefined;
  /** The first failure of the transaction. PostgreSQL then rejects every statement until a rollback. */
  #firstFailure: DatabaseError | undefined;

  constructor(private readonly translate: Translate) {}

  /** @throws the error of the lost connection */
  assertConnected(): void {
    if (this.#loss !== undefined) throw this.translate(this.#loss) ?? this.#loss;
  }

  watch(connection: ClientBase): ClientBase {
    this.#connection ??= connection.once('error', this.#onError);
    return connection;
  }

  /** Clears the first failure: a statement that succeeds proves that the transaction is not aborted. */
  succeeded(): void {
    this.#firstFailure = undefined;
  }

  /** Returns the error to throw. */
  failed(error: unknown): unknown {
    const known = this.translate(error);
    if (known === undefined) return createUnsentError(error);
    if (known instanceof TransactionAborted) {
      const { sqlState } = known;
      return this.#firstFailure === undefined ? known : new TransactionAborted({ sqlState }, this.#firstFailure);
    }
    // Without a SQLSTATE the error is not PostgreSQL's, and the transaction can continue.
    if (known.sqlState !== undefined) this.#firstFailure ??= known;
    return known;
  }

  /**
   * Stops watching, when the query runner is released.
   *
   * @returns whether a transaction is open, so that the connection must not be reused
   */
  end(): boolean {
    const connection = this.#connection;
    connection?.off('error', this.#onError);
    // From now on TypeORM's "already released" error is correct.
    const isLost = this.#loss !== undefined;
    this.#loss = undefined;
    return !isLost && ['T', 'E'].includes(connection?.getTransactionStatus() ?? 'I');
  }

  readonly #onError = (error: Error): void => {
    this.#loss ??= error;
  };
}

/** Returns the error for a parameter that cannot be sent. */
function createUnsentError(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  return new InvalidValue({ rule: 'a parameter cannot be converted to a value that PostgreSQL accepts' });
}

/**
 * Replaces methods of TypeORM's query runner, through which every statement of a DataSource goes. TypeORM's errors contain the statement with
 * its parameters, and PostgreSQL's contain row values; these errors contain neither. It also prevents three losses: a lost connection is
 * ConnectionLost in every call until release (TypeORM only says "released"); too many parameters are refused before sending
 * (node-postgres would send a wrong count); an open transaction is never returned to the pool, where another caller could commit it.
 *
 * @param connecting translates the error of a failed connection
 */
export function wrapQueryRunner(
  runner: QueryRunner,
  translate: Translate,
  connecting: (error: unknown) => unknown,
): QueryRunner {
  const query = runner.query.bind(runner) as (...all: unknown[]) => Promise<unknown>;
  const stream = runner.stream.bind(runner);
  const connect = runner.connect.bind(runner) as () => Promise<ClientBase>;
  const session = new RunnerSession(translate);
  runner.connect = async (): Promise<unknown> => {
    session.assertConnected();
    try {
      return session.watch(await connect());
    } catch (error) {
      throw connecting(error);
    }
  };
  runner.release = () => release(runner, session);
  // The overloads of `query` differ only in their return types.
  runner.query = (async (...all: Parameters<QueryRunner['query']>) => {
    session.assertConnected();
    assertParametersFit(all[1]);
    try {
      const result = await query(...all);
      session.succeeded();
      return result;
    } catch (error) {
      throw session.failed(error);
    }
  }) as QueryRunner['query'];
  runner.stream = async (...all) => {
    session.assertConnected();
    assertParametersFit(all[1]);
    return stream(...all);
  };
  return runner;
}

/** Releases the connection. With an error the pool closes it and PostgreSQL rolls back the open transaction; TypeORM passes none. */
async function release(runner: QueryRunner, session: RunnerSession): Promise<void> {
  const error = session.end() ? new Error('The query runner was released with an open transaction.') : undefined;
  const { releasePostgresConnection } = runner as QueryRunner & {
    releasePostgresConnection: (error?: Error) => Promise<void>;
  };
  await releasePostgresConnection.call(runner, error);
}

/**
 * Returns TypeORM's own query runner of any DataSource. Its errors contain PostgreSQL's messages with values: callers must redact them.
 */
export function rawQueryRunner(dataSource: DataSource): QueryRunner {
  return DataSource.prototype.createQueryRunner.call(dataSource);
}
