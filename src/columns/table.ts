import { Check, Entity, getMetadataArgsStorage, Index, Unique } from 'typeorm';
import { toColumnName, createConstraintName } from '../connection/naming-strategy.js';
import {
  type ConstraintMeaning,
  type EntityClass,
  type EntityRules,
  type FinalValues,
  type QueryIndex,
  type RowRule,
  getEntityRules,
} from './registry.js';

/**
 * Class decorator: the table of an entity; it must be the first decorator of the class, so that it runs last. Creates the named
 * CHECKs of all rules, the index of each query, and an index for each foreign key that has none yet.
 */
export function Table(name: string): ClassDecorator {
  return (entity) => {
    const rules = getEntityRules(entity);
    rules.table = name;
    Entity({ name })(entity);
    addColumnChecks(entity, name, rules);
    addRowChecks(entity, name, rules);
    nameTriggers(name, rules);
    for (const index of rules.indexes) addIndex(entity, name, rules, index);
    addForeignKeyIndexes(entity, name, rules);
    nameKeys(entity, name, rules);
  };
}

/** Class decorator: a rule over several columns, checked before save and by a CHECK unless `beforeSaveOnly` gives a reason. */
export function Rule<Row>(rule: RowRule<Row>): ClassDecorator {
  return Rules([rule]);
}

/** Class decorator: several rules, for a table with its rules in a separate file. */
export function Rules<Row>(rules: readonly RowRule<Row>[]): ClassDecorator {
  return (entity) => {
    // Decorators run bottom-up: unshift keeps the order of the source.
    getEntityRules(entity).rows.unshift(...(rules as unknown as readonly RowRule[]));
  };
}

/** Class decorator: values that must not change in a stored row. A migration creates the trigger that checks every write. */
export function Final<Row>(values: FinalValues<Row>): ClassDecorator {
  return Finals([values]);
}

/** Class decorator: several sets of final values. */
export function Finals<Row>(finals: readonly FinalValues<Row>[]): ClassDecorator {
  return (entity) => {
    getEntityRules(entity).finals.unshift(...(finals as unknown as readonly FinalValues[]));
  };
}

interface IndexOptions {
  /** SQL condition of a partial index. Requires `name`. */
  where?: string;
  /** Last part of the name of a partial index: `ix_<table>__<columns>__<name>`. */
  name?: string;
}

/** Class decorator: an index and a description of the query it serves. */
export function IndexFor(query: string, properties: readonly string[], options: IndexOptions = {}): ClassDecorator {
  return declareIndex({ query, properties, unique: false, name: options.name, where: options.where });
}

/** Class decorator: a unique key; with `where`, a unique index over those rows only. */
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
    getEntityRules(entity).indexes.unshift(index);
  };
}

function addColumnChecks(entity: EntityClass, table: string, rules: EntityRules): void {
  for (const [property, columnRules] of rules.columns) {
    const column = toColumnName(property);
    for (const { kind, message, sql } of columnRules) {
      if (!sql) continue;
      const name = createConstraintName('ck', table, `${column}_${kind}`);
      Check(name, sql(`"${column}"`))(entity);
      rules.constraints.set(name, { columns: [column], summary: `${column} ${message}` });
    }
  }
}

function addRowChecks(entity: EntityClass, table: string, rules: EntityRules): void {
  for (const { meaning, message, properties, sql } of rules.rows) {
    if (sql === undefined) continue;
    const name = createConstraintName('ck', table, meaning);
    Check(name, sql)(entity);
    rules.constraints.set(name, {
      columns: properties.map((property) => findColumn(rules, property)),
      summary: message,
    });
  }
}

function nameTriggers(table: string, rules: EntityRules): void {
  for (const { meaning, message, properties } of rules.finals) {
    // If nearly all columns are final, listing them would not help.
    const columns = 'except' in properties ? [] : properties.map((property) => findColumn(rules, property));
    rules.constraints.set(createConstraintName('tg', table, meaning), { columns, summary: message });
  }
}

/** Lists the final properties. */
export function listFinalProperties({ columns }: EntityRules, { properties }: FinalValues): readonly string[] {
  if (!('except' in properties)) return properties;
  return [...columns.keys()].filter((property) => !properties.except.includes(property));
}

