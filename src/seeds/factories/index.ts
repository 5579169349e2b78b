import type { EntityManager } from 'typeorm';
import type { SeederFactoryItem } from 'typeorm-extension';
import { getEntityRules } from '../../columns/registry.js';
import { ENTITIES } from '../../entities/index.js';
import { insertMissing } from '../insert-missing.js';
import {
  auditLogFactory,
  communityChampionFactory,
  competitiveMentionFactory,
  competitorFactory,
  escalationFactory,
} from './community.factories.js';
import { authorFactory, decisionFactory, postFactory, replyFactory } from './core.factories.js';
import { createKit, type FactoryOptions, type Kit, type RowFactory } from './factory.js';
import {
  experimentFactory,
  kpiMetricFactory,
  learningEventFactory,
  randomizedExperimentFactory,
  segmentedWeightFactory,
  weightAdjustmentLogFactory,
} from './learning.factories.js';
import {
  archetypeFactory,
  championTierFactory,
  competitorCategoryFactory,
  escalationReasonFactory,
  kpiTypeFactory,
  powerTierFactory,
} from './reference.factories.js';

/**
 * Factories create valid rows, for tests, for the sample data, and for seeders of services.
 *
 * Importing this file registers them with typeorm-extension (`setSeederFactory`), so that a seeder gets them from its runner:
 *
 *     const author = await factories.get(Author).save({ platform: 'REDDIT' });
 *     await factories.get(Post).setMeta({ given: { author } }).save();
 *
 * `setMeta({ given })` chooses the other values so that they fit; values given to `make` and `save` are set afterwards. Parents that
 * are not given are saved with the row. Each process creates the same ids, and `save` updates an existing row: for other rows pass a kit
 * with another seed (`setMeta({ kit: createKit({ now, seed: 7 }) })`). `saveMany` saves in parallel, in no defined order.
 *
 * They need @faker-js/faker and typeorm-extension, which are optional peers.
 */

export { createKit, type FactoryOptions } from './factory.js';

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

/** All factories as a list, for the option `factories` of typeorm-extension. */
export const SEEDER_FACTORIES: SeederFactoryItem[] = Object.values(FACTORIES);

type FactoryName = keyof typeof FACTORIES;
type RowOf<Name extends FactoryName> = (typeof FACTORIES)[Name] extends RowFactory<infer Row> ? Row : never;

/** For each entity a function that makes its next row. */
export type Factories = {
  readonly [Name in FactoryName]: (overrides?: Partial<RowOf<Name>>) => RowOf<Name>;
};

/**
 * Calls the factories without saving anything. The same seed and the same calls make the same rows.
 *
 *     const make = makeFactories({ now, seed: 7 });
 *     const post = make.post({ author: make.author({ platform: 'REDDIT' }) });
 *     await saveWithParents(dataSource.manager, make.reply({ approvalStatus: 'APPROVED' }));
 *
 * The other values fit the given ones: an approved reply has an approver, a closed escalation a resolver. Required parents that are not
 * given are created too.
 */
export function makeFactories(options: FactoryOptions): Factories {
  return makeFactoriesFrom(createKit(options));
}

/** Does the same with a kit that the caller uses as well. */
export function makeFactoriesFrom(kit: Kit): Factories {
  const functions = Object.entries(FACTORIES as Record<string, RowFactory>).map(([name, { factoryFn }]) => [
    name,
    (given: object = {}) => factoryFn({ kit, given, withParents: true }),
  ]);
  return Object.fromEntries(functions) as Factories;
}

/**
 * Saves a row of a factory and, before it, its parents. Existing parents are not changed. The row itself must be new.
 *
 * @throws errors of `manager.save`
 */
export async function saveWithParents<Row extends object>(manager: EntityManager, row: Row): Promise<Row> {
  const parents = collectParents(row);
  for (const entity of ENTITIES) {
    const rows = [...parents].filter((parent) => parent instanceof entity);
    if (rows.length > 0) await insertMissing<object>(manager, entity, rows);
  }
  return manager.save(row);
}

/** Returns the parents of a row, their parents, and so on. */
function collectParents(row: object): Set<object> {
  const found = new Set<object>();
  for (const relation of getEntityRules(row.constructor).relations.keys()) {
    const parent = (row as Record<string, object | null | undefined>)[relation];
    if (!parent) continue;
    found.add(parent);
    for (const above of collectParents(parent)) found.add(above);
  }
  return found;
}
