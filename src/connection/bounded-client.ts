import pg from 'pg';
import { showAs } from './shown-as.js';
import { assertNotRolledBack } from './transaction-outcome.js';

/** What node-postgres says when an answer took longer than `query_timeout`. */
const READ_TIMEOUT = 'Query read timeout';

/**
 * A client that closes itself when the server owes it an answer for longer than `query_timeout`. node-postgres alone would
 * report the error and put the connection back into the pool, where the next query would wait behind the first.
 *
 * A COMMIT that PostgreSQL answers by rolling back fails (SQLSTATE 25P02). node-postgres alone would report success.
 */
export class BoundedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const { host, port, database } = this;
    showAs(this, { host, port, database });
  }

  // The overloads of `query` are many; what is done here is the same for those that return a promise, and TypeORM uses no others.
  override query = ((...args: Parameters<pg.Client['query']>) => {
    const result = (super.query as (...all: typeof args) => unknown).call(this, ...args);
    if (!(result instanceof Promise)) return result;
    return result.then(
      (answer: pg.QueryResult | pg.QueryResult[]) => {
        assertNotRolledBack(args[0], answer);
        return answer;
      },
      (error: unknown) => {
        if (error instanceof Error && error.message === READ_TIMEOUT) this.connection.stream.destroy();
        throw error;
      },
    );
  }) as pg.Client['query'];
}
