import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { SavedRow } from '../connection/save-call.js';

/** The rows of the calls of save() that are under way: copies, which each call makes for itself. */
const rows = new WeakMap<object, { inserted: boolean }>();

/** Does a save() write this object? If not, it comes from insert(), update(), upsert() or a query builder. */
export function isBeingSaved(row: unknown): boolean {
  return rows.has(row as object);
}

/** TypeORM announced that save() inserts this row. */
export function noteInsert(row: unknown): void {
  const state = rows.get(row as object);
  if (state) state.inserted = true;
}

/**
 * Writes the rows of a save(), which `isBeingSaved` until then. Afterwards the columns that an update was not given are absent from
 * them, as they were: TypeORM sets those that may be null to null, whatever is stored, and the next save() would store that null.
 */
export async function writeSavedRows(saved: readonly SavedRow[], write: () => Promise<unknown>): Promise<void> {
  const tracked = saved.map(({ row, metadata }) => {
    const state = { inserted: !metadata.hasId(row) };
    rows.set(row, state);
    return { row, state, absent: absentColumns(row, metadata) };
  });
  await write();
  for (const { row, state, absent } of tracked) {
    rows.delete(row);
    if (state.inserted) continue;
    for (const property of absent) if (row[property] === null) Reflect.deleteProperty(row, property);
  }
}

/** The nullable columns that a row does not give, neither by themselves nor by the relation whose foreign key they are. */
function absentColumns(row: ObjectLiteral, { columns }: EntityMetadata): string[] {
  const isAbsent = (column: EntityMetadata['columns'][number]): boolean =>
    column.getEntityValue(row) === undefined && column.relationMetadata?.getEntityValue(row) === undefined;
  return columns.filter((column) => column.isNullable && isAbsent(column)).map(({ propertyName }) => propertyName);
}
