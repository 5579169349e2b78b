import type { Relation } from 'typeorm';
import { CreatedAt, Flag, HasMany, Id, Table, Text, UniqueKey, UpdatedAt, UPPER_SNAKE } from '../../columns/index.js';
import { Competitor } from '../competitive/competitor.entity.js';

/** What kinds of alternatives do people reach for? Reply templates are keyed by these names. */
@Table('competitor_categories')
@UniqueKey(['name'])
export class CompetitorCategory {
  @Id() id!: string;

  /** The name code refers to, like IV_THERAPY. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** What belongs to it, in a sentence. */
  @Text({ max: 500 }) description!: string;

  /** Offered for new competitors. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Competitor, (competitor) => competitor.category) competitors!: Relation<Competitor>[];
}
