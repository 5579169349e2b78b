import { getMetadataArgsStorage } from 'typeorm';
import { getEntityRules } from '../columns/registry.js';
import { findColumn } from '../columns/table.js';
import { ENTITIES } from '../entities/index.js';
import {
  type ConstraintFacts,
  type DatabaseError,
  removeShardFromName,
  toDatabaseError as translate,
} from '../errors/translate.js';

/**
 * What a constraint of our schema means, by its name in PostgreSQL; also where Citus has added a shard to it.
 *
 * @returns undefined for a name that is none of ours.
 */
export function describeConstraint(name: string): ConstraintFacts | undefined {
  known ??= new Map(listConstraints());
  const plain = removeShardFromName(name, [...known.keys()]);
  if (plain === undefined) return known.get(name);
  const facts = known.get(plain);
  return facts && { ...facts, name: plain };
}

/**
 * A typed error in place of what TypeORM or node-postgres threw, with the rule in words where one of our constraints
 * refused: `replies (approved_by, approved_at): an approved reply says who approved it and when`. Safe to log.
 *
 *     try { … } catch (error) { throw toDatabaseError(error) ?? error; }
 *
 * @returns undefined for what is no error of the database or its connection.
 */
export function toDatabaseError(error: unknown): DatabaseError | undefined {
  return translate(error, describeConstraint, { isKnownName });
}

/** Is this a name of our schema, which a message may repeat: a table, column, property, constraint, index, trigger or enum? */
function isKnownName(name: string): boolean {
  names ??= new Set(listNames());
  const [, table] = /^tg_([a-z0-9_]+?)__[a-z0-9_]+$/.exec(name) ?? [];
  // Citus adds a shard to the names of what it distributes.
  const isOurs = (one: string): boolean => names?.has(one) === true || names?.has(one.replace(/_\d+$/, '')) === true;
  return isOurs(name) || (table !== undefined && isOurs(table));
}

let names: Set<string> | undefined;

function listNames(): string[] {
  const { columns } = getMetadataArgsStorage();
  const enums = columns.map(({ options }) => options.enumName).filter((name) => name !== undefined);
  return ENTITIES.flatMap((entity) => {
    const rules = getEntityRules(entity);
    const { table = '', columns: own, relations, children, constraints, queries } = rules;
    const properties = [...own.keys(), ...relations.keys(), ...children];
    const foreignKeys = [...relations.values()].flatMap(({ property, column }) => [property, column]);
    return [table, ...properties, ...[...own.keys()].map((property) => findColumn(rules, property)), ...foreignKeys]
      .concat(...constraints.keys(), ...queries.keys())
      .concat(enums);
  });
}

let known: Map<string, ConstraintFacts> | undefined;

function listConstraints(): [string, ConstraintFacts][] {
  return ENTITIES.flatMap((entity) => {
    const { table = '', constraints } = getEntityRules(entity);
    return [...constraints].map(([name, meaning]): [string, ConstraintFacts] => [name, { table, ...meaning }]);
  });
}
