import type { CatalogObject, Snapshot } from '../schema/snapshot.js';
import { bare, localName, quoted } from './names.js';

/** A column that keeps its values under another name. Names without quotes. */
export interface ColumnRename {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** Columns that are dropped and columns of the same type that are added to the same table: each pair may be one column renamed. */
export function renameCandidates(is: Snapshot, shouldBe: Snapshot): ColumnRename[] {
  return columnsOnlyIn(is, shouldBe).flatMap((gone) =>
    columnsOnlyIn(shouldBe, is)
      .filter((column) => column.parent === gone.parent && column.facts.type === gone.facts.type)
      .map((column) => renameOf(gone, column)),
  );
}

/** Whether the one column would be dropped and the other added. */
export function isRenamable({ table, from, to }: ColumnRename, is: Snapshot, shouldBe: Snapshot): boolean {
  const has = (columns: readonly CatalogObject[], name: string): boolean =>
    columns.some((column) => tableOf(column) === table && bare(column.name) === name);
  return has(columnsOnlyIn(is, shouldBe), from) && has(columnsOnlyIn(shouldBe, is), to);
}

/** The tables that lose a column of the one name and get one of the other. */
export function tablesWithRename(from: string, to: string, is: Snapshot, shouldBe: Snapshot): string[] {
  const tables = new Set(columnsOnlyIn(is, shouldBe).map(tableOf));
  return [...tables].filter((table) => isRenamable({ table, from, to }, is, shouldBe));
}

export function renameSql({ table, from, to }: ColumnRename): string {
  return `ALTER TABLE ${quoted(table)} RENAME COLUMN ${quoted(from)} TO ${quoted(to)}`;
}

export function reversedRename({ table, from, to }: ColumnRename): ColumnRename {
  return { table, from: to, to: from };
}

function renameOf(gone: CatalogObject, column: CatalogObject): ColumnRename {
  return { table: tableOf(gone), from: bare(gone.name), to: bare(column.name) };
}

function tableOf({ on = '' }: CatalogObject): string {
  return bare(localName(on));
}

/** Of tables that both have. */
function columnsOnlyIn(snapshot: Snapshot, other: Snapshot): CatalogObject[] {
  return Object.entries(snapshot.objects)
    .filter(([key, { kind, parent = '' }]) => kind === 'column' && !(key in other.objects) && parent in other.objects)
    .map(([, column]) => column);
}
