import type { DataSource } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import {
  type EntityClass,
  type FieldRules,
  getFields,
  type RowRule,
  getEntityRules,
} from '../../../src/columns/registry.js';
import { validatePresent } from '../../../src/columns/validators.js';
import { createConstraintName } from '../../../src/connection/naming-strategy.js';
import { ENTITIES } from '../../../src/entities/index.js';
import type { Catalog, Check, StoredColumn } from './checks.js';

/** The result of the validator for a value, or for the values of a row rule's properties. */
export interface Verdict {
  readonly accepted: boolean;
  /** The kinds of the violated column rules, the meaning of the violated row rule, or `required`. */
  readonly broken: readonly string[];
  /** The result of the rule of each CHECK by itself. Null is left out, because every CHECK accepts it. */
  readonly byCheck: ReadonlyMap<string, boolean>;
}

/** One column with its rules, or one row rule with its columns. */
export interface Subject {
  /** `Author.handle`, `Reply: posted_is_approved` */
  readonly name: string;
  readonly entity: EntityClass;
  readonly columns: readonly ColumnMetadata[];
  readonly stored: readonly StoredColumn[];
  /** Every CHECK of the column alone, or the CHECK of the row rule, from the catalog. */
  readonly checks: readonly Check[];
  /** The names of the CHECKs that the rules declare. */
  readonly promised: readonly string[];
  readonly validate: (values: readonly unknown[]) => Verdict;
  /** The rules of the column; absent for a row rule. */
  readonly field?: FieldRules;
  /** The row rule; absent for a column. */
  readonly rule?: RowRule;
}

/** Returns a subject for each column of each entity. */
export function columnSubjects(dataSource: DataSource, catalog: Catalog): Subject[] {
  return ENTITIES.flatMap((entity) =>
    [...getFields(entity)].map(([property, field]) => columnSubject(dataSource, catalog, entity, property, field)),
  );
}

export function columnSubject(
  dataSource: DataSource,
  catalog: Catalog,
  entity: EntityClass,
  property: string,
  field: FieldRules,
): Subject {
  const column = columnOf(dataSource, entity, property);
  const stored = storedColumn(catalog, entity, column);
  const named = field.rules.map((rule) => ({ rule, name: checkName(entity, `${stored.name}_${rule.kind}`) }));
  const withCheck = named.filter(({ rule }) => rule.sql !== undefined);
  // A row rule can read a single column.
  const ofRows = getEntityRules(entity).rows.map(({ meaning }) => checkName(entity, meaning));
  return {
    name: `${entity.name}.${property}`,
    entity,
    columns: [column],
    stored: [stored],
    checks: catalog.checks.filter((check) => isOfColumn(check, stored) && !ofRows.includes(check.name)),
    promised: withCheck.map(({ name }) => name),
    field,
    validate: ([value]) => {
      const accepted = validatePresent(field.rules, field.presence, value).length === 0;
      if (value === undefined || value === null)
        return { accepted, broken: accepted ? [] : ['required'], byCheck: new Map() };
      const broken = field.rules.filter((rule) => !rule.isValid(value)).map(({ kind }) => kind);
      return {
        accepted,
        broken,
        byCheck: new Map(withCheck.map(({ rule, name: check }) => [check, rule.isValid(value)])),
      };
    },
  };
}

/** Returns a subject for each row rule of each entity. */
export function rowSubjects(dataSource: DataSource, catalog: Catalog): Subject[] {
  return ENTITIES.flatMap((entity) =>
    getEntityRules(entity).rows.map((rule) => rowSubject(dataSource, catalog, entity, rule)),
  );
}

export function rowSubject(dataSource: DataSource, catalog: Catalog, entity: EntityClass, rule: RowRule): Subject {
  const columns = rule.properties.map((property) => columnOf(dataSource, entity, property));
  const name = checkName(entity, rule.meaning);
  const isValid = (values: readonly unknown[]): boolean =>
    rule.isValid(Object.fromEntries(rule.properties.map((property, index) => [property, values[index]])));
  return {
    name: `${entity.name}: ${rule.meaning}`,
    entity,
    columns,
    stored: columns.map((column) => storedColumn(catalog, entity, column)),
    checks: catalog.checks.filter((check) => check.name === name),
    promised: rule.sql === undefined ? [] : [name],
    rule,
    validate: (values) => {
      const accepted = isValid(values);
      return { accepted, broken: accepted ? [] : [rule.meaning], byCheck: new Map([[name, accepted]]) };
    },
  };
}

function columnOf(dataSource: DataSource, entity: EntityClass, property: string): ColumnMetadata {
  const column = dataSource.getMetadata(entity).findColumnWithPropertyName(property);
  if (!column) throw new Error(`${entity.name}.${property} is no column.`);
  return column;
}

function storedColumn(catalog: Catalog, entity: EntityClass, { databaseName }: ColumnMetadata): StoredColumn {
  const table = tableOf(entity);
  const stored = catalog.columns.find((column) => column.table === table && column.name === databaseName);
  if (!stored) throw new Error(`The database has no column ${table}.${databaseName}.`);
  return stored;
}

function checkName(entity: EntityClass, meaning: string): string {
  return createConstraintName('ck', tableOf(entity), meaning);
}

function tableOf(entity: EntityClass): string {
  const { table } = getEntityRules(entity);
  if (table === undefined) throw new Error(`${entity.name} has no table.`);
  return table;
}

function isOfColumn(check: Check, { table, name }: StoredColumn): boolean {
  return check.table === table && check.columns.length === 1 && check.columns[0] === name;
}

/** Returns the CHECKs that no rule declares, and the declared CHECKs that do not exist. */
export function strayChecks({ checks }: Catalog, subjects: readonly Subject[]): string[] {
  const promised = new Set(subjects.flatMap((subject) => subject.promised));
  const kept = new Set(checks.map(({ name }) => name));
  return [
    ...[...kept].filter((name) => !promised.has(name)).map((name) => `${name} is declared by no rule`),
    ...[...promised].filter((name) => !kept.has(name)).map((name) => `${name} is not in the database`),
  ];
}
