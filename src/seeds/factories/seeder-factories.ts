import { useSeederFactory, type SeederFactoryItem } from 'typeorm-extension';
import { assemble, missingParents, type Factory } from './factory.js';
import { FACTORIES } from './index.js';
import { createKit, type FactoryOptions, type Kit } from './kit.js';

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
