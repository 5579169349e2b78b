import { Check, Entity, Index, Unique } from 'typeorm';
import { columnNameOf, constraintName } from '../connection/naming-strategy.js';
import { rulesOf, type EntityClass, type EntityRules, type QueryIndex, type RowRule } from './registry.js';

/**
 * The table of an entity: outermost of its decorators. Here, where the table is known, every rule the words left behind
 * becomes a named CHECK, every query its index, and every foreign key that no index serves yet gets one.
 */
export function Table(name: string): ClassDecorator {
  return (entity) => {
    const rules = rulesOf(entity);
    Entity({ name })(entity);
    addColumnChecks(entity, name, rules);
    addRowChecks(entity, name, rules);
    for (const index of rules.indexes) addIndex(entity, name, rules, index);
    addForeignKeyIndexes(entity, name, rules);
  };
}

/** A rule over several columns: written once, held before save and, unless `beforeSaveOnly` says why not, as a CHECK. */
export function Rule<Row>(rule: RowRule<Row>): ClassDecorator {
  return Rules([rule]);
}

/** Several of them, for a table whose rules have a file of their own. */
export function Rules<Row>(rules: readonly RowRule<Row>[]): ClassDecorator {
  return (entity) => {
    // Decorators run bottom-up: unshift keeps the order of the source.
    rulesOf(entity).rows.unshift(...(rules as unknown as readonly RowRule[]));
  };
}

interface IndexOptions {
  /** Only these rows (SQL over column names). Needs a `name`. */
  where?: string;
  /** Tells a partial index from others over the same columns: `ix_<table>__<columns>__<name>`. */
  name?: string;
}

/** An index, and the query that it serves in words. No query, no index. */
export function IndexFor(query: string, properties: readonly string[], options: IndexOptions = {}): ClassDecorator {
  return declareIndex({ query, properties, unique: false, name: options.name, where: options.where });
}

/** At most one row for each combination of values. With `where`, a unique index over those rows only. */
export function UniqueKey(properties: readonly string[], options: IndexOptions = {}): ClassDecorator {
  return declareIndex({
    query: `one row per ${properties.join(', ')}`,
    properties,
    unique: true,
    name: options.name,
    where: options.where,
  });
}

function declareIndex(index: QueryIndex): ClassDecorator {
  return (entity) => {
    rulesOf(entity).indexes.unshift(index);
  };
}

function addColumnChecks(entity: EntityClass, table: string, rules: EntityRules): void {
  for (const [property, columnRules] of rules.columns) {
    const column = columnNameOf(property);
    for (const { kind, sql } of columnRules) {
      if (sql) Check(constraintName('ck', table, `${column}_${kind}`), sql(`"${column}"`))(entity);
    }
  }
}

function addRowChecks(entity: EntityClass, table: string, rules: EntityRules): void {
  for (const { meaning, sql } of rules.rows) {
    if (sql !== undefined) Check(constraintName('ck', table, meaning), sql)(entity);
  }
}

function addIndex(entity: EntityClass, table: string, rules: EntityRules, index: QueryIndex): void {
  const { properties, name, unique, where } = index;
  if (where === undefined) {
    (unique ? Unique([...properties]) : Index([...properties]))(entity);
    return;
  }
  if (name === undefined) throw new Error(`A partial index on ${table} needs a name that says which rows it holds.`);
  const columns = properties.map((property) => columnOf(rules, property)).join('_');
  Index(constraintName(unique ? 'uq' : 'ix', table, columns, name), [...properties], { unique, where })(entity);
}

// An index serves a foreign key when it begins with its column and leaves out null rows at most.
function addForeignKeyIndexes(entity: EntityClass, table: string, { relations, indexes }: EntityRules): void {
  for (const { property, column, unique } of relations.values()) {
    const serves = ({ properties: [first], where }: QueryIndex) =>
      first === property && (where === undefined || where === `"${column}" IS NOT NULL`);
    if (!unique && !indexes.some(serves)) Index(constraintName('ix', table, column), [property])(entity);
  }
}

function columnOf({ relations }: EntityRules, property: string): string {
  const foreignKey = [...relations.values()].find((key) => key.property === property);
  return foreignKey?.column ?? columnNameOf(property);
}
