import type { Relation } from 'typeorm';
import { CreatedAt, Flag, HasMany, Id, Table, Text, UniqueKey, UpdatedAt, UPPER_SNAKE } from '../../columns/index.js';
import { Competitor } from '../competitive/competitor.entity.js';

/**
 * One row per kind of competing product; reply templates are chosen by its name. Seeded, then edited from the dashboard. Kept
 * for ever; a retired category has `is_active` = false.
 */
@Table('competitor_categories')
@UniqueKey(['name'])
export class CompetitorCategory {
  @Id() id!: string;

  /** Unique name that code looks up, in upper snake case, e.g. IV_THERAPY. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** Which products belong to the category, in one sentence. */
  @Text({ max: 500 }) description!: string;

  /** True while new competitors may use the category. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Competitor, (competitor) => competitor.category) competitors!: Relation<Competitor>[];
}
