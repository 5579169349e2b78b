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

/** From how many positive interactions is an author which kind of champion, and what do they get for it? */
@Table('champion_tiers')
@UniqueKey(['name'])
export class ChampionTier {
  @Id() id!: string;

  /** The name code refers to, like GOLD. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** Fewest positive interactions in 30 days, included. */
  @Count() minEngagement!: number;

  /** What a champion of the tier is offered, each in a few words. */
  @JsonList({ items: createTextRules({ max: 200 }) }) benefits!: string[];

  /** Who belongs to it, in a sentence. */
  @Text({ max: 500 }) description!: string;

  /** Used for new classifications. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => CommunityChampion, (champion) => champion.tier) champions!: Relation<CommunityChampion>[];
}
