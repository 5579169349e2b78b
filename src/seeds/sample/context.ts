import type { Factories } from '../factories/index.js';
import type { Kit } from '../factories/kit.js';
import type { ReferenceIds } from './reference-ids.js';

/** What the makers of sample rows share. They draw from one source, so their order is part of the sample. */
export interface SampleContext {
  readonly kit: Kit;
  readonly make: Factories;
  readonly now: Date;
  readonly ids: ReferenceIds;
}

/** The item of a list at a place that goes round and round. */
export function cycle<Item>(list: readonly Item[], place: number): Item {
  const item = list[place % list.length];
  if (item === undefined) throw new Error('An empty list has nothing to go round.');
  return item;
}
