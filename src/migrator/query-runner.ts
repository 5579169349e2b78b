import type { QueryResult } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { outspokenQueryRunner } from '../connection/quiet-query-runner.js';
import { MigrationStatementRefused } from './errors.js';
import { kindOf, type StatementKind } from './statement-kind.js';

/** A statement of a migration, on its way to the database. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly kind: StatementKind;
}

export type RunStatement = (statement: Statement) => Promise<QueryResult>;

/** Fields of TypeORM's own query runners (1.1, BaseQueryRunner and PostgresQueryRunner). */
interface Inside {
  databaseConnection: unknown;
  isTransactionActive: boolean;
  transactionDepth: number;
}

/**
 * TypeORM's query runner for one migration. What it would send to a connection of its pool goes to `run`. Told that it is inside a
 * transaction, it makes savepoints of the transactions that the migration begins.
 */
export function queryRunnerFor(dataSource: DataSource, run: RunStatement, inTransaction: boolean): QueryRunner {
  // Its errors in full: `failureOf` takes from them what may be said.
  const queryRunner = outspokenQueryRunner(dataSource);
  const inside: Inside = {
    databaseConnection: {
      query: (sql: unknown, parameters?: readonly unknown[]) => {
        if (typeof sql !== 'string') throw new MigrationStatementRefused('A migration cannot stream rows');
        return run({ sql, parameters: parameters ?? [], kind: kindOf(sql) });
      },
    },
    isTransactionActive: inTransaction,
    transactionDepth: inTransaction ? 1 : 0,
  };
  return Object.assign(queryRunner, inside);
}

/** Without parameters the text may hold several statements. */
export function parametersOf({ parameters }: Statement): readonly unknown[] | undefined {
  return parameters.length > 0 ? parameters : undefined;
}
