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

/** softDelete(), softRemove(), restore() or recover() was called for an entity without a soft delete. Nothing was changed. */
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
 * Throws when the entity has no delete date column.
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

/** Adds the same check to a soft-delete query builder, whose entity is known only after from(). */
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
    return 'To record that it was removed from its platform, set deletedAt and deleteReason with update() or save(); the row stays.';
  if ('isActive' in propertiesMap) return 'Retire it with isActive: false; delete() deletes the row.';
  return `Delete its rows with delete() or remove() of ${name}.`;
}

/**
 * Replaces TypeORM's RelationQueryBuilder, which writes foreign keys with UPDATE statements that skip validation: rows that break a rule
 * would be stored. This one loads relations and refuses to write them; set the foreign key on its row and save that row instead.
 */
class ReadOnlyRelationQueryBuilder<Entity extends ObjectLiteral> extends RelationQueryBuilder<Entity> {
  /** @throws the error of `WriteRules.relationWriteError` */
  override async set(): Promise<void> {
    return this.#refuse();
  }

  /** @throws the error of `WriteRules.relationWriteError` */
  override async add(): Promise<void> {
    return this.#refuse();
  }

  /** @throws the error of `WriteRules.relationWriteError` */
  override async remove(): Promise<void> {
    return this.#refuse();
  }

  /** @throws the error of `WriteRules.relationWriteError` */
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

/**
 * Replaces TypeORM's EntityManager where it loses or leaks data: `…OrFail` errors repeat the criteria (a handle); create() and merge() drop a
 * foreign key that contradicts the relation; a nested transaction() that cannot begin rolls back the outer one, after which the outer
 * callback's statements would be committed one by one; save() validates objects that can still change before they are written.
 */
export class RedactingEntityManager extends EntityManager {
  /** Typed by the overloads of TypeORM's method. */
  override create(...args: never[]): never {
    const created: unknown = (super.create as (...all: unknown[]) => unknown).apply(this, args);
    return this.#withGivenKeys(created, args) as never;
  }

  /** Typed by the overloads of TypeORM's method. */
  override merge(...args: never[]): never {
    const merged: unknown = (super.merge as (...all: unknown[]) => unknown).apply(this, args);
    return this.#withGivenKeys(merged, args) as never;
  }

  /**
   * Restores the given foreign keys. When relation and key are both given, TypeORM keeps only the relation; save() needs both to refuse
   * a pair that references different rows.
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
   * Runs work in a transaction. When a nested transaction cannot begin (the outer one has failed, or the connection is lost), TypeORM rolls
   * back the outer transaction, and later statements of the outer callback are committed one by one. Here the outer transaction stays failed.
   */
  override async transaction<T>(...args: TransactionArguments<T>): Promise<T> {
    const [isolation, work] = typeof args[0] === 'function' ? [undefined, args[0]] : args;
    const runner = this.queryRunner ?? this.dataSource.createQueryRunner();
    const isNested = runner.isTransactionActive;
    const rollBack = (): Promise<void> => runner.rollbackTransaction().catch(() => undefined);
    let isBegun = false;
    try {
      await runner.startTransaction(isolation);
      isBegun = true;
      const result = await work(runner.manager);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // A failed rollback must not replace the original error.
      if (isBegun || !isNested) await rollBack();
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

  /** @throws SoftDeleteUnavailable */
  override async softRemove(...args: never[]): Promise<never> {
    assertSoftDelete(this.dataSource, args);
    return (super.softRemove as (...all: never[]) => Promise<never>).apply(this, args);
  }

  /** @throws SoftDeleteUnavailable */
  override async recover(...args: never[]): Promise<never> {
    assertSoftDelete(this.dataSource, args);
    return (super.recover as (...all: never[]) => Promise<never>).apply(this, args);
  }

  /**
   * Validates and writes copies of the given rows, so that the validated values are the written ones, then copies generated ids and dates
   * back. Repositories call this method too.
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

/** Replaces TypeORM's SelectQueryBuilder, so that query builders check and redact as RedactingEntityManager does. */
export class RedactingSelectQueryBuilder<Entity extends ObjectLiteral> extends SelectQueryBuilder<Entity> {
  /** Returns a builder whose execute() throws SoftDeleteUnavailable when the entity has no delete date. */
  override softDelete(): SoftDeleteQueryBuilder<Entity> {
    return withSoftDeleteCheck(super.softDelete() as SoftDeleteQueryBuilder<Entity>);
  }

  /** Returns a builder whose execute() throws SoftDeleteUnavailable when the entity has no delete date. */
  override restore(): SoftDeleteQueryBuilder<Entity> {
    return withSoftDeleteCheck(super.restore() as SoftDeleteQueryBuilder<Entity>);
  }

  /** Returns a builder that only reads relations. */
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
