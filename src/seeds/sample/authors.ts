import type { PowerTierName } from '../../constants/reference-names.js';
import { Platform } from '../../entities/enums.js';
import type { Author } from '../../entities/index.js';
import { daysBefore, hoursBefore } from '../factories/kit.js';
import type { SampleContext } from './context.js';

interface Profile {
  readonly followerCount: number;
  readonly isVerified?: boolean;
  readonly tier?: PowerTierName;
}

/** Five on each platform, from nobody to a celebrity. The third is a power user by badge alone, without a tier. */
const PROFILES: readonly Profile[] = [
  { followerCount: 0 },
  { followerCount: 380 },
  { followerCount: 3_200, isVerified: true },
  { followerCount: 18_500, tier: 'MICRO' },
];

const CELEBRITIES: Readonly<Record<Platform, Profile>> = {
  TWITTER: { followerCount: 812_000, isVerified: true, tier: 'MEGA' },
  REDDIT: { followerCount: 61_000, tier: 'MACRO' },
  THREADS: { followerCount: 140_000, isVerified: true, tier: 'MACRO' },
};

/** Older than every sample post. */
const KNOWN_SINCE_DAYS = 150;

/** The 15 authors. Their histories are written later, from what became of our replies. */
export function sampleAuthors({ make, now, ids }: SampleContext): Author[] {
  return Object.values(Platform).flatMap((platform) =>
    [...PROFILES, CELEBRITIES[platform]].map(({ followerCount, isVerified = false, tier }, place) =>
      make.author({
        platform,
        followerCount,
        isVerified,
        isPowerUser: isVerified || tier !== undefined,
        powerTierId: tier === undefined ? null : ids.powerTier[tier],
        firstSeenAt: daysBefore(now, KNOWN_SINCE_DAYS + place),
        lastSeenAt: hoursBefore(now, 1 + place * 9),
      }),
    ),
  );
}
