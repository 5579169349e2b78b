import type { ClientBase } from 'pg';
import { DataSource, QueryFailedError, QueryRunnerAlreadyReleasedError, type QueryRunner } from 'typeorm';
import { InvalidValue, type DatabaseError } from './errors.js';

/** Makes a typed error of what TypeORM or node-postgres threw; undefined for what is neither's. */
export type Translate = (error: unknown) => DatabaseError | undefined;

/**
 * A query runner whose failures are typed and hold no value. All of a DataSource goes through query runners, so that nothing
 * that it throws holds one: TypeORM's own errors carry the statement with its parameters, and PostgreSQL's the row.
 *
 * @param connecting makes the error of a connection that cannot be had.
 */
export function quiet(runner: QueryRunner, translate: Translate, connecting: (error: unknown) => unknown): QueryRunner {
  const query = runner.query.bind(runner) as (...all: unknown[]) => Promise<unknown>;
  const connect = runner.connect.bind(runner) as () => Promise<ClientBase>;
  const release = runner.release.bind(runner);
  let connection: ClientBase | undefined;
  /** What ended the connection between two statements. TypeORM says afterwards only that the runner is released. */
  let loss: unknown;
  const onError = (error: Error): void => {
    loss ??= error;
  };
  runner.connect = async (): Promise<unknown> => {
    try {
      const connected = await connect();
      connection ??= connected.once('error', onError);
      return connected;
    } catch (error) {
      throw connecting(error);
    }
  };
  runner.release = async () => {
    connection?.off('error', onError);
    await release();
  };
  // The overloads of `query` differ in what they promise only.
  runner.query = (async (...all: Parameters<QueryRunner['query']>) => {
    try {
      return await query(...all);
    } catch (error) {
      const cause = error instanceof QueryRunnerAlreadyReleasedError && loss !== undefined ? loss : error;
      throw translate(cause) ?? unsent(cause);
    }
  }) as QueryRunner['query'];
  return runner;
}

/**
 * TypeORM's own query runner, whose errors are PostgreSQL's in full: for whoever reports them without their values. Of any
 * DataSource.
 */
export function outspokenQueryRunner(dataSource: DataSource): QueryRunner {
  return DataSource.prototype.createQueryRunner.call(dataSource);
}

/** What failed before anything was sent: a parameter has no form in which it could be. */
function unsent(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  return new InvalidValue({ rule: 'a parameter has no form in which it could be sent to the database' });
}
