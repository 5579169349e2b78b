import type { PowerTierName } from '../../constants/reference-names.js';
import { POWER_USER_THRESHOLDS } from '../../constants/thresholds.js';
import type { PowerTier } from '../../entities/index.js';

/** From how many followers, included, up to the next. Source: product requirements, architecture 5, epic 1. */
export const POWER_TIER_ROWS: Readonly<Record<PowerTierName, Pick<PowerTier, 'followerThreshold' | 'description'>>> = {
  MICRO: { followerThreshold: POWER_USER_THRESHOLDS.followers, description: 'Known in their circle.' },
  MACRO: { followerThreshold: 50_000, description: 'Known in their field; answered with priority.' },
  MEGA: { followerThreshold: 500_000, description: 'Known to the public; the highest priority.' },
};
