import { types } from 'node:util';
import type pg from 'pg';
import { SessionClient, type SessionClientConfig } from './session-client.js';
import { isError } from './shared-db-error.js';
import { showAs } from './shown-as.js';
import { assertNotRolledBack } from './transaction-outcome.js';

/** What node-postgres says when an answer took longer than `query_timeout`. */
const READ_TIMEOUT = 'Query read timeout';

/**
 * A client that closes itself when the server owes it an answer for longer than `query_timeout`. node-postgres alone would
 * report the error and put the connection back into the pool, where the next query would wait behind the first.
 *
 * A COMMIT that PostgreSQL answers by rolling back fails (SQLSTATE 25P02). node-postgres alone would report success.
 *
 * It does not show its password, however it is printed.
 */
export class BoundedClient extends SessionClient {
  constructor(config?: SessionClientConfig) {
    super(config);
    const { host, port, database } = this;
    showAs(this, { host, port, database });
    hidePassword(this);
    const query = this.query as (...all: unknown[]) => unknown;
    // The overloads of `query` are many; what is done here is the same for those that return a promise, and TypeORM uses no others.
    this.query = ((...all: unknown[]) => {
      const result = query.apply(this, all);
      if (!types.isPromise(result)) return result;
      return (result as Promise<pg.QueryResult | pg.QueryResult[]>).then(
        (answer) => {
          assertNotRolledBack(all[0], answer);
          return answer;
        },
        (error: unknown) => {
          if (isError(error) && error.message === READ_TIMEOUT) this.connection.stream.destroy();
          throw error;
        },
      );
    }) as pg.Client['query'];
  }
}

/** What node-postgres keeps of a password: the function that gives it, and, once it was asked, the password itself. */
interface WithPassword {
  password?: unknown;
}

/**
 * node-postgres replaces the function that gives the password by the password, and keeps it in two places for as long as the
 * connection lives, where `console.dir` and heap dumps of the object find it. Here both go on showing the function. The
 * password itself is readable only in the turn of the event loop in which node-postgres uses it, which no other code shares,
 * and is forgotten when the server has let the client in.
 */
function hidePassword(client: pg.Client): void {
  const { connectionParameters } = client as pg.Client & { connectionParameters: WithPassword };
  const given: unknown = (client as WithPassword).password;
  const provider = typeof given === 'string' ? () => given : given;
  let password: unknown = provider;
  let isInUse = false;
  const use = (): void => {
    isInUse = true;
    queueMicrotask(() => (isInUse = false));
  };
  Object.defineProperty(client, 'password', {
    get: () => (isInUse ? password : provider),
    // Set where the provider has answered; sent in the same turn, unless the server wants SCRAM.
    set: (answer: unknown) => {
      password = answer;
      use();
    },
  });
  Object.defineProperty(connectionParameters, 'password', { get: () => provider, set: () => undefined });
  // node-postgres adds its own listeners in connect(), behind these.
  const connection = client.connection as unknown as NodeJS.EventEmitter;
  connection.on('authenticationSASLContinue', use);
  for (const event of ['authenticationSASLFinal', 'readyForQuery', 'end']) {
    connection.once(event, () => (password = provider));
  }
}
