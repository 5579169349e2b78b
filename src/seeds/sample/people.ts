import type { InteractionType } from '../../constants/figures.js';
import type { ChampionTierName, PowerTierName } from '../../constants/lists.js';
import { Platform } from '../../entities/enums.js';
import type { Author, CommunityChampion, Reply } from '../../entities/index.js';
import { InteractionEvent } from '../../entities/json-shapes.js';
import { daysBefore, hoursBefore, minutesAfter } from '../factories/factory.js';
import { computeRelationshipScore } from '../factories/core.factories.js';
import { build } from '../insert-missing.js';
import { CHAMPION_TIER_ROWS } from '../reference/rows.js';
import type { SampleContext } from './context.js';

interface Profile {
  readonly followerCount: number;
  readonly isVerified?: boolean;
  readonly tier?: PowerTierName;
}

/** Five on each platform, from an unknown account to a celebrity. The third is a power user by badge alone, without a tier. */
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

/** The age of the authors, which is greater than that of every sample post. */
const KNOWN_SINCE_DAYS = 150;

/** Creates 15 authors. `applyOutcomes` adds their interaction histories. */
export function createSampleAuthors({ make, now, ids }: SampleContext): Author[] {
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

type ChampionProfile = Omit<Partial<CommunityChampion>, 'tier' | 'author'> & {
  readonly tier: ChampionTierName | null;
  /** How many hours ago the sample was offered. */
  readonly offered?: number;
};

/** Champions with every status and every response. Two offers were sent today, and the last champion has no tier. */
const CHAMPION_PROFILES: readonly ChampionProfile[] = [
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

/** Creates one champion for each profile. The authors with the highest relationship scores get the last profiles. */
export function createSampleChampions(
  { make, now, ids }: SampleContext,
  authors: readonly Author[],
): CommunityChampion[] {
  const byScore = [...authors].sort((a, b) => b.relationshipScore - a.relationshipScore);
  return CHAMPION_PROFILES.toReversed().flatMap(({ tier, offered, ...profile }, place) => {
    const author = byScore[place];
    if (!author) return [];
    return make.communityChampion({
      ...profile,
      author,
      tierId: tier === null ? null : ids.championTier[tier],
      engagementCount: (tier === null ? 2 : CHAMPION_TIER_ROWS[tier].minEngagement) + (place % 3),
      dmSentAt: offered === undefined ? null : hoursBefore(now, offered),
      createdAt: hoursBefore(now, 800),
      updatedAt: hoursBefore(now, offered ?? 20),
    });
  });
}

/** Sets interaction history and relationship score of the authors according to the outcomes of the posted replies. */
export function applyOutcomes(replies: readonly Reply[]): void {
  const histories = new Map<Author, InteractionEvent[]>();
  for (const reply of replies) {
    const author = reply.decision?.post.author;
    if (author && reply.postedAt) histories.set(author, [...(histories.get(author) ?? []), ...listInteractions(reply)]);
  }
  for (const [author, events] of histories) {
    author.interactionHistory = events.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    author.relationshipScore = computeRelationshipScore(author.interactionHistory);
  }
}

/** Lists the author's reactions to a reply, within an hour after posting. */
function listInteractions({ id, utmCode, postedAt, deletedAt, metricsJson }: Reply): InteractionEvent[] {
  if (postedAt === null) return [];
  const event = (type: InteractionType, minutes: number) =>
    build(InteractionEvent, {
      type,
      timestamp: minutesAfter(postedAt, minutes).toISOString(),
      replyId: id,
      ...(utmCode !== null && (type === 'click' || type === 'purchase') ? { utmCode } : {}),
    });
  if (deletedAt !== null)
    return listHostileEvents(metricsJson?.reports ?? 0).map((type, place) => event(type, 5 + place));
  if (metricsJson === null) return [];
  const { likes = 0, clicks = 0, conversions = 0 } = metricsJson;
  return [
    ...(likes > 25 ? [event('like', 4)] : []),
    ...(likes > 45 ? [event('thanks', 9)] : []),
    ...(utmCode !== null && clicks > 14 ? [event('click', 12)] : []),
    ...(utmCode !== null && conversions > 0 ? [event('purchase', 40)] : []),
  ];
}

function listHostileEvents(reports: number): InteractionType[] {
  return reports > 2 ? ['hostile_reply', 'report', 'block'] : ['hostile_reply'];
}
