import type { ClientBase } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { assertParametersFit } from './parameter-limit.js';
import { RunnerSession, type Translate } from './runner-session.js';

/**
 * A query runner whose failures are typed and hold no value. All of a DataSource goes through query runners, so that nothing
 * that it throws holds one: TypeORM's own errors carry the statement with its parameters, and PostgreSQL's the row.
 *
 * A lost connection is ConnectionLost in every call until the query runner is released; a statement with too many parameters is
 * refused before it is sent; an aborted transaction names the statement that failed first.
 *
 * @param connecting makes the error of a connection that cannot be had.
 */
export function quiet(runner: QueryRunner, translate: Translate, connecting: (error: unknown) => unknown): QueryRunner {
  const query = runner.query.bind(runner) as (...all: unknown[]) => Promise<unknown>;
  const stream = runner.stream.bind(runner);
  const connect = runner.connect.bind(runner) as () => Promise<ClientBase>;
  // TypeORM's release() is this without an error. With one, the pool closes the connection, and PostgreSQL rolls back.
  const { releasePostgresConnection } = runner as QueryRunner & {
    releasePostgresConnection: (error?: Error) => Promise<void>;
  };
  const session = new RunnerSession(translate);
  runner.connect = async (): Promise<unknown> => {
    session.assertConnected();
    try {
      return session.watch(await connect());
    } catch (error) {
      throw connecting(error);
    }
  };
  runner.release = async () => {
    const error = session.end() ? new Error('The query runner was released with an open transaction.') : undefined;
    await releasePostgresConnection.call(runner, error);
  };
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

/**
 * TypeORM's own query runner, whose errors are PostgreSQL's in full: for whoever reports them without their values. Of any
 * DataSource.
 */
export function outspokenQueryRunner(dataSource: DataSource): QueryRunner {
  return DataSource.prototype.createQueryRunner.call(dataSource);
}
