import {
  type EntityMetadata,
  InsertResult,
  type ObjectLiteral,
  type QueryRunner,
  UpdateQueryBuilder,
  type UpdateResult,
} from 'typeorm';
import {
  type ColumnMetadata,
  getConflictColumns,
  CountedInsertQueryBuilder,
  InsertStatement,
  type OnConflict,
  createRepeatedKeyError,
  createInsertResult,
  groupByShape,
} from './insert-statement.js';
import { RowCopy } from './row-copy.js';

type InsertEvent = 'broadcastBeforeInsertEvent' | 'broadcastAfterInsertEvent';

/** TypeORM's collector of subscriber results, which it does not export. */
type BroadcasterResult = Parameters<QueryRunner['broadcaster'][InsertEvent]>[0];

/**
 * Replaces TypeORM's InsertQueryBuilder, which loses data in three cases.
 *
 * - TypeORM writes the caller's objects, which may change after validation. Here rows are copied once; subscribers validate the copies, and
 *   the copies are written.
 * - An upsert of TypeORM resets columns that a row does not give to their defaults. Here rows with different columns are written by
 *   different statements of one transaction, and a column that a row does not give is not overwritten.
 * - When ON CONFLICT stores fewer rows than given, TypeORM assigns ids by position, to the wrong objects. Here ids, dates and defaults are
 *   assigned to the object that they belong to, or to none.
 */
export class CheckedInsertQueryBuilder<Entity extends ObjectLiteral> extends CountedInsertQueryBuilder<Entity> {
  override async execute(): Promise<InsertResult> {
    const { mainAlias, insertFromSelect, callListeners, onIgnore, useTransaction } = this.expressionMap;
    const onUpdate = this.expressionMap.onUpdate as OnConflict | undefined;
    // save() has already copied and validated its rows.
    const isOfSave = !callListeners && !onIgnore && onUpdate === undefined;
    if (mainAlias?.hasMetadata !== true || insertFromSelect !== undefined || isOfSave) return super.execute();
    const copies = this.getValueSets().map((row) => new RowCopy(mainAlias.metadata, row).fill());
    if (copies.length === 0) return new InsertResult();
    const runner = this.obtainQueryRunner();
    try {
      const write = (): Promise<InsertResult> => this.#write(runner, mainAlias.metadata, copies);
      return await (useTransaction ? runInTransaction(runner, write) : write());
    } finally {
      if (runner !== this.queryRunner) await runner.release();
    }
  }

  async #write(runner: QueryRunner, metadata: EntityMetadata, copies: readonly RowCopy[]): Promise<InsertResult> {
    await this.#announce(runner, 'broadcastBeforeInsertEvent', copies);
    const rows = copies.map(({ row }) => row);
    const statements = this.#statements(metadata, rows);
    const write = async (): Promise<InsertResult> => {
      for (const statement of statements) await statement.execute(runner);
      for (const copy of copies) copy.giveBack();
      await this.#announce(runner, 'broadcastAfterInsertEvent', copies);
      return createInsertResult(statements);
    };
    if (statements.length === 1) return write();
    // Check that every statement can be sent before the first one is.
    for (const statement of statements) statement.assertCanBeSent();
    return runInTransaction(runner, write);
  }

  #statements(metadata: EntityMetadata, rows: readonly ObjectLiteral[]): InsertStatement[] {
    const onUpdate = this.expressionMap.onUpdate as OnConflict | undefined;
    const overwrite = onUpdate?.overwrite;
    const shapes = groupByShape(rows, overwrite === undefined ? undefined : this.getInsertedColumns(), overwrite);
    if (shapes.length > 1) {
      const error = createRepeatedKeyError(rows, this.#conflictColumns(metadata, rows), this.dataSource.driver);
      if (error !== undefined) throw error;
    }
    return shapes.map((shape) => new InsertStatement(this, metadata, rows, shape));
  }

  /** Returns the conflict columns; none for a named constraint or a partial index, which may not apply to every row. */
  #conflictColumns(metadata: EntityMetadata, rows: readonly ObjectLiteral[]): ColumnMetadata[] {
    const { conflict, indexPredicate } = this.expressionMap.onUpdate;
    if (!Array.isArray(conflict) || indexPredicate !== undefined) return [];
    return getConflictColumns(metadata, rows, conflict);
  }

  async #announce(runner: QueryRunner, event: InsertEvent, copies: readonly RowCopy[]): Promise<void> {
    const { mainAlias, callListeners } = this.expressionMap;
    if (!callListeners || mainAlias === undefined) return;
    const promises: Promise<unknown>[] = [];
    const result = { count: 0, promises, wait: () => Promise.resolve() } as unknown as BroadcasterResult;
    for (const { row } of copies) runner.broadcaster[event](result, mainAlias.metadata, row);
    await Promise.all(promises);
  }
}

/** Replaces TypeORM's UpdateQueryBuilder, which writes values that may change after validation. Here they are copied once. */
export class CheckedUpdateQueryBuilder<Entity extends ObjectLiteral> extends UpdateQueryBuilder<Entity> {
  override execute(): Promise<UpdateResult> {
    const { mainAlias, callListeners, valuesSet } = this.expressionMap;
    // Without listeners there is no validation, or save() has already copied the values.
    if (mainAlias?.hasMetadata !== true || !callListeners || typeof valuesSet !== 'object') return super.execute();
    const once = new UpdateQueryBuilder<Entity>(this);
    once.expressionMap.valuesSet = new RowCopy(mainAlias.metadata, valuesSet).fill().row;
    return once.execute();
  }
}

async function runInTransaction<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  if (runner.isTransactionActive) return work();
  await runner.startTransaction();
  try {
    const result = await work();
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // A failed rollback must not replace the original error.
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}
