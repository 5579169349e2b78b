import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Choice,
  Count,
  CreatedAt,
  Flag,
  Id,
  IndexFor,
  Timestamp,
  Rule,
  Table,
  UpdatedAt,
} from '../../columns/index.js';
import { ADVOCATE_STATUSES, DM_RESPONSES, type AdvocateStatus, type DmResponse } from '../../constants/lists.js';
import { Author } from '../core/author.entity.js';
import { ChampionTier } from '../reference/champion-tier.entity.js';

/**
 * One row per author who supports the brand: tier, engagement, and what we offered. Written by the daily champion job. Kept
 * as long as the author. Postal addresses and the text of direct messages are never stored.
 */
@Table('community_champions')
@IndexFor('the leaderboard: most engaged first', ['engagementCount'])
@IndexFor('champions by status', ['advocateStatus'])
@IndexFor('offers sent today, at most five', ['dmSentAt'])
@Rule<CommunityChampion>({
  meaning: 'response_to_dm',
  message: 'a response requires an offer that was sent',
  properties: ['dmResponse', 'dmSentAt'],
  isValid: ({ dmResponse, dmSentAt }) => dmResponse === null || dmSentAt !== null,
  sql: '"dm_response" IS NULL OR "dm_sent_at" IS NOT NULL',
})
export class CommunityChampion {
  @Id() id!: string;

  /** Author who is the champion, at most one row per author. Deleting the author deletes the row. */
  @BelongsTo(() => Author, { onDelete: 'CASCADE', unique: true, inverse: (author) => author.champion })
  author!: Relation<Author>;
  authorId!: string;

  /** Tier of the champion. Null: not classified yet, or the tier was deleted. */
  @BelongsTo(() => ChampionTier, { onDelete: 'SET NULL', inverse: (tier) => tier.champions })
  tier!: Relation<ChampionTier> | null;
  tierId!: string | null;

  /** Positive interactions in the last 30 days, 0 or more; counted daily. */
  @Count({ default: 0 }) engagementCount!: number;

  /** When a sample was offered by direct message. Null: never. The offer is not repeated after silence or refusal. */
  @Timestamp({ nullable: true }) dmSentAt!: Date | null;

  /** Response to the offer: NO_RESPONSE, ACCEPTED or DECLINED. Null: no offer was sent, or we still wait for the response. */
  @Choice(DM_RESPONSES, { nullable: true }) dmResponse!: DmResponse | null;

  /** True when the sample was shipped. */
  @Flag({ default: false }) sampleSent!: boolean;

  /** True when the author bought something after the offer. */
  @Flag({ default: false }) converted!: boolean;

  /** Stage of the champion: POTENTIAL, CONTACTED, ENGAGED, ADVOCATE or VIP. */
  @Choice(ADVOCATE_STATUSES, { default: 'POTENTIAL' }) advocateStatus!: AdvocateStatus;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;
}
