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
  /** In words; none for a column that the vocabulary does not know. */
  readonly rules: readonly ColumnRule[];
}

export interface ForeignKeyFacts {
  readonly name: string;
  readonly child: string;
  readonly column: string;
  readonly parent: string;
  /** What becomes of the child when its parent is deleted: `CASCADE`. */
  readonly onDelete: string;
  readonly nullable: boolean;
  /** At most one child for each parent. */
  readonly unique: boolean;
}

/** A table of the catalog, and what the source says of it. */
export interface TableFacts {
  readonly name: string;
  readonly source: EntitySource;
  readonly object: CatalogObject;
  readonly rules: EntityRules;
  /** In their order. */
  readonly columns: readonly ColumnFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** What else belongs to it: constraints, indexes, triggers, rights… */
  readonly parts: readonly CatalogObject[];
}

/**
 * The tables of entities, parents before children.
 *
 * @throws DocumentationError when catalog and entities are not of the same time.
 */
export function readTables(snapshot: Snapshot): TableFacts[] {
  const sources = new Map(readEntitySources().map((source) => [source.name, source]));
  const tables = ENTITIES.map((entity) => {
    const [rules, source] = [getEntityRules(entity), sources.get(entity.name)];
    const object = snapshot.objects[`table ${rules.table ?? ''}`];
    if (!object || !source) throw createMismatchError(`${entity.name} has no table in it`);
    return readTableFacts(snapshot, object, rules, source);
  });
  const known = [...tables.map(({ object }) => toKey(object)), ...MIGRATION_ONLY.map(({ object }) => object)];
  const strange = Object.keys(snapshot.objects).find((key) => key.startsWith('table ') && !known.includes(key));
  if (strange !== undefined) throw createMismatchError(`no entity is behind its ${strange}`);
  return tables;
}

/** The parts of one kind. */
export function listParts({ parts }: TableFacts, ...kinds: readonly Kind[]): CatalogObject[] {
  return parts.filter(({ kind }) => kinds.includes(kind));
}

/** Tables by area, as they come. */
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

/** Is it the table's, or one of its columns'? */
function isPartOf(parent: string, table: string): boolean {
  return parent === `table ${table}` || parent.startsWith(`column ${table}.`);
}

/** The columns of a table in their order, quoted where need be. */
export function readColumns({ facts }: CatalogObject): string[] {
  return facts['column order']?.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [];
}

function readColumnFacts(object: CatalogObject | undefined, rules: EntityRules, path: string): ColumnFacts {
  const property = [...rules.columns.keys()].find((name) => findColumn(rules, name) === object?.name);
  if (!object || property === undefined) throw createMismatchError(`no property is behind its column ${path}`);
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
    `src/schema/shipped-snapshot.ts is not of the same time as the entities (${what}): run npm run docs:snapshot`,
  );
}
