import { base, en, Faker } from '@faker-js/faker';
import type { ObjectType } from 'typeorm';
import { type SeederFactoryItem, useSeederFactory } from 'typeorm-extension';
import { type EntityClass, getEntityRules } from '../../columns/registry.js';
import { containsProhibitedClaim } from '../../constants/reply.js';
import { createSampleId } from '../ids.js';
import { build } from '../insert-missing.js';

export interface FactoryOptions {
  /** The dates of the rows are before this time. All other values do not depend on it. */
  readonly now: Date;
  /**
   * 0..65,535. The same seed and the same calls make the same rows, with the same ids. Sets with different seeds can live in one
   * database; the sample uses 0. Default 1.
   */
  readonly seed?: number;
}

/** The source of random values, times and ids for factories. */
export interface Kit {
  readonly faker: Faker;
  readonly now: Date;
  /** Returns the number of the entity's next row, from 1. */
  next(entity: EntityClass): number;
  /** Returns the id of the entity's row with this number. */
  id(entity: EntityClass, row: number): string;
  /** Returns a text that no other row has, for ids of platforms: `sample-0-17`. */
  key(row: number): string;
}

/** @throws RangeError when the seed is not a whole number from 0 to 65,535 */
export function createKit({ now, seed = 1 }: FactoryOptions): Kit {
  if (!Number.isInteger(seed) || seed < 0 || seed > 65_535) {
    throw new RangeError(`The seed of factories must be a whole number from 0 to 65535, not ${seed}.`);
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

let defaultKit: Kit | undefined;

/** Returns the kit that factories use by default: seed 1, and the time of the first call in this process. */
function getDefaultKit(): Kit {
  return (defaultKit ??= createKit({ now: new Date() }));
}

/** Returns an item of the list. */
export function pick<const Item>({ faker }: Kit, list: readonly Item[]): Item {
  return faker.helpers.arrayElement(list);
}

/** Returns a number with four decimals, which is exact enough for any score. */
export function drawNumber({ faker }: Kit, min: number, max: number): number {
  return faker.number.float({ min, max, fractionDigits: 4 });
}

export function drawInteger({ faker }: Kit, min: number, max: number): number {
  return faker.number.int({ min, max });
}

/** Rounds to four decimals: sums of drawn numbers are values like 0.30000000000000004. */
export function roundScore(value: number): number {
  return Number(value.toFixed(4));
}

/**
 * Draws texts until one contains no prohibited claim. faker's words "secure" and "obscure" contain one.
 *
 * @throws Error after a hundred texts
 */
export function drawWithoutClaims(draw: () => string): string {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const text = draw();
    if (!containsProhibitedClaim(text)) return text;
  }
  throw new Error('A hundred drawn texts made prohibited claims: change the phrases of the factories.');
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

/** The meta value of our factories: `factories.get(Post).setMeta({ given: { platform: 'REDDIT' } })`. */
export interface RowRequest<Row extends object> {
  /** Default: one kit for the process. */
  readonly kit?: Kit;
  /** Values of the row. The factory chooses the others so that they fit. */
  readonly given?: Partial<Row>;
  /**
   * True: missing parents are created immediately, as rows. Default: the relation contains a factory of typeorm-extension, which creates
   * and saves the parent before the row.
   */
  readonly withParents?: boolean;
}

/** The type of the factories, as `setSeederFactory` returns them. */
export interface RowFactory<Row extends object = object> extends SeederFactoryItem {
  factoryFn: (request?: RowRequest<Row>) => Row;
}

interface RowRecipe<Row extends object> {
  /** The required parents. Each is created unless the caller gives it. */
  readonly parents?: readonly ParentLink<Row>[];
  /** Returns the values of all columns except the id and the foreign keys, fitting those that were given. */
  values(kit: Kit, given: Partial<Row>, row: number): Partial<Row>;
}

interface ParentLink<Row extends object> {
  /** The relation that holds the parent. */
  readonly relation: string;
  readonly factory: RowFactory;
  /** Values of a parent that is created immediately. */
  readonly given?: object;
  /** Absent: the parent is always needed. */
  needs?(given: Partial<Row>): boolean;
}

/** Creates a valid row with the given values, and the required parents that were not given. */
export function makeRow<Row extends object>(
  entity: ObjectType<Row>,
  { kit = getDefaultKit(), given: values = {}, withParents = false }: RowRequest<Row> = {},
  recipe: RowRecipe<Row>,
): Row {
  const { relations } = getEntityRules(entity);
  const given = withForeignKeys(entity, values);
  const isGiven = ({ relation }: ParentLink<Row>) =>
    given[relations.get(relation)?.property as keyof Row] !== undefined;
  const missing = (recipe.parents ?? []).filter((parent) => !isGiven(parent) && (parent.needs?.(given) ?? true));
  // typeorm-extension saves these parents later, so their keys are not known yet.
  const later: Record<string, unknown> = {};
  for (const { relation, factory, given: parentValues = {} } of missing) {
    if (withParents) {
      const parent = factory.factoryFn({ kit, given: parentValues, withParents });
      Object.assign(given, withForeignKeys<object>(entity, { [relation]: parent }));
    } else {
      later[relations.get(relation)?.property ?? relation] = undefined;
      later[relation] = useSeederFactory(factory.entity as ObjectType<object>);
    }
  }
  const row = kit.next(entity);
  const noKeys = Object.fromEntries([...relations.values()].map(({ property }) => [property, null]));
  const columns = { id: kit.id(entity, row), ...noKeys, ...recipe.values(kit, given, row), ...given, ...later };
  return build(entity, columns as Partial<Row>);
}

/** Adds the foreign key of every relation that was given. */
function withForeignKeys<Row extends object>(entity: ObjectType<Row>, given: Partial<Row>): Partial<Row> {
  const keys: Record<string, unknown> = {};
  for (const [relation, { property }] of getEntityRules(entity).relations) {
    const parent = (given as Record<string, { id: string } | null | undefined>)[relation];
    if (parent !== undefined) keys[property] = parent === null ? null : parent.id;
  }
  return { ...given, ...keys };
}
