import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Choice,
  CreatedAt,
  Flag,
  HasMany,
  Id,
  Table,
  Text,
  TextList,
  UniqueKey,
  UpdatedAt,
} from '../../columns/index.js';
import { PRICE_POINTS, type PricePoint } from '../../constants/lists.js';
import { CompetitorCategory } from '../reference/competitor-category.entity.js';
import { CompetitiveMention } from './competitive-mention.entity.js';

/**
 * One row per competing product, with the spellings that count as a mention of it. Seeded, then edited from the dashboard.
 * Kept for ever; a retired competitor has `is_active` = false.
 */
@Table('competitors')
@UniqueKey(['name'])
export class Competitor {
  @Id() id!: string;

  /** Unique display name, 1..100 characters. `decisions.competitor_detected` holds it. */
  @Text({ max: 100 }) name!: string;

  /** Category of the product. Null: not assigned yet, or the category was deleted. */
  @BelongsTo(() => CompetitorCategory, { onDelete: 'SET NULL', inverse: (category) => category.competitors })
  category!: Relation<CompetitorCategory> | null;
  categoryId!: string | null;

  /** How the product is said to work (oral electrolytes, IV drip), at most 200 characters. Null: unknown. */
  @Text({ max: 200, nullable: true }) primaryMechanism!: string | null;

  /** Price class: LOW, MID, HIGH, VERY_HIGH or VARIES. Null: unknown. */
  @Choice(PRICE_POINTS, { nullable: true }) pricePoint!: PricePoint | null;

  /** Spellings that count as a mention, 1..50 of them. Compared without spaces, hyphens and case. */
  @TextList({ min: 1, max: 50 }) brandKeywords!: string[];

  /** True while mentions are detected. False: retired, but old mentions still refer to it. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => CompetitiveMention, (mention) => mention.competitor) mentions!: Relation<CompetitiveMention>[];
}
