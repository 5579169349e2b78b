import type { ObjectType } from 'typeorm';
import { rulesOf } from '../../columns/registry.js';
import { build } from '../build.js';
import type { Kit } from './kit.js';

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
  const { relations } = rulesOf(entity);
  return parents.filter((parent) => {
    const key = relations.get(parent.relation)?.property as keyof Row;
    return given[key] === undefined && (parent.needs?.(given) ?? true);
  });
}

/** The row without parents of its own. */
export function assemble<Row extends object>(kit: Kit, factory: Factory<Row>, given: Partial<Row>): Row {
  const { entity } = factory;
  const row = kit.next(entity);
  const noKeys = Object.fromEntries([...rulesOf(entity).relations.values()].map(({ property }) => [property, null]));
  return build(entity, {
    id: kit.id(entity, row),
    ...noKeys,
    ...factory.values(kit, given, row),
    ...given,
  } as Partial<Row>);
}

/** What was given, with the foreign key of every given relation. */
export function withKeys<Row extends object>(entity: ObjectType<Row>, given: Partial<Row>): Partial<Row> {
  const keys: Record<string, unknown> = {};
  for (const [relation, { property }] of rulesOf(entity).relations) {
    const parent = (given as Record<string, { id: string } | null | undefined>)[relation];
    if (parent !== undefined) keys[property] = parent === null ? null : parent.id;
  }
  return { ...given, ...keys };
}
