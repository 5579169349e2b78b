import { base, en, Faker } from '@faker-js/faker';
import type { EntityClass } from '../../columns/registry.js';
import { containsProhibitedClaim } from '../../constants/reply.js';
import { sampleId } from '../sample/sample-id.js';

export interface FactoryOptions {
  /** Rows are dated back from here. Which rows are made does not depend on it. */
  readonly now: Date;
  /**
   * 0..65,535. Same seed, same calls: the same rows, ids included. Sets with different seeds can live in one database; 0 is
   * the sample's. Default 1.
   */
  readonly seed?: number;
}

/** What a factory draws from. */
export interface Kit {
  readonly faker: Faker;
  readonly now: Date;
  /** The number of the entity's next row, from 1. */
  next(entity: EntityClass): number;
  /** The id of the entity's row with this number. */
  id(entity: EntityClass, row: number): string;
  /** Opaque text no other row has, as platforms' ids are: `sample-0-17`. */
  key(row: number): string;
}

export function createKit({ now, seed = 1 }: FactoryOptions): Kit {
  if (!Number.isInteger(seed) || seed < 0 || seed > 65_535) {
    throw new RangeError(`The seed of factories is a whole number from 0 to 65535, not ${seed}.`);
  }
  const counters = new Map<EntityClass, number>();
  return {
    faker: new Faker({ locale: [en, base], seed }),
    now,
    next(entity) {
      const row = (counters.get(entity) ?? 0) + 1;
      counters.set(entity, row);
      return row;
    },
    id: (entity, row) => sampleId(entity, row, seed),
    key: (row) => `sample-${seed}-${row}`,
  };
}

/** One of the list. */
export function pick<const Item>({ faker }: Kit, list: readonly Item[]): Item {
  return faker.helpers.arrayElement(list);
}

/** A number with four decimals, which reads well and is exact enough for any score. */
export function between({ faker }: Kit, min: number, max: number): number {
  return faker.number.float({ min, max, fractionDigits: 4 });
}

export function whole({ faker }: Kit, min: number, max: number): number {
  return faker.number.int({ min, max });
}

/** Four decimals: sums of drawn numbers pick up noise like 0.30000000000000004. */
export function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** Text drawn until it makes no prohibited claim: faker's own words hold "secure" and "obscure", which count as one. */
export function harmless(draw: () => string): string {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const text = draw();
    if (!containsProhibitedClaim(text)) return text;
  }
  throw new Error('A hundred drawn texts made prohibited claims: look at the phrases of the factories.');
}

const MINUTE_MS = 60_000;

export function minutesAfter(moment: Date, minutes: number): Date {
  return new Date(moment.getTime() + Math.round(minutes * MINUTE_MS));
}

export function hoursBefore(moment: Date, hours: number): Date {
  return minutesAfter(moment, -hours * 60);
}

export function daysBefore(moment: Date, days: number): Date {
  return hoursBefore(moment, days * 24);
}
