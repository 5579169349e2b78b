import type pg from 'pg';
import { SessionClient, type SessionClientConfig } from './session-client.js';
import { showAs } from './shown-as.js';

/** What node-postgres says when an answer took longer than `query_timeout`. */
const READ_TIMEOUT = 'Query read timeout';

/**
 * A client that closes itself when the server owes it an answer for longer than `query_timeout`. node-postgres alone would
 * report the error and put the connection back into the pool, where the next query would wait behind the first.
 */
export class BoundedClient extends SessionClient {
  constructor(config?: SessionClientConfig) {
    super(config);
    const { host, port, database } = this;
    showAs(this, { host, port, database });
    const query = this.query as (...all: unknown[]) => unknown;
    // The overloads of `query` are many; what is done here is the same for those that return a promise, and TypeORM uses no others.
    this.query = ((...all: unknown[]) => {
      const result = query.apply(this, all);
      if (result instanceof Promise) {
        result.catch((error: unknown) => {
          if (error instanceof Error && error.message === READ_TIMEOUT) this.connection.stream.destroy();
        });
      }
      return result;
    }) as pg.Client['query'];
  }
}
