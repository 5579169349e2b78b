import type { DataSource, ObjectLiteral } from 'typeorm';
import { toDatabaseError, type DatabaseError } from './errors.js';
import { givenKey, repeatedIn, type ColumnMetadata } from './returned-rows.js';

/** Rows of an upsert that give the same columns, and so can be written by one statement. */
export interface Shape {
  /** Positions in the list of all rows. */
  readonly positions: number[];
  /** Columns to overwrite where the row exists already; absent for an INSERT that overwrites nothing. */
  readonly overwrite?: readonly string[];
}

/**
 * @param columns that are inserted.
 * @param overwrite columns that the caller wants to overwrite, by their names in PostgreSQL.
 * @returns at least one shape, in the order in which their first rows were given.
 */
export function shapesOf(
  rows: readonly ObjectLiteral[],
  columns: readonly ColumnMetadata[] | undefined,
  overwrite: readonly string[] | undefined,
): Shape[] {
  if (columns === undefined || overwrite === undefined) return [{ positions: rows.map((_, position) => position) }];
  const wanted = columns.filter(({ databaseName }) => overwrite.includes(databaseName));
  const names = wanted.map(({ databaseName }) => databaseName);
  const shapes = new Map<string, Shape>();
  rows.forEach((row, position) => {
    const isGiven = wanted.map((column) => column.getEntityValue(row) !== undefined);
    const key = isGiven.join();
    const shape = shapes.get(key);
    if (shape !== undefined) shape.positions.push(position);
    else shapes.set(key, { positions: [position], overwrite: names.filter((_, index) => isGiven[index]) });
  });
  return [...shapes.values()];
}

/**
 * The error for rows of different shapes that have one key: PostgreSQL refuses them in one statement, and several statements would
 * overwrite the row twice.
 */
export function repeatedKeyError(
  rows: readonly ObjectLiteral[],
  keys: readonly ColumnMetadata[],
  driver: DataSource['driver'],
): DatabaseError | undefined {
  if (keys.length === 0 || repeatedIn(rows.map((row) => givenKey(row, keys, driver))).size === 0) return undefined;
  return toDatabaseError({ code: '21000', severity: 'ERROR', routine: 'ExecOnConflictUpdate' });
}
