import type { DataSource } from 'typeorm';
import type { DatabaseErrorClass } from '../../../../src/errors/translate.js';

/** A call that PostgreSQL rejects, and the expected error. */
export interface Provocation {
  readonly name: string;
  /** Several, separated by |, where versions of PostgreSQL differ. */
  readonly sqlState: string;
  readonly errorClass: DatabaseErrorClass;
  /** The whole summary. */
  readonly summary: string;
  /** A part of the advice. */
  readonly advice: RegExp;
  /** The summary in production, when it differs: without names that the schema does not have. */
  readonly inProduction?: string;
  readonly call: (dataSource: DataSource) => Promise<unknown>;
}

type Rest = readonly [errorClass: DatabaseErrorClass, summary: string, advice: RegExp, inProduction?: string];

/** A provocation by one statement, on a connection of its own. */
export function statement(sqlState: string, sql: string | readonly [string, unknown[]], ...rest: Rest): Provocation {
  const [text, parameters] = typeof sql === 'string' ? [sql, undefined] : sql;
  const call = async (dataSource: DataSource): Promise<unknown> => {
    const runner = dataSource.createQueryRunner();
    try {
      return await runner.query(text, parameters);
    } finally {
      // Some begin a transaction.
      await runner.query('ROLLBACK').catch(() => undefined);
      await runner.release();
    }
  };
  return provocation(text.length > 100 ? `${text.slice(0, 100)}…` : text, sqlState, call, ...rest);
}

/** A provocation by a call of TypeORM. */
export function provocation(name: string, sqlState: string, call: Provocation['call'], ...rest: Rest): Provocation {
  const [errorClass, summary, advice, inProduction] = rest;
  return {
    name,
    sqlState,
    errorClass,
    summary,
    advice,
    call,
    ...(inProduction === undefined ? {} : { inProduction }),
  };
}
