import type { Relation } from 'typeorm';
import {
  Count,
  CreatedAt,
  Flag,
  HasMany,
  Id,
  Table,
  Text,
  UniqueKey,
  UpdatedAt,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { Author } from '../core/author.entity.js';

/**
 * One row per class of authors by follower count. A tier covers the follower counts from its threshold up to the next
 * threshold. Seeded, then edited from the dashboard. Kept for ever; a retired tier has `is_active` = false.
 */
@Table('power_tiers')
@UniqueKey(['name'])
export class PowerTier {
  @Id() id!: string;

  /** Unique name that code looks up, in upper snake case, e.g. MICRO. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** Smallest number of followers in the tier (inclusive), 0 or more. */
  @Count() followerThreshold!: number;

  /** Which authors belong to the tier, in one sentence. */
  @Text({ max: 500 }) description!: string;

  /** True while new classifications use the tier. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Author, (author) => author.powerTier) authors!: Relation<Author>[];
}
