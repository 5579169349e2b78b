import { types } from 'node:util';
import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';

/** TypeORM exports it under no name. */
export type ColumnMetadata = EntityMetadata['columns'][number];

type Driver = DataSource['driver'];

/**
 * Puts the rows that an INSERT returned to the rows that were given. PostgreSQL returns a row for each that it stored, in the order
 * given: with ON CONFLICT it may be fewer, and then their position says nothing.
 *
 * @param keys columns by which a returned row is recognised; none = it cannot be.
 * @returns for each row given the one returned, undefined where none is certain.
 */
export function alignReturned(
  given: readonly ObjectLiteral[],
  returned: readonly ObjectLiteral[],
  keys: readonly ColumnMetadata[],
  driver: Driver,
): (ObjectLiteral | undefined)[] {
  if (returned.length === given.length) return [...returned];
  const isReturned = returned.every((row) => keys.every(({ databaseName }) => Object.hasOwn(row, databaseName)));
  if (keys.length === 0 || !isReturned) return given.map(() => undefined);
  const byKey = new Map(returned.map((row) => [returnedKey(row, keys, driver), row]));
  const wanted = given.map((row) => givenKey(row, keys, driver));
  // Of two rows with one key, nobody knows which was stored.
  const repeated = repeatedIn(wanted);
  return wanted.map((key) => (key === undefined || repeated.has(key) ? undefined : byKey.get(key)));
}

/** The keys that more than one row has. */
export function repeatedIn(keys: readonly (string | undefined)[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const key of keys) {
    if (key === undefined) continue;
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
  }
  return repeated;
}

/** The columns that ON CONFLICT names; where it names none, all that can conflict and that every row gives. */
export function conflictColumns(
  metadata: EntityMetadata,
  rows: readonly ObjectLiteral[],
  conflict: string | readonly string[] | undefined,
): ColumnMetadata[] {
  if (typeof conflict === 'object')
    return metadata.columns.filter(({ databaseName }) => conflict.includes(databaseName));
  const unique = [
    ...metadata.primaryColumns,
    ...metadata.uniques.flatMap(({ columns }) => columns),
    ...metadata.indices.filter(({ isUnique }) => isUnique).flatMap(({ columns }) => columns),
  ];
  return [...new Set(unique)].filter((column) => rows.every((row) => isSingle(column.getEntityValue(row))));
}

/** What a row has in these columns, as a text to compare; undefined where only PostgreSQL knows it. */
export function givenKey(row: ObjectLiteral, columns: readonly ColumnMetadata[], driver: Driver): string | undefined {
  const values: unknown[] = columns.map((column) => column.getEntityValue(row) as unknown);
  if (!values.every(isSingle)) return undefined;
  return keyOf(columns, (column, index) => driver.prepareHydratedValue(values[index], column) as unknown);
}

function returnedKey(row: ObjectLiteral, columns: readonly ColumnMetadata[], driver: Driver): string {
  return keyOf(columns, (column) => driver.prepareHydratedValue(row[column.databaseName], column) as unknown);
}

function keyOf(
  columns: readonly ColumnMetadata[],
  valueOf: (column: ColumnMetadata, index: number) => unknown,
): string {
  return JSON.stringify(columns.map(valueOf));
}

/** Null is a value; what is left out or given as SQL is known after the write only. */
function isSingle(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value) || types.isDate(value);
}
