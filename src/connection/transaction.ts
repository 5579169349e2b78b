import { type DataSource, EntityManager } from 'typeorm';
import { Deadlock, SerializationFailure } from '../errors/translate.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { withRetry } from './retry.js';

export type IsolationLevel = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

export interface TransactionOptions {
  /** Default READ COMMITTED. */
  isolation?: IsolationLevel;
  /** How long new attempts are started, in milliseconds. Default 10,000; there are at least three attempts. 0 = one attempt. */
  maxDurationMs?: number;
}

/** inTransaction() was called with an isolation level inside a transaction, whose level cannot change. Nothing was run. */
export class NestedTransactionError extends SharedDbError {
  override readonly name = 'NestedTransactionError';
  readonly code = 'NESTED_TRANSACTION';
}

/**
 * Runs `work` in one transaction and commits it when `work` resolves. After a deadlock or a serialization failure it rolls back and runs
 * `work` again, after a random pause, so `work` must have no effect outside the transaction that must not happen twice.
 *
 *     await inTransaction(dataSource, async (manager) => {
 *       await DecisionRepository.of(manager).record(decision);
 *       await AuditLogRepository.of(manager).append(entry);
 *     });
 *
 * With the manager of an open transaction, `work` joins that transaction: no savepoint is set, nothing is retried, and an error of `work`
 * must be left to fail the whole transaction, which PostgreSQL has aborted. Methods of repositories can therefore call each other.
 *
 * @param source the DataSource, or the manager of an open transaction
 * @throws the last error of `work`; NestedTransactionError when `isolation` is given inside a transaction
 */
export async function inTransaction<T>(
  source: DataSource | EntityManager,
  work: (manager: EntityManager) => Promise<T>,
  { isolation, maxDurationMs }: TransactionOptions = {},
): Promise<T> {
  const manager = managerOf(source);
  if (manager.queryRunner?.isTransactionActive === true) {
    if (isolation === undefined) return work(manager);
    throw new NestedTransactionError(
      `The isolation level cannot be set to ${isolation} inside a transaction: give it to the outermost inTransaction().`,
    );
  }
  return withRetry(() => manager.transaction(isolation ?? 'READ COMMITTED', work), {
    // Not ConnectionLost: the COMMIT may have been applied.
    shouldRetry: (error) => error instanceof Deadlock || error instanceof SerializationFailure,
    ...(maxDurationMs === undefined ? {} : { maxDurationMs }),
  });
}

/** Returns the manager of a DataSource, or the given manager. */
export function managerOf(source: DataSource | EntityManager): EntityManager {
  return source instanceof EntityManager ? source : source.manager;
}
