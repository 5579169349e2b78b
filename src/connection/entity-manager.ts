import {
  type DataSource,
  EntityManager,
  type EntityMetadata,
  type EntityTarget,
  type FindOneOptions,
  type FindOptionsWhere,
  type InsertQueryBuilder,
  type ObjectLiteral,
  type QueryRunner,
  RelationQueryBuilder,
  type SaveOptions,
  SelectQueryBuilder,
  type UpdateQueryBuilder,
} from 'typeorm';
import type { SoftDeleteQueryBuilder } from 'typeorm/query-builder/SoftDeleteQueryBuilder.js';
import { EntityNotFound } from '../errors/database-error.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { copyEntities } from './row-copy.js';
import { readSaveCall, writeRulesOf } from './save-call.js';
import { CheckedInsertQueryBuilder, CheckedUpdateQueryBuilder } from './write-builders.js';

/** softDelete(), softRemove(), restore() or recover() was called for an entity that is not deleted in this way. Nothing was changed. */
export class SoftDeleteUnavailable extends SharedDbError {
  override readonly name = 'SoftDeleteUnavailable';
  readonly code = 'SOFT_DELETE_UNAVAILABLE';

  constructor(
    /** The entity's class name: `Reply`. */
    readonly entity: string,
    /** What to do instead. */
    readonly advice: string,
  ) {
    super(`${entity} has no soft delete. ${advice}`);
  }
}

/**
 * Refuses a soft delete of an entity without a column for it.
 *
 * @param args of softDelete(), restore(), softRemove() or recover() of an EntityManager: the entity or its class come first.
 * @throws SoftDeleteUnavailable
 */
function assertSoftDelete(dataSource: DataSource, [first]: readonly unknown[]): void {
  const row: unknown = Array.isArray(first) ? first[0] : first;
  const target = typeof row === 'object' && row !== null ? row.constructor : row;
  if (!dataSource.hasMetadata(target as EntityTarget<ObjectLiteral>)) return;
  assertDeleteDate(dataSource.getMetadata(target as EntityTarget<ObjectLiteral>));
}

/** The same for what softDelete() and restore() of a query builder return, which learns its entity only from from(). */
function withSoftDeleteCheck<Entity extends ObjectLiteral>(
  builder: SoftDeleteQueryBuilder<Entity>,
): SoftDeleteQueryBuilder<Entity> {
  const getQuery = builder.getQuery.bind(builder);
  builder.getQuery = () => {
    const { mainAlias } = builder.expressionMap;
    if (mainAlias?.hasMetadata === true) assertDeleteDate(mainAlias.metadata);
    return getQuery();
  };
  return builder;
}

function assertDeleteDate(metadata: EntityMetadata): void {
  if (metadata.deleteDateColumn === undefined) throw new SoftDeleteUnavailable(metadata.name, adviseInstead(metadata));
}

function adviseInstead({ name, tableName, propertiesMap }: EntityMetadata): string {
  if (tableName === 'audit_logs') return 'Its entries are never deleted.';
  if ('deletedAt' in propertiesMap && 'deleteReason' in propertiesMap)
    return 'To take one back from its platform, set deletedAt together with deleteReason, with update() or save(); the row stays.';
  if ('isActive' in propertiesMap) return 'Retire it with isActive: false; delete() deletes the row.';
  return `Delete its rows with delete() or remove() of ${name}.`;
}

/**
 * Loads relations, and does not write them: a foreign key belongs to its row, whose rules are held when that row is saved.
 */
class ReadOnlyRelationQueryBuilder<Entity extends ObjectLiteral> extends RelationQueryBuilder<Entity> {
  /** @throws what `WriteRules.relationWriteError` makes */
  override async set(): Promise<void> {
    return this.#refuse();
  }

  /** @throws what `WriteRules.relationWriteError` makes */
  override async add(): Promise<void> {
    return this.#refuse();
  }

  /** @throws what `WriteRules.relationWriteError` makes */
  override async remove(): Promise<void> {
    return this.#refuse();
  }

  /** @throws what `WriteRules.relationWriteError` makes */
  override async addAndRemove(): Promise<void> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    return Promise.reject(writeRulesOf(this.dataSource).relationWriteError(this.expressionMap.relationMetadata));
  }
}

type IsolationLevel = Parameters<QueryRunner['startTransaction']>[0];
type TransactionWork<T> = (manager: EntityManager) => Promise<T>;
type IsolatedWork<T> = [IsolationLevel, TransactionWork<T>];
type TransactionArguments<T> = [TransactionWork<T>] | IsolatedWork<T>;

/** TypeORM's errors of what is not found repeat what was looked for: a handle, say. These do not. */
export class RedactingEntityManager extends EntityManager {
  /** The types are those of the overloads. */
  override create(...args: never[]): never {
    const created: unknown = (super.create as (...all: unknown[]) => unknown).apply(this, args);
    return this.#withGivenKeys(created, args) as never;
  }

  /** The types are those of the overloads. */
  override merge(...args: never[]): never {
    const merged: unknown = (super.merge as (...all: unknown[]) => unknown).apply(this, args);
    return this.#withGivenKeys(merged, args) as never;
  }

