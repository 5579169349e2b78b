import { INTERACTION_WEIGHTS, RELATIONSHIP_START } from '../../constants/relationship.js';
import { POWER_USER_THRESHOLDS } from '../../constants/thresholds.js';
import type { InteractionEvent } from '../../entities/core/interaction-event.js';
import { Platform } from '../../entities/enums.js';
import { Author } from '../../entities/index.js';
import type { Factory } from './factory.js';
import { daysBefore, hoursBefore, pick, rounded, whole } from './kit.js';
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
