import { base, en, Faker } from '@faker-js/faker';
import type { ObjectType } from 'typeorm';
import { type EntityClass, getEntityRules } from '../../columns/registry.js';
import { containsProhibitedClaim } from '../../constants/reply.js';
import { createSampleId } from '../ids.js';
import { build } from '../insert-missing.js';

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
    id: (entity, row) => createSampleId(entity, row, seed),
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

/** How rows of one entity are made. A `Factory<Author>` is a `Factory`: they stand in one list. */
export interface Factory<Row extends object = object> {
  readonly entity: ObjectType<Row>;
  /** The parents a row cannot do without: each gets one of its own unless the caller gave it. */
  readonly parents: readonly ParentLink<Row>[];
  /** Values of all columns but the id and foreign keys, fitting those that were given. */
  values(kit: Kit, given: Partial<Row>, row: number): Partial<Row>;
}

export interface ParentLink<Row extends object> {
  /** The relation that holds the parent. */
  readonly relation: string;
  readonly factory: Factory;
  /** Absent: always. */
  needs?(given: Partial<Row>): boolean;
}

/** A row that every rule accepts, with what the caller gave in it, and with parents where it needs and lacks them. */
export function makeRow<Row extends object>(kit: Kit, factory: Factory<Row>, overrides: Partial<Row> = {}): Row {
  const given = withKeys(factory.entity, overrides);
  for (const { relation, factory: parent } of missingParents(factory, given)) {
    Object.assign(given, withKeys<object>(factory.entity, { [relation]: makeRow(kit, parent) }));
  }
  return assemble(kit, factory, given);
}

/** The parents that `makeRow` would make. */
export function missingParents<Row extends object>(
  { entity, parents }: Factory<Row>,
  given: Partial<Row>,
): readonly ParentLink<Row>[] {
  const { relations } = getEntityRules(entity);
  return parents.filter((parent) => {
    const key = relations.get(parent.relation)?.property as keyof Row;
    return given[key] === undefined && (parent.needs?.(given) ?? true);
  });
}

/** The row without parents of its own. */
export function assemble<Row extends object>(kit: Kit, factory: Factory<Row>, given: Partial<Row>): Row {
  const { entity } = factory;
  const row = kit.next(entity);
  const noKeys = Object.fromEntries(
    [...getEntityRules(entity).relations.values()].map(({ property }) => [property, null]),
  );
  return build(entity, {
    id: kit.id(entity, row),
    ...noKeys,
    ...factory.values(kit, given, row),
    ...given,
  } as Partial<Row>);
}

/** What was given, with the foreign key of every given relation. */
function withKeys<Row extends object>(entity: ObjectType<Row>, given: Partial<Row>): Partial<Row> {
  const keys: Record<string, unknown> = {};
  for (const [relation, { property }] of getEntityRules(entity).relations) {
    const parent = (given as Record<string, { id: string } | null | undefined>)[relation];
    if (parent !== undefined) keys[property] = parent === null ? null : parent.id;
  }
  return { ...given, ...keys };
}
