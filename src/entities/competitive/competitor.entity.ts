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

/** Which other products do people speak of, and how are they spelled? Edited from the dashboard. */
@Table('competitors')
@UniqueKey(['name'])
export class Competitor {
  @Id() id!: string;

  /** Display name; decisions refer to it. */
  @Text({ max: 100 }) name!: string;

  /** Null: not sorted yet, or the category was deleted. */
  @BelongsTo(() => CompetitorCategory, { onDelete: 'SET NULL', inverse: (category) => category.competitors })
  category!: Relation<CompetitorCategory> | null;
  categoryId!: string | null;

  /** How it claims to work (oral electrolytes, IV drip). Null: unknown. */
  @Text({ max: 200, nullable: true }) primaryMechanism!: string | null;

  /** Price class. Null: unknown. */
  @Choice(PRICE_POINTS, { nullable: true }) pricePoint!: PricePoint | null;

  /** Spellings that count as a mention, at least one; compared without spaces, hyphens and case. */
  @TextList({ min: 1, max: 50 }) brandKeywords!: string[];

  /** Watched. A retired competitor stays, since its mentions refer to it. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => CompetitiveMention, (mention) => mention.competitor) mentions!: Relation<CompetitiveMention>[];
}
