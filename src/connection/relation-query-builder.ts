import { RelationQueryBuilder, type ObjectLiteral } from 'typeorm';
import { writeRulesOf } from './save-call.js';

/**
 * Loads relations, and does not write them: a foreign key belongs to its row, whose rules are held when that row is saved.
 */
export class ReadOnlyRelationQueryBuilder<Entity extends ObjectLiteral> extends RelationQueryBuilder<Entity> {
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
