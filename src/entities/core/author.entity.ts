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
import { HANDLE_FORMATS, HANDLE_OF_PLATFORM, HANDLE_SENTENCE } from '../formats.js';
import { InteractionEvent } from '../json-shapes.js';
import { Post } from './post.entity.js';

/**
 * Who wrote to us, and what do we remember of them? One row per account per platform, for ever; erased on request only. The
 * same person on two platforms is two rows: no identity across platforms exists.
 */
@Table('authors')
@UniqueKey(['platform', 'platformId'])
@IndexFor('the author behind a handle, and erasure by handle', ['platform', 'handle'])
@IndexFor('power users of the dashboard', ['isPowerUser'])
@Rule<Author>({
  meaning: 'handle_of_platform',
  message: HANDLE_SENTENCE,
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

  /** Where the account is. */
  @EnumColumn(Platform) platform!: Platform;

  /** The platform's immutable account id, an opaque text: X ids exceed 2^53 and must never become numbers. */
  @Text({ max: 100 }) platformId!: string;

  /** Current public user name. Mutable and re-assignable to others, so it identifies nobody. */
  @Text({ max: 50 }) handle!: string;

  /** Public display name. Null: never seen. */
  @Text({ max: 200, nullable: true }) displayName!: string | null;

  /** Followers at the last sighting. 0: none, or the platform does not say. */
  @Count({ max: 1_000_000_000, default: 0 }) followerCount!: number;

  /** Carries the platform's own badge. */
  @Flag({ default: false }) isVerified!: boolean;

  /** 5,000 followers or more, a badge, engagement over 3 %, a telling bio, or marked by hand. Implies no tier. */
  @Flag({ default: false }) isPowerUser!: boolean;

  /** Tier by follower count at the time of classification. Null: below every tier, or not classified. */
  @BelongsTo(() => PowerTier, { onDelete: 'SET NULL', inverse: (tier) => tier.authors })
  powerTier!: Relation<PowerTier> | null;
  powerTierId!: string | null;

  /** Personas of the person (healthcare_pro, comedian, parent). Not the archetypes of replies. */
  @TextList({ max: 50, format: LOWER_SNAKE }) archetypeTags!: string[];

  /** Trust in the author, 0..1; 0.5 is neutral. The sum of interactions, clamped. */
  @Score({ default: 0.5 }) relationshipScore!: number;

  /** What the author did with us, oldest first. At most 1 MiB: it grows for as long as the author is known. */
  @JsonList({ of: () => InteractionEvent, maxBytes: 1_048_576 }) interactionHistory!: InteractionEvent[];

  /** First detection. */
  @Timestamp({ now: true }) firstSeenAt!: Date;

  /** Last detection, or last change of the relationship. By the clock of who saw it: may be earlier than `firstSeenAt`. */
  @Timestamp({ now: true }) lastSeenAt!: Date;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Post, (post) => post.author) posts!: Relation<Post>[];
  @HasOne(() => CommunityChampion, (champion) => champion.author) champion!: Relation<CommunityChampion> | null;
}
