import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject, Snapshot } from '../catalog/snapshot.js';
import { createColumnComment, createColumnSql } from './columns.js';
import { createIndex } from './constraints.js';
import { unquoteName, type Change, type Draft, quoteLocalName, mentionsName, quoteName } from './draft.js';

/** A column that gets another name and keeps its values. Names without quotes. */
export interface ColumnRename {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** Returns the pairs of a dropped and an added column of the same table and type. Each pair may be one renamed column. */
export function findRenameCandidates(is: Snapshot, shouldBe: Snapshot): ColumnRename[] {
  return listColumnsOnlyIn(is, shouldBe).flatMap((gone) =>
    listColumnsOnlyIn(shouldBe, is)
      .filter((column) => column.parent === gone.parent && column.facts.type === gone.facts.type)
      .map((column) => renameOf(gone, column)),
  );
}

/** Returns whether the column `from` would be dropped and the column `to` added. */
export function isRenamable({ table, from, to }: ColumnRename, is: Snapshot, shouldBe: Snapshot): boolean {
  const has = (columns: readonly CatalogObject[], name: string): boolean =>
    columns.some((column) => getTable(column) === table && unquoteName(column.name) === name);
  return has(listColumnsOnlyIn(is, shouldBe), from) && has(listColumnsOnlyIn(shouldBe, is), to);
}

/** Returns the tables in which the column `from` would be dropped and the column `to` added. */
export function listTablesWithRename(from: string, to: string, is: Snapshot, shouldBe: Snapshot): string[] {
  const tables = new Set(listColumnsOnlyIn(is, shouldBe).map(getTable));
  return [...tables].filter((table) => isRenamable({ table, from, to }, is, shouldBe));
}

export function renameSql({ table, from, to }: ColumnRename): string {
  return `ALTER TABLE ${quoteName(table)} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`;
}

export function reverseRename({ table, from, to }: ColumnRename): ColumnRename {
  return { table, from: to, to: from };
}

function renameOf(gone: CatalogObject, column: CatalogObject): ColumnRename {
  return { table: getTable(gone), from: unquoteName(gone.name), to: unquoteName(column.name) };
}

function getTable({ on = '' }: CatalogObject): string {
  return unquoteName(quoteLocalName(on));
}

/** Returns the columns that only the first snapshot has, of tables that both have. */
function listColumnsOnlyIn(snapshot: Snapshot, other: Snapshot): CatalogObject[] {
  return Object.entries(snapshot.objects)
    .filter(([key, { kind, parent = '' }]) => kind === 'column' && !(key in other.objects) && parent in other.objects)
    .map(([, column]) => column);
}

/** Plans CREATE TABLE, or the change of a table's comment. */
export function planTable({ from, to, facts, messages }: Change, draft: Draft): void {
  if (from === undefined && to !== undefined) {
    createTable(to, draft);
    return;
  }
  if (facts.some((fact) => fact !== 'comment')) draft.problems.push(...messages);
  else if (to !== undefined) draft.add('comments', createTableComment(to));
}

/** Plans DROP TABLE for the tables; a table with a foreign key is dropped before the table it references. */
export function dropTables(tables: readonly CatalogObject[], draft: Draft): void {
  const remaining = [...tables];
  while (remaining.length > 0) {
    const isFree = (table: CatalogObject): boolean =>
      !remaining.some((other) => other !== table && isReferenceTo(other, table, draft.from));
    // In a cycle of foreign keys no table is free; PostgreSQL then refuses the statement and names the constraint.
    const [table] = remaining.splice(Math.max(0, remaining.findIndex(isFree)), 1);
    const name = quoteLocalName(table?.name ?? '');
    draft.add('dropped tables', `DROP TABLE ${name}`);
    draft.losses.push(`DROP TABLE ${name}`);
  }
}

/** Returns the columns, constraints, indexes and triggers of a table; columns in their order. */
export function listParts(table: CatalogObject, { objects }: Snapshot): CatalogObject[] {
  const order = (table.facts['column order'] ?? '').split(', ');
  return Object.values(objects)
    .filter(({ parent }) => parent !== undefined && objects[parent] === table)
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

function createTable(table: CatalogObject, draft: Draft): void {
  const parts = listParts(table, draft.to);
  const of = (kind: CatalogObject['kind']): CatalogObject[] => parts.filter((part) => part.kind === kind);
  const supported = ['column', 'constraint', 'index', 'trigger'];
  const unsupported = parts.filter(({ kind }) => !supported.includes(kind)).map(({ kind, name }) => `${kind} ${name}`);
  const facts = Object.keys(table.facts).filter((fact) => !['column order', 'comment'].includes(fact));
  if (unsupported.length + facts.length > 0) {
    draft.problems.push(
      `table ${quoteLocalName(table.name)} has what entities cannot express: ${[...unsupported, ...facts].join(', ')}`,
    );
    return;
  }
  const references = of('constraint').filter(isReference);
  const rules = of('constraint').filter((constraint) => !isReference(constraint));
  const lines = [
    ...of('column').map((column) => createColumnSql(column, draft)),
    ...rules.map((rule) => `CONSTRAINT ${quoteName(rule.name)} ${draft.getDefinition(rule)}`),
  ];
  const name = quoteLocalName(table.name);
  draft.add('tables', `CREATE TABLE ${name} (\n  ${lines.join(',\n  ')}\n)`);
  for (const index of of('index')) draft.add('tables', createIndex(index, quoteLocalName(index.name), draft));
  for (const reference of references) {
    const definition = draft.getDefinition(reference);
    // Runs after every CREATE TABLE, since it may reference another new table.
    draft.add('renames', `ALTER TABLE ${name} ADD CONSTRAINT ${quoteName(reference.name)} ${definition}`);
  }
  for (const trigger of of('trigger')) {
    draft.add('renames', draft.createRemakeSql(trigger));
  }
  addComments(table, of('column'), draft);
}

function addComments(table: CatalogObject, columns: readonly CatalogObject[], draft: Draft): void {
  const comments = [
    ...(table.facts.comment === undefined ? [] : [createTableComment(table)]),
    ...columns.filter(({ facts }) => facts.comment !== undefined).map((column) => createColumnComment(column, draft)),
  ];
  if (comments.length > 0) draft.add('comments', comments.join(';\n'));
}

function createTableComment({ name, facts }: CatalogObject): string {
  return `COMMENT ON TABLE ${quoteLocalName(name)} IS ${facts.comment === undefined ? 'NULL' : quoteLiteral(facts.comment)}`;
}

function isReference({ facts }: CatalogObject): boolean {
  return facts.definition?.startsWith('FOREIGN KEY ') ?? false;
}

function isReferenceTo(table: CatalogObject, other: CatalogObject, snapshot: Snapshot): boolean {
  return listParts(table, snapshot).some(
    (part) =>
      isReference(part) &&
      mentionsName(part.facts.definition?.split(' REFERENCES ')[1] ?? '', quoteLocalName(other.name)),
  );
}
