import {
  EntityManager,
  SelectQueryBuilder,
  type EntityTarget,
  type FindOneOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
} from 'typeorm';
import { EntityNotFound } from './errors/entity-not-found.js';

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

  #fail(entity: EntityTarget<ObjectLiteral>): never {
    const { name, target } = this.dataSource.getMetadata(entity);
    throw new EntityNotFound(name, target);
  }
}

/** The same for query builders. */
export class QuietSelectQueryBuilder<Entity extends ObjectLiteral> extends SelectQueryBuilder<Entity> {
  override async getOneOrFail(): Promise<Entity> {
    const entity = await this.getOne();
    if (entity !== null) return entity;
    const { mainAlias } = this.expressionMap;
    if (mainAlias?.hasMetadata !== true) throw new EntityNotFound('row');
    throw new EntityNotFound(mainAlias.metadata.name, mainAlias.metadata.target);
  }
}
