import type { EntityManager } from 'typeorm';
import { type SeederFactoryItem, useSeederFactory } from 'typeorm-extension';
import { getEntityRules } from '../../columns/registry.js';
import { ENTITIES } from '../../entities/index.js';
import { insertMissing } from '../insert-missing.js';
import { competitiveMentionFactory, competitorFactory } from './competitive.factories.js';
import {
  assemble,
  createKit,
  type Factory,
  type FactoryOptions,
  type Kit,
  makeRow,
  missingParents,
} from './factory.js';
import {
  experimentFactory,
  kpiMetricFactory,
  learningEventFactory,
  randomizedExperimentFactory,
  segmentedWeightFactory,
  weightAdjustmentLogFactory,
} from './learning.factories.js';
import { auditLogFactory, escalationFactory } from './oversight.factories.js';
import { authorFactory, communityChampionFactory } from './people.factories.js';
import { decisionFactory, postFactory, replyFactory } from './posts.factories.js';
import {
  archetypeFactory,
  championTierFactory,
  competitorCategoryFactory,
  escalationReasonFactory,
  kpiTypeFactory,
  powerTierFactory,
} from './reference.factories.js';

/** Factories: rows that every rule accepts, for tests and for the sample. They need faker, an optional peer. */

export type { FactoryOptions } from './factory.js';

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

/**
 * Saves a row that a factory made, after the parents it brings with it. A parent that exists already is left as it is; the row
 * itself must be new.
 *
 * @throws what `manager.save` throws.
 */
export async function saveWithParents<Row extends object>(manager: EntityManager, row: Row): Promise<Row> {
  const parents = parentsOf(row);
  for (const entity of ENTITIES) {
    const rows = [...parents].filter((parent) => parent instanceof entity);
    if (rows.length > 0) await insertMissing<object>(manager, entity, rows);
  }
  return manager.save(row);
}

/** Everything above the row, the row itself left out. */
function parentsOf(row: object): Set<object> {
  const found = new Set<object>();
  for (const relation of getEntityRules(row.constructor).relations.keys()) {
    const parent = (row as Record<string, object | null | undefined>)[relation];
    if (!parent) continue;
    found.add(parent);
    for (const above of parentsOf(parent)) found.add(above);
  }
  return found;
}

/**
 * The factories in typeorm-extension's shape, for its runner:
 *
 *     await runSeeders(dataSource, { seeds: [MySeeder], factories: seederFactories({ now }) });
 *     const post = await factoryManager.get(Post).save({ author });
 *
 * Give the relation (`author`), not its key: the runner sets what it is given after the row is made. Parents not given are
 * saved with the row. `saveMany` saves in parallel, in no certain order: where rows must come out the same, call `make()` in
 * a loop and save the list.
 */
export function seederFactories(options: FactoryOptions): SeederFactoryItem[] {
  const kit = createKit(options);
  return Object.values<Factory>(FACTORIES).map((factory) => ({
    entity: factory.entity,
    factoryFn: () => makeForRunner(kit, factory),
  }));
}

/** Parents are left to the runner, which saves them; their keys must not contradict what it sets. */
function makeForRunner(kit: Kit, factory: Factory): object {
  const keys = factory.parents.map(({ relation }) => [`${relation}Id`, undefined]);
  const parents = missingParents(factory, {}).map(({ relation, factory: parent }) => [
    relation,
    useSeederFactory(parent.entity as new () => object),
  ]);
  return Object.assign(assemble(kit, factory, {}), Object.fromEntries([...keys, ...parents]) as object);
}
