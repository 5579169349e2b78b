import type { ClientBase } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { InvalidValue, TransactionAborted, type DatabaseError } from './errors.js';

/** Makes a typed error of what TypeORM or node-postgres threw; undefined for what is neither's. */
export type Translate = (error: unknown) => DatabaseError | undefined;

/** What happened on the connection of a query runner: whether it was lost, and which statement failed first in the transaction. */
export class RunnerSession {
  #connection: ClientBase | undefined;
  /** What ended the connection between two statements. TypeORM only knows that the query runner is released. */
  #loss: Error | undefined;
  /** The failure behind which PostgreSQL refuses every statement until the next rollback. */
  #firstFailure: DatabaseError | undefined;
  #released = false;

  constructor(
    runner: QueryRunner,
    private readonly translate: Translate,
  ) {
    // TypeORM releases the query runner of a lost connection by itself, and its managers refuse released ones before they ask anybody.
    // For them it is released when its owner releases it; until then each statement says that the connection is lost.
    Object.defineProperty(runner, 'isReleased', {
      configurable: true,
      enumerable: true,
      get: () => this.#released && this.#loss === undefined,
      set: (released: boolean) => {
        this.#released = released;
      },
    });
  }

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
    if (known === undefined) return unsent(error);
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
    this.#loss = undefined;
    return !this.#released && ['T', 'E'].includes(connection?.getTransactionStatus() ?? 'I');
  }

  readonly #onError = (error: Error): void => {
    this.#loss ??= error;
  };
}

/** What failed before anything was sent: a parameter has no form in which it could be. */
function unsent(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  return new InvalidValue({ rule: 'a parameter has no form in which it could be sent to the database' });
}
