import { createRequire } from 'node:module';
import pg from 'pg';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { StoredColumn } from './checks.js';
import { isSame } from './equality.js';

const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils.js') as {
  prepareValue: (value: unknown) => Buffer | string | null;
};

const parserOf = pg.types.getTypeParser as (typeId: number, format: 'text') => (text: string) => unknown;

/** What TypeORM and node-postgres send to PostgreSQL for a value. */
export type Wire =
  /** A parameter, as text. */
  | { readonly sent: string | null }
  /** DEFAULT instead of a value. */
  | { readonly absent: true }
  /** Nothing, because TypeORM or node-postgres threw. */
  | { readonly failed: string }
  /** A binary parameter for a Buffer, which no column accepts. It is not tried. */
  | { readonly binary: true };

/** Converts a value to what TypeORM and node-postgres would send. Not for functions, which TypeORM takes for SQL. */
export function toWire(column: ColumnMetadata, value: unknown): Wire {
  try {
    const prepared = prepare(column, value);
    if (prepared === undefined) return { absent: true };
    const sent = prepareValue(withoutInvalidDates(prepared));
    return Buffer.isBuffer(sent) ? { binary: true } : { sent };
  } catch (error) {
    return { failed: error instanceof Error ? error.name : 'unknown' };
  }
}

/** Whether node-postgres would print a warning about an invalid Date. */
export function isWarnedOf(column: ColumnMetadata, value: unknown): boolean {
  try {
    const prepared = prepare(column, value);
    return !isSame(prepared, withoutInvalidDates(prepared));
  } catch {
    return false;
  }
}

function prepare(column: ColumnMetadata, value: unknown): unknown {
  const given: unknown = column.getEntityValue({ [column.propertyName]: value });
  return driverOf(column).preparePersistentValue(given, column);
}

/** Converts PostgreSQL's text of a stored value to what TypeORM would return. */
export function fromWire(column: ColumnMetadata, { typeId }: StoredColumn, text: string | null): unknown {
  const parsed: unknown = text === null ? null : parserOf(typeId, 'text')(text);
  return driverOf(column).prepareHydratedValue(parsed, column);
}

/** Replaces an invalid Date with the text that node-postgres sends for it, because node-postgres also prints a warning. */
function withoutInvalidDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutInvalidDates);
  return value instanceof Date && Number.isNaN(value.getTime()) ? '0NaN-NaN-NaNTNaN:NaN:NaN.NaN+NaN:NaN' : value;
}

interface Driver {
  preparePersistentValue(value: unknown, column: ColumnMetadata): unknown;
  prepareHydratedValue(value: unknown, column: ColumnMetadata): unknown;
}

function driverOf(column: ColumnMetadata): Driver {
  return column.entityMetadata.dataSource.driver;
}
