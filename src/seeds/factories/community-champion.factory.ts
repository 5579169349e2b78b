import { CHAMPION } from '../../constants/champions.js';
import { CommunityChampion } from '../../entities/index.js';
import { authorFactory } from './author.factory.js';
import type { Factory } from './factory.js';
import { daysBefore, whole } from './kit.js';

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
