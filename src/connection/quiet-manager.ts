import {
  EntityManager,
  SelectQueryBuilder,
  type EntityTarget,
  type FindOneOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
} from 'typeorm';
import type { SoftDeleteQueryBuilder } from 'typeorm/query-builder/SoftDeleteQueryBuilder.js';
import { EntityNotFound } from './errors/entity-not-found.js';
import { assertSoftDelete, withSoftDeleteCheck } from './soft-delete.js';

/** TypeORM's errors of what is not found repeat what was looked for: a handle, say. These do not. */
export class QuietEntityManager extends EntityManager {
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

  #fail(entity: EntityTarget<ObjectLiteral>): never {
    const { name, target } = this.dataSource.getMetadata(entity);
    throw new EntityNotFound(name, target);
  }
}

/** The same for query builders. */
export class QuietSelectQueryBuilder<Entity extends ObjectLiteral> extends SelectQueryBuilder<Entity> {
  /** Its execute() throws SoftDeleteUnavailable. */
  override softDelete(): SoftDeleteQueryBuilder<Entity> {
    return withSoftDeleteCheck(super.softDelete() as SoftDeleteQueryBuilder<Entity>);
  }

  /** Its execute() throws SoftDeleteUnavailable. */
  override restore(): SoftDeleteQueryBuilder<Entity> {
    return withSoftDeleteCheck(super.restore() as SoftDeleteQueryBuilder<Entity>);
  }

  override async getOneOrFail(): Promise<Entity> {
    const entity = await this.getOne();
    if (entity !== null) return entity;
    const { mainAlias } = this.expressionMap;
    if (mainAlias?.hasMetadata !== true) throw new EntityNotFound('row');
    throw new EntityNotFound(mainAlias.metadata.name, mainAlias.metadata.target);
  }
}
