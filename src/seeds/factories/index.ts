/** Factories: rows that every rule accepts, for tests and for the sample. They need faker, an optional peer. */
import { authorFactory } from './author.factory.js';
import { communityChampionFactory } from './community-champion.factory.js';
import { competitiveMentionFactory, competitorFactory } from './competitive.factories.js';
import { decisionFactory } from './decision.factory.js';
import { experimentFactory } from './experiment.factory.js';
import { makeRow, type Factory } from './factory.js';
import { createKit, type FactoryOptions, type Kit } from './kit.js';
import { kpiMetricFactory } from './kpi-metric.factory.js';
import {
  learningEventFactory,
  randomizedExperimentFactory,
  segmentedWeightFactory,
  weightAdjustmentLogFactory,
} from './learning.factories.js';
import { auditLogFactory, escalationFactory } from './oversight.factories.js';
import { postFactory } from './post.factory.js';
import {
  archetypeFactory,
  championTierFactory,
  competitorCategoryFactory,
  escalationReasonFactory,
  kpiTypeFactory,
  powerTierFactory,
} from './reference.factories.js';
import { replyFactory } from './reply.factory.js';

export { saveWithParents } from './save-with-parents.js';
export type { FactoryOptions } from './kit.js';

/** One factory per entity; parents before children. */
export const FACTORIES = {
  archetype: archetypeFactory,
  powerTier: powerTierFactory,
  competitorCategory: competitorCategoryFactory,
  kpiType: kpiTypeFactory,
  escalationReason: escalationReasonFactory,
  championTier: championTierFactory,
  author: authorFactory,
  post: postFactory,
  experiment: experimentFactory,
  decision: decisionFactory,
  reply: replyFactory,
  competitor: competitorFactory,
  competitiveMention: competitiveMentionFactory,
  communityChampion: communityChampionFactory,
  kpiMetric: kpiMetricFactory,
  escalation: escalationFactory,
  auditLog: auditLogFactory,
  weightAdjustmentLog: weightAdjustmentLogFactory,
  learningEvent: learningEventFactory,
  randomizedExperiment: randomizedExperimentFactory,
  segmentedWeight: segmentedWeightFactory,
} as const;

type FactoryName = keyof typeof FACTORIES;
type RowOf<Name extends FactoryName> = (typeof FACTORIES)[Name] extends Factory<infer Row> ? Row : never;

/** A function per entity that makes its next row. */
export type Factories = {
  readonly [Name in FactoryName]: (overrides?: Partial<RowOf<Name>>) => RowOf<Name>;
};

/**
 * Factories that draw from one seeded source: same seed, same calls, same rows.
 *
 *     const make = makeFactories({ now, seed: 7 });
 *     const post = make.post({ author: make.author({ platform: 'REDDIT' }) });
 *     await saveWithParents(dataSource.manager, make.reply({ approvalStatus: 'APPROVED' }));
 *
 * A row fits what was given: an approved reply has an approver, a closed escalation a resolver. Parents that it needs and was
 * not given are made with it; nothing is saved.
 */
export function makeFactories(options: FactoryOptions): Factories {
  return factoriesOf(createKit(options));
}

/** The same over a kit that the caller draws from as well. */
export function factoriesOf(kit: Kit): Factories {
  const functions = Object.entries<Factory>(FACTORIES).map(([name, factory]) => [
    name,
    (overrides: object = {}) => makeRow<object>(kit, factory, overrides),
  ]);
  return Object.fromEntries(functions) as Factories;
}
