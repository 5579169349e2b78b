import {
  EntityManager,
  RelationQueryBuilder,
  SelectQueryBuilder,
  type EntityTarget,
  type FindOneOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
} from 'typeorm';
import { EntityNotFound } from './errors/entity-not-found.js';
import { readSaveCall, writeRulesOf } from './save-call.js';

/**
 * TypeORM's errors of what is not found repeat what was looked for: a handle, say. These do not. Every save() is held to the rules
 * of the entities: those of repositories, too, which all end here.
 */
export class QuietEntityManager extends EntityManager {
  /** The types are those of the overloads. */
  override async save(...args: never[]): Promise<never> {
    const save = (): Promise<unknown> => (super.save as (...all: unknown[]) => Promise<unknown>).apply(this, args);
    const call = readSaveCall(this, args);
    return (await (call === undefined ? save() : writeRulesOf(this.dataSource).save(call, save))) as never;
  }

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

  #fail(entity: EntityTarget<ObjectLiteral>): never {
    throw new EntityNotFound(this.dataSource.getMetadata(entity).name);
  }
}

/** The same for query builders. */
export class QuietSelectQueryBuilder<Entity extends ObjectLiteral> extends SelectQueryBuilder<Entity> {
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

  override async getOneOrFail(): Promise<Entity> {
    const entity = await this.getOne();
    if (entity !== null) return entity;
    throw new EntityNotFound(this.expressionMap.mainAlias?.metadata.name ?? 'row');
  }
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
