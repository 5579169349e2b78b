import { CHAMPION, INTERACTION_WEIGHTS, POWER_USER_THRESHOLDS, RELATIONSHIP_START } from '../../constants/figures.js';
import { Platform } from '../../entities/enums.js';
import { Author, CommunityChampion } from '../../entities/index.js';
import type { InteractionEvent } from '../../entities/json-shapes.js';
import { daysBefore, type Factory, hoursBefore, pick, rounded, whole } from './factory.js';
import { ANIMALS, MOODS, PERSONAS } from './phrases.js';

/** An author without followers to speak of, whose score follows from the given history. */
export const authorFactory: Factory<Author> = {
  entity: Author,
  parents: [],
  values(kit, given, row) {
    const animal = pick(kit, ANIMALS);
    const followerCount = given.followerCount ?? whole(kit, 0, POWER_USER_THRESHOLDS.followers - 1);
    const interactionHistory = given.interactionHistory ?? [];
    const lastSeenAt = given.lastSeenAt ?? hoursBefore(kit.now, whole(kit, 0, 72));
    const firstSeenAt = given.firstSeenAt ?? daysBefore(lastSeenAt, whole(kit, 1, 60));
    return {
      platform: pick(kit, Object.values(Platform)),
      platformId: kit.key(row),
      // "demo" says to everyone who meets it that no such account is meant; 4 digits of base 36 keep it within 15 characters.
      handle: `demo_${animal}_${(row % 36 ** 4).toString(36)}`,
      displayName: `${pick(kit, MOODS)} ${animal}`,
      followerCount,
      isVerified: false,
      isPowerUser: followerCount >= POWER_USER_THRESHOLDS.followers || typeof given.powerTierId === 'string',
      archetypeTags: kit.faker.helpers.arrayElements(PERSONAS, { min: 0, max: 2 }),
      interactionHistory,
      relationshipScore: relationshipScore(interactionHistory),
      firstSeenAt,
      lastSeenAt,
      createdAt: firstSeenAt,
      updatedAt: lastSeenAt,
    };
  },
};

/** The score that a history adds up to: from the start, each event adds its weight, clamped to 0..1 after each. */
export function relationshipScore(history: readonly InteractionEvent[]): number {
  return rounded(
    history.reduce(
      (score, { type }) => Math.min(1, Math.max(0, score + INTERACTION_WEIGHTS[type])),
      RELATIONSHIP_START,
    ),
  );
}

/** A champion nobody has written to yet. Giving a response or any later status sends the offer as well. */
export const communityChampionFactory: Factory<CommunityChampion> = {
  entity: CommunityChampion,
  parents: [{ relation: 'author', factory: authorFactory }],
  values(kit, given) {
    const createdAt = given.createdAt ?? daysBefore(kit.now, whole(kit, 5, 40));
    const isContacted = given.dmResponse != null || (given.advocateStatus ?? 'POTENTIAL') !== 'POTENTIAL';
    return {
      engagementCount: whole(kit, CHAMPION.interactions, 20),
      dmSentAt: isContacted ? daysBefore(kit.now, whole(kit, 0, 4)) : null,
      dmResponse: null,
      sampleSent: false,
      converted: false,
      advocateStatus: 'POTENTIAL',
      createdAt,
      updatedAt: kit.now,
    };
  },
};
