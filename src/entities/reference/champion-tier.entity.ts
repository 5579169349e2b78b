import type { Relation } from 'typeorm';
import {
  Count,
  CreatedAt,
  Flag,
  HasMany,
  Id,
  JsonList,
  Table,
  Text,
  createTextRules,
  UniqueKey,
  UpdatedAt,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { CommunityChampion } from '../community/community-champion.entity.js';

/**
 * One row per class of community champions, with the engagement it requires and the benefits it gives. Seeded, then edited
 * from the dashboard. Kept for ever; a retired tier has `is_active` = false.
 */
@Table('champion_tiers')
@UniqueKey(['name'])
export class ChampionTier {
  @Id() id!: string;

  /** Unique name that code looks up, in upper snake case, e.g. GOLD. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** Smallest number of positive interactions in 30 days (inclusive), 0 or more. */
  @Count() minEngagement!: number;

  /** Benefits that a champion of the tier is offered: a list of texts of at most 200 characters. */
  @JsonList({ items: createTextRules({ max: 200 }) }) benefits!: string[];

  /** Which champions belong to the tier, in one sentence. */
  @Text({ max: 500 }) description!: string;

  /** True while new classifications use the tier. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => CommunityChampion, (champion) => champion.tier) champions!: Relation<CommunityChampion>[];
}
