import type { ClientBase } from 'pg';
import { QueryFailedError } from 'typeorm';
import { InvalidValue, TransactionAborted, type DatabaseError } from './errors.js';

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
function unsent(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  return new InvalidValue({ rule: 'a parameter has no form in which it could be sent to the database' });
}
