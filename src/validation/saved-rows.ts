import type { EntityMetadata } from 'typeorm';
import type { SaveCall, SavedRow } from '../connection/save-call.js';

/** The rows of the calls of save() that are under way. */
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
 * Runs a save() whose rows `isBeingSaved`. Afterwards the columns that an update was not given are absent from its object, as
 * they were: TypeORM sets those that may be null to null, whatever is stored, and the next save() would store that null.
 */
export async function trackRows(call: SaveCall, save: () => Promise<unknown>): Promise<unknown> {
  const tracked = call.rows.map((saved) => {
    const state = { inserted: !saved.metadata.hasId(saved.row) };
    rows.set(saved.row, state);
    return { saved, state, absent: absentColumns(saved) };
  });
  try {
    return await save();
  } finally {
    for (const { saved, state, absent } of tracked) {
      if (rows.get(saved.row) === state) rows.delete(saved.row);
      if (!state.inserted) for (const column of absent) removeNull(saved, column);
    }
  }
}

interface AbsentColumn {
  readonly property: string;
  /** The object has the property, set to undefined. */
  readonly own: boolean;
}

function absentColumns({ row, metadata }: SavedRow): AbsentColumn[] {
  return metadata.columns
    .filter((column) => column.isNullable && isAbsent(row, column))
    .map(({ propertyName: property }) => ({ property, own: Object.hasOwn(row, property) }));
}

/** A relation that is given gives its foreign key. */
function isAbsent(row: object, column: EntityMetadata['columns'][number]): boolean {
  return column.getEntityValue(row) === undefined && column.relationMetadata?.getEntityValue(row) === undefined;
}

function removeNull({ row }: SavedRow, { property, own }: AbsentColumn): void {
  if (row[property] !== null) return;
  if (own) row[property] = undefined;
  else Reflect.deleteProperty(row, property);
}
