import type { ChampionTierName } from '../../constants/reference-names.js';
import type { Author, CommunityChampion } from '../../entities/index.js';
import { hoursBefore } from '../factories/kit.js';
import { CHAMPION_TIER_ROWS } from '../reference/champion-tiers.js';
import type { SampleContext } from './context.js';

type Story = Omit<Partial<CommunityChampion>, 'tier' | 'author'> & {
  readonly tier: ChampionTierName | null;
  /** Hours ago that the sample was offered. */
  readonly offered?: number;
};

/** Every status and every answer; two offers went out today. The last was never classified. */
const STORIES: readonly Story[] = [
  { advocateStatus: 'POTENTIAL', tier: 'BRONZE' },
  { advocateStatus: 'CONTACTED', tier: 'BRONZE', offered: 1 },
  { advocateStatus: 'CONTACTED', tier: 'SILVER', offered: 2 },
  { advocateStatus: 'CONTACTED', tier: 'BRONZE', offered: 240, dmResponse: 'NO_RESPONSE' },
  { advocateStatus: 'CONTACTED', tier: 'SILVER', offered: 300, dmResponse: 'DECLINED' },
  { advocateStatus: 'ENGAGED', tier: 'SILVER', offered: 400, dmResponse: 'ACCEPTED' },
  { advocateStatus: 'ADVOCATE', tier: 'GOLD', offered: 600, dmResponse: 'ACCEPTED', sampleSent: true },
  { advocateStatus: 'VIP', tier: 'GOLD', offered: 700, dmResponse: 'ACCEPTED', sampleSent: true, converted: true },
  { advocateStatus: 'POTENTIAL', tier: null },
];

/** The champions, as many as there are stories; the authors who like us best first. */
export function sampleChampions({ make, now, ids }: SampleContext, authors: readonly Author[]): CommunityChampion[] {
  const byScore = [...authors].sort((a, b) => b.relationshipScore - a.relationshipScore);
  return STORIES.toReversed().flatMap(({ tier, offered, ...story }, place) => {
    const author = byScore[place];
    if (!author) return [];
    return make.communityChampion({
      ...story,
      author,
      tierId: tier === null ? null : ids.championTier[tier],
      engagementCount: (tier === null ? 2 : CHAMPION_TIER_ROWS[tier].minEngagement) + (place % 3),
      dmSentAt: offered === undefined ? null : hoursBefore(now, offered),
      createdAt: hoursBefore(now, 800),
      updatedAt: hoursBefore(now, offered ?? 20),
    });
  });
}