  /**
   * TypeORM takes the foreign key from the relation where both are given, and forgets the key. It stays here, so that save() can
   * refuse two that name different rows.
   */
  #withGivenKeys(row: unknown, [target, ...given]: readonly unknown[]): unknown {
    const { relationsWithJoinColumns } = this.dataSource.getMetadata(target as EntityTarget<ObjectLiteral>);
    for (const { propertyName: key } of relationsWithJoinColumns.flatMap(({ joinColumns }) => joinColumns)) {
      for (const values of given) {
        const value = (values as ObjectLiteral | undefined)?.[key] as unknown;
        if (value !== undefined && !Array.isArray(values)) (row as ObjectLiteral)[key] = value;
      }
    }
    return row;
  }

  override async findOneOrFail<Entity extends ObjectLiteral>(
    entity: EntityTarget<Entity>,
    options: FindOneOptions<Entity>,
  ): Promise<Entity> {
    return (await this.findOne(entity, options)) ?? this.#fail(entity);
  }

  override async findOneByOrFail<Entity extends ObjectLiteral>(
    entity: EntityTarget<Entity>,
    where: FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[],
  ): Promise<Entity> {
    return (await this.findOneBy(entity, where)) ?? this.#fail(entity);
  }

  /**
   * TypeORM's own rolls back the outer transaction when a nested one cannot begin (it has failed already, or its connection is lost).
   * What the outer callback does next would be stored at once, and by itself. Here the outer transaction stays as it is: failed.
   */
  override async transaction<T>(...args: TransactionArguments<T>): Promise<T> {
    const [isolation, work] = typeof args[0] === 'function' ? [undefined, args[0]] : args;
    const runner = this.queryRunner ?? this.dataSource.createQueryRunner();
    const isNested = runner.isTransactionActive;
    const takeBack = (): Promise<void> => runner.rollbackTransaction().catch(() => undefined);
    let isBegun = false;
    try {
      await runner.startTransaction(isolation);
      isBegun = true;
      const result = await work(runner.manager);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // The first error says why.
      if (isBegun || !isNested) await takeBack();
      throw error;
    } finally {
      if (!this.queryRunner) await runner.release();
    }
  }

  /** @throws SoftDeleteUnavailable */
  override async softDelete(...args: Parameters<EntityManager['softDelete']>): ReturnType<EntityManager['softDelete']> {
    assertSoftDelete(this.dataSource, args);
    return super.softDelete(...args);
  }

  /** @throws SoftDeleteUnavailable */
  override async restore(...args: Parameters<EntityManager['restore']>): ReturnType<EntityManager['restore']> {
    assertSoftDelete(this.dataSource, args);
    return super.restore(...args);
  }

  /** @throws SoftDeleteUnavailable. The types are those of the overloads. */
  override async softRemove(...args: never[]): Promise<never> {
    assertSoftDelete(this.dataSource, args);
    return (super.softRemove as (...all: never[]) => Promise<never>).apply(this, args);
  }

  /** @throws SoftDeleteUnavailable. The types are those of the overloads. */
  override async recover(...args: never[]): Promise<never> {
    assertSoftDelete(this.dataSource, args);
    return (super.recover as (...all: never[]) => Promise<never>).apply(this, args);
  }

  /**
   * Held to the rules of the entities, repositories' calls too, which all end here. What is judged is what is written: copies, whose
   * ids and dates are put into the objects given.
   */
  override async save(...args: unknown[]): Promise<never> {
    const save = super.save.bind(this) as (...all: unknown[]) => Promise<unknown>;
    const call = readSaveCall(this, args);
    if (call === undefined) return (await save(...args)) as never;
    const { target, given, options } = call;
    await writeRulesOf(this.dataSource).save(call, () => {
      const { copies, giveBack } = copyEntities(this.dataSource, target, given);
      const write = (rows: unknown, how: SaveOptions): Promise<unknown> =>
        target === undefined ? save(rows, how) : save(target, rows, how);
      return {
        rows: (Array.isArray(copies) ? copies : [copies]) as ObjectLiteral[],
        save: (ordered) => (ordered === undefined ? write(copies, options) : write(ordered, { ...options, chunk: 1 })),
        giveBack,
      };
    });
    return given as never;
  }

  #fail(entity: EntityTarget<ObjectLiteral>): never {
    const { name, target } = this.dataSource.getMetadata(entity);
    throw new EntityNotFound(name, target);
  }
}

/** The same for query builders. */
export class RedactingSelectQueryBuilder<Entity extends ObjectLiteral> extends SelectQueryBuilder<Entity> {
  /** Its execute() throws SoftDeleteUnavailable. */
  override softDelete(): SoftDeleteQueryBuilder<Entity> {
    return withSoftDeleteCheck(super.softDelete() as SoftDeleteQueryBuilder<Entity>);
  }

  /** Its execute() throws SoftDeleteUnavailable. */
  override restore(): SoftDeleteQueryBuilder<Entity> {
    return withSoftDeleteCheck(super.restore() as SoftDeleteQueryBuilder<Entity>);
  }

  /** Reads relations only. */
  override relation(propertyPath: string): RelationQueryBuilder<Entity>;
  override relation<Other extends ObjectLiteral>(
    entity: EntityTarget<Other>,
    propertyPath: string,
  ): RelationQueryBuilder<Other>;
  override relation(...args: [unknown, unknown?]): RelationQueryBuilder<never> {
    const [first, second] = args as [EntityTarget<Entity>, string];
    const builder = args.length === 2 ? super.relation(first, second) : super.relation(first as string);
    return new ReadOnlyRelationQueryBuilder(builder);
  }

  override insert(): InsertQueryBuilder<Entity> {
    return new CheckedInsertQueryBuilder(super.insert());
  }

  override update(...args: unknown[]): UpdateQueryBuilder<never> {
    return new CheckedUpdateQueryBuilder((super.update as (...all: unknown[]) => UpdateQueryBuilder<never>)(...args));
  }

  override async getOneOrFail(): Promise<Entity> {
    const entity = await this.getOne();
    if (entity !== null) return entity;
    const { mainAlias } = this.expressionMap;
    if (mainAlias?.hasMetadata !== true) throw new EntityNotFound('row');
    throw new EntityNotFound(mainAlias.metadata.name, mainAlias.metadata.target);
  }
}
