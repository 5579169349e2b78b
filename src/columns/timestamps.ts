import { types } from 'node:util';
import { CreateDateColumn, UpdateDateColumn, type ColumnOptions } from 'typeorm';
import type { ColumnRule } from './registry.js';
import { defineColumn, type Nullable } from './define-column.js';

/** January 1, 10000 in seconds since 1970. Later years are read incorrectly, and 'infinity' is not a JavaScript Date. */
const YEAR_10000 = 253_402_300_800;

// Precision 3, because a JavaScript Date has milliseconds: a value is read as it was written.
const TIMESTAMP_COLUMN = {
  type: 'timestamptz',
  precision: 3,
  // TypeORM compares with `instanceof`, and would write an unchanged Date of another realm again.
  transformer: { to: toOwnDate, from: (value: unknown) => value },
} as const satisfies ColumnOptions;

const ISO_TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;

const inRange: ColumnRule = {
  kind: 'range',
  message: 'must be a valid Date between the years 1970 and 9999',
  isValid: (value) => isDate(value) && getTime(value) >= 0 && getTime(value) < YEAR_10000 * 1000,
  // Date literals would be printed in the time zone of the session, so two equal catalogs would differ.
  sql: (column) => `${column} >= to_timestamp(0) AND ${column} < to_timestamp(${YEAR_10000})`,
};

/** The rule for a timestamp inside JSON: ISO 8601 in UTC like `Date.toISOString`, fractions of a second optional. */
export const isoTimestampRule: ColumnRule = {
  kind: 'moment',
  message: 'must be a UTC timestamp like 2026-01-31T23:59:59.000Z',
  isValid: (value) => typeof value === 'string' && ISO_TIMESTAMP.test(value) && isRealTimestamp(value),
};

/**
 * Column decorator: `timestamptz(3)`, a Date in the years 1970..9999; NOT NULL unless `nullable`. With `now: true` the database sets
 * it to the current time when absent.
 */
export function Timestamp(options: Nullable & { now?: boolean } = {}): PropertyDecorator {
  const fallback = options.now ? { default: () => 'now()' } : {};
  return defineColumn({ ...TIMESTAMP_COLUMN, nullable: options.nullable ?? false, ...fallback }, [inRange]);
}

/** Column decorator: when the row was written. Set by the database. */
export function CreatedAt(): PropertyDecorator {
  return defineColumn(
    { ...TIMESTAMP_COLUMN, default: () => 'now()', comment: 'When the row was written.' },
    [inRange],
    CreateDateColumn,
  );
}

/** Column decorator: when the row was last changed. Set by the database on insert and by TypeORM on update; raw SQL must set it. */
export function UpdatedAt(): PropertyDecorator {
  return defineColumn(
    { ...TIMESTAMP_COLUMN, default: () => 'now()', comment: 'When the row was last changed.' },
    [inRange],
    UpdateDateColumn,
  );
}

/** Column decorator: a calendar day, `date`, as text `YYYY-MM-DD` in the years 1970..9999, without time zone; NOT NULL. */
export function Day(): PropertyDecorator {
  return defineColumn({ type: 'date' }, [dayRule]);
}

export const dayRule: ColumnRule = {
  kind: 'range',
  message: 'must be a calendar day written YYYY-MM-DD, from 1970-01-01 to 9999-12-31',
  isValid: isDay,
  sql: (column) => `${column} BETWEEN '1970-01-01' AND '9999-12-31'`,
};

/**
 * Returns true for a Date of any realm. Jest and `node:vm` run code in separate realms, whose dates are not instances of this
 * realm's Date.
 */
export function isDate(value: unknown): value is Date {
  return types.isDate(value);
}

/** Copies a Date into this realm, without extra properties. Returns other values unchanged. */
export function toOwnDate(value: unknown): unknown {
  return isDate(value) ? new Date(getTime(value)) : value;
}

// Not `date.getTime()`, which a subclass may override.
function getTime(date: Date): number {
  return Date.prototype.getTime.call(date);
}

function isRealTimestamp(text: string): boolean {
  const timestamp = new Date(text);
  return inRange.isValid(timestamp) && timestamp.toISOString().slice(0, 19) === text.slice(0, 19);
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value) || value < '1970-01-01') return false;
  const midnight = new Date(`${value}T00:00:00Z`);
  // JavaScript accepts February 30 as a day in March.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(value);
}
