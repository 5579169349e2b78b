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

/** From how many followers does an author count as what? Each tier reaches up to the threshold of the next. */
@Table('power_tiers')
@UniqueKey(['name'])
export class PowerTier {
  @Id() id!: string;

  /** The name code refers to, like MICRO. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** Fewest followers of the tier, included. */
  @Count() followerThreshold!: number;

  /** Who belongs to it, in a sentence. */
  @Text({ max: 500 }) description!: string;

  /** Used for new classifications. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Author, (author) => author.powerTier) authors!: Relation<Author>[];
}
