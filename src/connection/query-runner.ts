import type { ClientBase } from 'pg';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { type DatabaseError, InvalidValue, TooManyParameters, TransactionAborted } from '../errors/translate.js';

/** The protocol counts the parameters of a statement in 16 bits. node-postgres would send the rest of the count's division. */
export const MAX_PARAMETERS = 65_535;

/** @throws TooManyParameters before anything is sent. */
export function assertParametersFit(parameters: unknown): void {
  if (!Array.isArray(parameters) || parameters.length <= MAX_PARAMETERS) return;
  throw createTooManyParametersError(
    parameters.length,
    'Pass a long list as one parameter (Any(list) in TypeORM, = ANY($1) in SQL), or split the work (save(rows, { chunk: 1000 })).',
  );
}

/** The same for an INSERT, of which is known how many rows would fit. */
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

/** Makes a typed error of what TypeORM or node-postgres threw; undefined for what is neither's. */
export type Translate = (error: unknown) => DatabaseError | undefined;

/** What happened on the connection of a query runner: whether it was lost, and which statement failed first in the transaction. */
export class RunnerSession {
  #connection: ClientBase | undefined;
  /** What ended the connection. TypeORM releases the query runner then, and says no more than that it is released. */
  #loss: Error | undefined;
  /** The failure behind which PostgreSQL refuses every statement until the next rollback. */
  #firstFailure: DatabaseError | undefined;

  constructor(private readonly translate: Translate) {}

  /** @throws the error of the lost connection. */
  assertConnected(): void {
    if (this.#loss !== undefined) throw this.translate(this.#loss) ?? this.#loss;
  }

  watch(connection: ClientBase): ClientBase {
    this.#connection ??= connection.once('error', this.#onError);
    return connection;
  }

  /** After a success no transaction is aborted: PostgreSQL would have refused the statement. */
  succeeded(): void {
    this.#firstFailure = undefined;
  }

  /** The error to throw for what failed. */
  failed(error: unknown): unknown {
    const known = this.translate(error);
    if (known === undefined) return createUnsentError(error);
    if (known instanceof TransactionAborted) {
      const { sqlState } = known;
      return this.#firstFailure === undefined ? known : new TransactionAborted({ sqlState }, this.#firstFailure);
    }
    // Without a state it was not PostgreSQL that refused, and the transaction can go on.
    if (known.sqlState !== undefined) this.#firstFailure ??= known;
    return known;
  }

  /**
   * Stops watching: the query runner is released by its owner.
   *
   * @returns whether a transaction is open, so that the connection must not serve anybody else.
   */
  end(): boolean {
    const connection = this.#connection;
    connection?.off('error', this.#onError);
    // From now on TypeORM says that the query runner is released, and that is what happened.
    const isLost = this.#loss !== undefined;
    this.#loss = undefined;
    return !isLost && ['T', 'E'].includes(connection?.getTransactionStatus() ?? 'I');
  }

  readonly #onError = (error: Error): void => {
    this.#loss ??= error;
  };
}

/** What failed before anything was sent: a parameter has no form in which it could be. */
function createUnsentError(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  return new InvalidValue({ rule: 'a parameter cannot be converted to a value that PostgreSQL accepts' });
}

/**
 * A query runner whose failures are typed and hold no value. All of a DataSource goes through query runners, so that nothing
 * that it throws holds one: TypeORM's own errors carry the statement with its parameters, and PostgreSQL's the row.
 *
 * A lost connection is ConnectionLost in every call until the query runner is released; a statement with too many parameters is
 * refused before it is sent; an aborted transaction names the statement that failed first.
 *
 * @param connecting makes the error of a connection that cannot be had.
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
  // The overloads of `query` differ in what they promise only.
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

/** TypeORM's own release() gives no error. With one, the pool closes the connection, and PostgreSQL rolls back what is open. */
async function release(runner: QueryRunner, session: RunnerSession): Promise<void> {
  const error = session.end() ? new Error('The query runner was released with an open transaction.') : undefined;
  const { releasePostgresConnection } = runner as QueryRunner & {
    releasePostgresConnection: (error?: Error) => Promise<void>;
  };
  await releasePostgresConnection.call(runner, error);
}

/**
 * TypeORM's own query runner, whose errors are PostgreSQL's in full: for whoever reports them without their values. Of any
 * DataSource.
 */
export function rawQueryRunner(dataSource: DataSource): QueryRunner {
  return DataSource.prototype.createQueryRunner.call(dataSource);
}