function addIndex(entity: EntityClass, table: string, rules: EntityRules, index: QueryIndex): void {
  const { properties, name, unique, where } = index;
  const columns = properties.map((property) => findColumn(rules, property));
  if (where !== undefined && name === undefined) {
    throw new Error(`A partial index on ${table} needs a name that describes its rows.`);
  }
  const parts = where === undefined || name === undefined ? [] : [name];
  const fullName = createConstraintName(unique ? 'uq' : 'ix', table, columns.join('_'), ...parts);
  if (unique) rules.constraints.set(fullName, describeUnique(entity, columns, where));
  else rules.queries.set(fullName, index.query);
  if (where !== undefined) Index(fullName, [...properties], { unique, where })(entity);
  else (unique ? Unique([...properties]) : Index([...properties]))(entity);
}

function describeUnique(entity: EntityClass, columns: readonly string[], where?: string): ConstraintMeaning {
  return {
    columns,
    summary: `${withArticle(splitIntoWords(entity.name))} with ${getUniqueKey(columns, where)} exists already`,
  };
}

/** Returns `this platform and platform_id`, with `and without platform` for a key over the rows whose platform is null. */
function getUniqueKey(columns: readonly string[], where?: string): string {
  const [, without] = /^"(\w+)" IS NULL$/.exec(where ?? '') ?? [];
  const key = new Intl.ListFormat('en-GB').format(columns);
  return `this ${key}${without === undefined ? '' : ` and without ${without}`}`;
}

/** Adds the meanings of the constraints that the naming strategy names: primary key, foreign keys, one row per parent. */
function nameKeys(entity: EntityClass, table: string, { relations, constraints }: EntityRules): void {
  constraints.set(createConstraintName('pk', table), describeUnique(entity, ['id']));
  for (const [relation, { column, unique }] of relations) {
    constraints.set(createConstraintName('fk', table, column), { columns: [column] });
    if (!unique) continue;
    const message = `this ${splitIntoWords(relation)} has ${withArticle(splitIntoWords(entity.name))} already`;
    constraints.set(createConstraintName('uq', table, column), { columns: [column], summary: message });
  }
}

/** `CommunityChampion` → `community champion`. */
function splitIntoWords(name: string): string {
  return toColumnName(name)
    .replaceAll('_', ' ')
    .replace(/^kpi\b/, 'KPI');
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

// An index serves a foreign key when it begins with its column and contains all rows with a value.
function addForeignKeyIndexes(entity: EntityClass, table: string, { relations, indexes, queries }: EntityRules): void {
  for (const [relation, { property, column, unique }] of relations) {
    const serves = ({ properties: [first], where }: QueryIndex) =>
      first === property && (where === undefined || where === `"${column}" IS NOT NULL`);
    if (unique || indexes.some(serves)) continue;
    const name = createConstraintName('ix', table, column);
    Index(name, [property])(entity);
    queries.set(name, `rows by ${relation}, also when it is deleted`);
  }
}

/** Returns the column of a property. */
export function findColumn({ relations }: EntityRules, property: string): string {
  const foreignKey = [...relations.values()].find((key) => key.property === property);
  return foreignKey?.column ?? toColumnName(property);
}

/** Comments by `Class` and `Class.property`. */
export type Comments = Readonly<Record<string, string>>;

/**
 * Sets the comments of tables and columns to the doc comments of their classes and properties. The comment of a relation becomes
 * the comment of its foreign key column.
 */
export function applyComments(entities: readonly EntityClass[], comments: Comments): void {
  const storage = getMetadataArgsStorage();
  for (const entity of entities) {
    for (const table of storage.tables) {
      const comment = comments[entity.name];
      if (table.target === entity && comment !== undefined) table.comment = comment;
    }
    const relationOf = new Map(
      [...getEntityRules(entity).relations].map(([relation, { property }]) => [property, relation]),
    );
    for (const { target, propertyName, options } of storage.columns) {
      const comment = comments[`${entity.name}.${relationOf.get(propertyName) ?? propertyName}`];
      if (target === entity && comment !== undefined) options.comment = comment;
    }
  }
}
