import type { ChampionTierName } from '../../constants/reference-names.js';
import { CHAMPION } from '../../constants/champions.js';
import type { ChampionTier } from '../../entities/index.js';

/**
 * From how many positive interactions in 30 days, included, up to the next. Source: architecture 5, epic 1, product
 * requirements. That a power user is GOLD from three on is the champion tracker's business, not a row's.
 */
export const CHAMPION_TIER_ROWS: Readonly<
  Record<ChampionTierName, Pick<ChampionTier, 'minEngagement' | 'benefits' | 'description'>>
> = {
  BRONZE: {
    minEngagement: CHAMPION.interactions,
    benefits: ['free sample, offered by direct message'],
    description: 'Speaks well of us now and then.',
  },
  SILVER: {
    minEngagement: 6,
    benefits: ['free sample, offered by direct message', 'answered with priority'],
    description: 'Speaks well of us often.',
  },
  GOLD: {
    minEngagement: 11,
    benefits: [
      'free sample, offered by direct message',
      'answered with priority',
      'early access to new products',
      'referral code after a review',
    ],
    description: 'Speaks for us.',
  },
};
