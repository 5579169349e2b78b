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
 * Returns the meaning of a constraint of this schema by its name in PostgreSQL, with or without a shard number of Citus.
 *
 * @returns undefined for an unknown name
 */
export function describeConstraint(name: string): ConstraintFacts | undefined {
  known ??= new Map(listConstraints());
  const plain = removeShardFromName(name, [...known.keys()]);
  if (plain === undefined) return known.get(name);
  const facts = known.get(plain);
  return facts && { ...facts, name: plain };
}

/**
 * Converts an error of TypeORM or node-postgres into a typed error. When a constraint of this schema refused the write, the
 * message states its rule: `replies (approved_by, approved_at): an approved reply has an approver and a time of approval`. Safe
 * to log.
 *
 *     try { … } catch (error) { throw toDatabaseError(error) ?? error; }
 *
 * @returns undefined when the error comes from neither the database nor its connection
 */
export function toDatabaseError(error: unknown): DatabaseError | undefined {
  return translate(error, describeConstraint, { isKnownName });
}

/** Returns true for names of this schema, which messages may repeat: tables, columns, properties, constraints, indexes, triggers, enums. */
function isKnownName(name: string): boolean {
  names ??= new Set(listNames());
  const [, table] = /^tg_([a-z0-9_]+?)__[a-z0-9_]+$/.exec(name) ?? [];
  // Citus adds a shard number to names.
  const isOurs = (text: string): boolean => names?.has(text) === true || names?.has(text.replace(/_\d+$/, '')) === true;
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
