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
 * Who speaks well of us, and what did we offer them? One row per author. Addresses and messages are asked for by direct
 * message and never stored.
 */
@Table('community_champions')
@IndexFor('the leaderboard: most engaged first', ['engagementCount'])
@IndexFor('champions by status', ['advocateStatus'])
@IndexFor('offers sent today, at most five', ['dmSentAt'])
@Rule<CommunityChampion>({
  meaning: 'response_to_dm',
  message: 'a response answers an offer that was sent',
  properties: ['dmResponse', 'dmSentAt'],
  isValid: ({ dmResponse, dmSentAt }) => dmResponse === null || dmSentAt !== null,
  sql: '"dm_response" IS NULL OR "dm_sent_at" IS NOT NULL',
})
export class CommunityChampion {
  @Id() id!: string;

  /** The champion. Goes with the author. */
  @BelongsTo(() => Author, { onDelete: 'CASCADE', unique: true, inverse: (author) => author.champion })
  author!: Relation<Author>;
  authorId!: string;

  /** Null: not classified, or the tier was deleted. */
  @BelongsTo(() => ChampionTier, { onDelete: 'SET NULL', inverse: (tier) => tier.champions })
  tier!: Relation<ChampionTier> | null;
  tierId!: string | null;

  /** Positive interactions in the last 30 days, counted daily. */
  @Count({ default: 0 }) engagementCount!: number;

  /** When the sample was offered. Null: never. Not repeated after silence or refusal. */
  @Timestamp({ nullable: true }) dmSentAt!: Date | null;

  /** What they answered. Null: nothing was sent, or the answer is still awaited. */
  @Choice(DM_RESPONSES, { nullable: true }) dmResponse!: DmResponse | null;

  /** The gift was shipped. */
  @Flag({ default: false }) sampleSent!: boolean;

  /** They bought afterwards. */
  @Flag({ default: false }) converted!: boolean;

  /** How far they have come. */
  @Choice(ADVOCATE_STATUSES, { default: 'POTENTIAL' }) advocateStatus!: AdvocateStatus;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;
}
