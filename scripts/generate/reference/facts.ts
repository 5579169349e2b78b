import { type ColumnRule, type EntityRules, getEntityRules } from '../../../src/columns/registry.js';
import { findColumn } from '../../../src/columns/table.js';
import { ENTITIES } from '../../../src/entities/index.js';
import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import { type CatalogObject, toKey, type Kind, type Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { MIGRATION_ONLY } from '../../../src/schema/migration-only.js';
import { type EntitySource, readEntitySources } from '../entity-sources.js';
import { DocumentationError } from './documentation-error.js';

export interface ColumnFacts {
  readonly object: CatalogObject;
  /** Empty for a column whose decorator declares no rule. */
  readonly rules: readonly ColumnRule[];
}

export interface ForeignKeyFacts {
  readonly name: string;
  readonly child: string;
  readonly column: string;
  readonly parent: string;
  /** The delete rule: `CASCADE`. */
  readonly onDelete: string;
  readonly nullable: boolean;
  /** Whether a parent has at most one child. */
  readonly unique: boolean;
}

/** A table of the catalog with its entity. */
export interface TableFacts {
  readonly name: string;
  readonly source: EntitySource;
  readonly object: CatalogObject;
  readonly rules: EntityRules;
  /** In the order of the table. */
  readonly columns: readonly ColumnFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** All objects of the table except its columns: constraints, indexes, triggers, privileges… */
  readonly parts: readonly CatalogObject[];
}

/**
 * Returns the tables of the entities, parents before children.
 *
 * @throws DocumentationError when the snapshot does not fit the entities
 */
export function readTables(snapshot: Snapshot): TableFacts[] {
  const sources = new Map(readEntitySources().map((source) => [source.name, source]));
  const tables = ENTITIES.map((entity) => {
    const [rules, source] = [getEntityRules(entity), sources.get(entity.name)];
    const object = snapshot.objects[`table ${rules.table ?? ''}`];
    if (!object || !source) throw createMismatchError(`${entity.name} has no table`);
    return readTableFacts(snapshot, object, rules, source);
  });
  const known = [...tables.map(({ object }) => toKey(object)), ...MIGRATION_ONLY.map(({ object }) => object)];
  const surplus = Object.keys(snapshot.objects).find((key) => key.startsWith('table ') && !known.includes(key));
  if (surplus !== undefined) throw createMismatchError(`no entity for its ${surplus}`);
  return tables;
}

/** Returns the parts of these kinds. */
export function listParts({ parts }: TableFacts, ...kinds: readonly Kind[]): CatalogObject[] {
  return parts.filter(({ kind }) => kinds.includes(kind));
}

/** Groups tables by area and keeps their order. */
export function groupByArea(tables: readonly TableFacts[]): Map<string, TableFacts[]> {
  const areas = new Map<string, TableFacts[]>();
  for (const table of tables) areas.set(table.source.area, [...(areas.get(table.source.area) ?? []), table]);
  return areas;
}

function readTableFacts(
  { objects }: Snapshot,
  object: CatalogObject,
  rules: EntityRules,
  source: EntitySource,
): TableFacts {
  const name = removeSchema(object.name);
  const all = Object.values(objects).filter(({ parent = '' }) => isPartOf(parent, name));
  const found = new Map(all.filter(({ kind }) => kind === 'column').map((column) => [column.name, column]));
  const columns = readColumns(object).map((column) => readColumnFacts(found.get(column), rules, `${name}.${column}`));
  const parts = all.filter(({ kind }) => kind !== 'column');
  return { name, source, object, rules, columns, parts, foreignKeys: readForeignKeys(name, columns, parts) };
}

/** Returns whether the parent is the table or one of its columns. */
function isPartOf(parent: string, table: string): boolean {
  return parent === `table ${table}` || parent.startsWith(`column ${table}.`);
}

/** Returns the columns of a table in their order, quoted where SQL needs it. */
export function readColumns({ facts }: CatalogObject): string[] {
  return facts['column order']?.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [];
}

function readColumnFacts(object: CatalogObject | undefined, rules: EntityRules, path: string): ColumnFacts {
  const property = [...rules.columns.keys()].find((name) => findColumn(rules, name) === object?.name);
  if (!object || property === undefined) throw createMismatchError(`no property for its column ${path}`);
  return { object, rules: rules.columns.get(property) ?? [] };
}

function readForeignKeys(
  child: string,
  columns: readonly ColumnFacts[],
  parts: readonly CatalogObject[],
): ForeignKeyFacts[] {
  return parts.flatMap(({ name, facts: { definition = '' } }) => {
    const [, column, parent = ''] = /^FOREIGN KEY \((.+?)\) REFERENCES (.+?)\(/.exec(definition) ?? [];
    if (column === undefined) return [];
    const { object } = columns.find((one) => one.object.name === column) ?? {};
    return {
      name,
      child,
      column,
      parent: removeSchema(parent),
      onDelete: / ON DELETE (CASCADE|RESTRICT|SET NULL|SET DEFAULT)/.exec(definition)?.[1] ?? 'NO ACTION',
      nullable: object?.facts.null === undefined,
      unique: parts.some(({ facts }) => facts.definition === `UNIQUE (${column})`),
    };
  });
}

function createMismatchError(what: string): DocumentationError {
  return new DocumentationError(
    `src/schema/shipped-snapshot.ts does not fit the entities (${what}): run npm run docs:snapshot`,
  );
}
