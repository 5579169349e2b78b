import type { Relation } from 'typeorm';
import {
  BelongsTo,
  Count,
  CreatedAt,
  EnumColumn,
  Flag,
  HasMany,
  HasOne,
  Id,
  IndexFor,
  JsonList,
  LOWER_SNAKE,
  Timestamp,
  Rule,
  Score,
  Table,
  Text,
  TextList,
  UniqueKey,
  UpdatedAt,
} from '../../columns/index.js';
import { CommunityChampion } from '../community/community-champion.entity.js';
import { Platform } from '../enums.js';
import { PowerTier } from '../reference/power-tier.entity.js';
import { HANDLE_FORMATS, HANDLE_OF_PLATFORM, HANDLE_MESSAGE } from '../formats.js';
import { InteractionEvent } from '../json-shapes.js';
import { Post } from './post.entity.js';

/**
 * One row per account on a platform whose posts were detected; the same person on two platforms is two rows. Written at the
 * first detection, updated at each later one. Kept for ever; deleted only when the person asks for it.
 */
@Table('authors')
@UniqueKey(['platform', 'platformId'])
@IndexFor('authors by handle; erasure by handle', ['platform', 'handle'])
@IndexFor('power users of the dashboard', ['isPowerUser'])
@Rule<Author>({
  meaning: 'handle_of_platform',
  message: HANDLE_MESSAGE,
  properties: ['platform', 'handle'],
  isValid: ({ platform, handle }) => HANDLE_FORMATS[platform].pattern.test(handle),
  sql: HANDLE_OF_PLATFORM,
})
@Rule<Author>({
  meaning: 'tier_of_power_user',
  message: 'an author with a power tier is a power user',
  properties: ['powerTierId', 'isPowerUser'],
  isValid: ({ powerTierId, isPowerUser }) => powerTierId === null || isPowerUser,
  sql: '"power_tier_id" IS NULL OR "is_power_user"',
})
export class Author {
  @Id() id!: string;

  /** Platform of the account. */
  @EnumColumn(Platform) platform!: Platform;

  /** Immutable account id on the platform, 1..100 characters. Never convert it to a number: X ids exceed 2^53. */
  @Text({ max: 100 }) platformId!: string;

  /**
   * Current public user name, 1..50 characters. The owner may change it and another account may take it, so it is not an
   * identifier.
   */
  @Text({ max: 50 }) handle!: string;

  /** Public display name, 1..200 characters. Null: never seen. */
  @Text({ max: 200, nullable: true }) displayName!: string | null;

  /** Followers at the last detection, 0..1,000,000,000. 0 also means that the platform does not report it. */
  @Count({ max: 1_000_000_000, default: 0 }) followerCount!: number;

  /** True when the account has the verified badge of its platform. */
  @Flag({ default: false }) isVerified!: boolean;

  /**
   * True when one of these holds: 5,000 followers or more, a verified badge, an engagement rate above 3 %, a matching keyword
   * in the profile text, or an operator set it. Does not imply a power tier.
   */
  @Flag({ default: false }) isPowerUser!: boolean;

  /**
   * Power tier by follower count at the last classification. Null: below all tiers, not classified yet, or the tier was
   * deleted.
   */
  @BelongsTo(() => PowerTier, { onDelete: 'SET NULL', inverse: (tier) => tier.authors })
  powerTier!: Relation<PowerTier> | null;
  powerTierId!: string | null;

  /**
   * Personas of the author in lower snake case (healthcare_pro, comedian, parent), at most 50. Unrelated to the archetypes of
   * replies.
   */
  @TextList({ max: 50, format: LOWER_SNAKE }) archetypeTags!: string[];

  /** Trust in the author, 0..1; 0.5 is neutral. The sum of the interaction weights, limited to 0..1. */
  @Score({ default: 0.5 }) relationshipScore!: number;

  /**
   * Interactions of the author with us, oldest first: a list of at most 1 MiB that is never shortened. Empty list: none yet.
   */
  @JsonList({ of: () => InteractionEvent, maxBytes: 1_048_576 }) interactionHistory!: InteractionEvent[];

  /** When the author was detected first. */
  @Timestamp({ now: true }) firstSeenAt!: Date;

  /**
   * When the author was last detected or the relationship last changed. Set by the clock of the writing service, so it may be
   * slightly earlier than `first_seen_at`.
   */
  @Timestamp({ now: true }) lastSeenAt!: Date;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Post, (post) => post.author) posts!: Relation<Post>[];
  @HasOne(() => CommunityChampion, (champion) => champion.author) champion!: Relation<CommunityChampion> | null;
}
