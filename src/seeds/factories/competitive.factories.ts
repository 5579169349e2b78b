import { OPPORTUNITY_SCORES } from '../../constants/figures.js';
import { PRICE_POINTS, type Satisfaction, SATISFACTIONS, type Sentiment, SENTIMENTS } from '../../constants/lists.js';
import { CompetitiveMention, Competitor } from '../../entities/index.js';
import { type Factory, minutesAfter, pick } from './factory.js';
import { postFactory } from './posts.factories.js';

/** An invented product, in no category unless given. */
export const competitorFactory: Factory<Competitor> = {
  entity: Competitor,
  parents: [],
  values(kit, _given, row) {
    const name = `Morningwell ${kit.key(row)}`;
    return {
      name,
      primaryMechanism: pick(kit, ['oral electrolytes', 'oral capsule', 'infusion', 'rest']),
      pricePoint: pick(kit, PRICE_POINTS),
      brandKeywords: [name.toLowerCase()],
      isActive: true,
      createdAt: kit.now,
      updatedAt: kit.now,
    };
  },
};

/** A mention whose score follows from satisfaction and sentiment. */
export const competitiveMentionFactory: Factory<CompetitiveMention> = {
  entity: CompetitiveMention,
  parents: [
    { relation: 'post', factory: postFactory },
    { relation: 'competitor', factory: competitorFactory },
  ],
  values(kit, given) {
    const sentiment = given.sentiment ?? pick(kit, SENTIMENTS);
    const satisfaction = given.satisfaction ?? pick(kit, SATISFACTIONS);
    return {
      sentiment,
      satisfaction,
      opportunityScore: opportunity(satisfaction, sentiment),
      replied: false,
      createdAt: minutesAfter(given.post?.detectedAt ?? kit.now, 1),
    };
  },
};

function opportunity(satisfaction: Satisfaction, sentiment: Sentiment): number {
  const bySatisfaction: Partial<Record<Satisfaction, number>> = OPPORTUNITY_SCORES.satisfaction;
  return bySatisfaction[satisfaction] ?? OPPORTUNITY_SCORES.sentiment[sentiment];
}
