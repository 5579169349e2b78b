import { quoteLiteral } from '../../errors/sql-text.js';
import type { CatalogObject, Snapshot } from '../catalog/snapshot.js';
import { createColumnComment, createColumnSql } from './columns.js';
import { createIndex } from './constraints.js';
import { unquoteName, type Change, type Draft, quoteLocalName, mentionsName, quoteName } from './draft.js';

/** A column that keeps its values under another name. Names without quotes. */
export interface ColumnRename {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** Columns that are dropped and columns of the same type that are added to the same table: each pair may be one column renamed. */
export function findRenameCandidates(is: Snapshot, shouldBe: Snapshot): ColumnRename[] {
  return listColumnsOnlyIn(is, shouldBe).flatMap((gone) =>
    listColumnsOnlyIn(shouldBe, is)
      .filter((column) => column.parent === gone.parent && column.facts.type === gone.facts.type)
      .map((column) => renameOf(gone, column)),
  );
}

/** Whether the one column would be dropped and the other added. */
export function isRenamable({ table, from, to }: ColumnRename, is: Snapshot, shouldBe: Snapshot): boolean {
  const has = (columns: readonly CatalogObject[], name: string): boolean =>
    columns.some((column) => getTable(column) === table && unquoteName(column.name) === name);
  return has(listColumnsOnlyIn(is, shouldBe), from) && has(listColumnsOnlyIn(shouldBe, is), to);
}

/** The tables that lose a column of the one name and get one of the other. */
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

/** Of tables that both have. */
function listColumnsOnlyIn(snapshot: Snapshot, other: Snapshot): CatalogObject[] {
  return Object.entries(snapshot.objects)
    .filter(([key, { kind, parent = '' }]) => kind === 'column' && !(key in other.objects) && parent in other.objects)
    .map(([, column]) => column);
}

/** A table as a whole, and its comment. */
export function planTable({ from, to, facts, sentences }: Change, draft: Draft): void {
  if (from === undefined && to !== undefined) {
    createTable(to, draft);
    return;
  }
  if (facts.some((fact) => fact !== 'comment')) draft.problems.push(...sentences);
  else if (to !== undefined) draft.add('comments', createTableComment(to));
}

/** Drops tables, those that refer to others first. */
export function dropTables(tables: readonly CatalogObject[], draft: Draft): void {
  const left = [...tables];
  while (left.length > 0) {
    const isFree = (table: CatalogObject): boolean =>
      !left.some((other) => other !== table && isReferenceTo(other, table, draft.from));
    // A ring of references has no beginning: whichever is taken, PostgreSQL names the rest.
    const [table] = left.splice(Math.max(0, left.findIndex(isFree)), 1);
    const name = quoteLocalName(table?.name ?? '');
    draft.add('dropped tables', `DROP TABLE ${name}`);
    draft.losses.push(`DROP TABLE ${name}`);
  }
}

/** What belongs to a table in a snapshot, columns in their order. */
export function listParts(table: CatalogObject, { objects }: Snapshot): CatalogObject[] {
  const order = (table.facts['column order'] ?? '').split(', ');
  return Object.values(objects)
    .filter(({ parent }) => parent !== undefined && objects[parent] === table)
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

function createTable(table: CatalogObject, draft: Draft): void {
  const parts = listParts(table, draft.to);
  const of = (kind: CatalogObject['kind']): CatalogObject[] => parts.filter((part) => part.kind === kind);
  const known = ['column', 'constraint', 'index', 'trigger'];
  const strange = parts.filter(({ kind }) => !known.includes(kind)).map(({ kind, name }) => `${kind} ${name}`);
  const facts = Object.keys(table.facts).filter((fact) => !['column order', 'comment'].includes(fact));
  if (strange.length + facts.length > 0) {
    draft.problems.push(
      `table ${quoteLocalName(table.name)} has what entities cannot express: ${[...strange, ...facts].join(', ')}`,
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
    // When every new table is there.
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
