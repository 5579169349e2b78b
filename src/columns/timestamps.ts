import { types } from 'node:util';
import { CreateDateColumn, UpdateDateColumn, type ColumnOptions } from 'typeorm';
import type { ColumnRule } from './registry.js';
import { defineColumn, type Nullable } from './define-column.js';

/** 1 January 10000 in seconds since 1970; later years read back wrong, and 'infinity' is no JavaScript Date at all. */
const YEAR_10000 = 253_402_300_800;

// Milliseconds: what a JavaScript Date can hold, so that a moment reads back equal. A time zone: a moment is one everywhere.
const MOMENT = {
  type: 'timestamptz',
  precision: 3,
  // TypeORM compares by `instanceof`, and would write a Date of another realm again though it is unchanged.
  transformer: { to: toOwnDate, from: (value: unknown) => value },
} as const satisfies ColumnOptions;

const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;

const inRange: ColumnRule = {
  kind: 'range',
  message: 'must be a valid Date between the years 1970 and 9999',
  isValid: (value) => isDate(value) && timeOf(value) >= 0 && timeOf(value) < YEAR_10000 * 1000,
  // Not as date literals: those would print by the session's time zone, and two equal catalogs would differ.
  sql: (column) => `${column} >= to_timestamp(0) AND ${column} < to_timestamp(${YEAR_10000})`,
};

/** A moment inside JSON, which has no dates: ISO 8601 in UTC, as `Date.toISOString` writes it; fractions of a second may lack. */
export const createIsoTimestampRule: ColumnRule = {
  kind: 'moment',
  message: 'must be a moment in UTC written like 2026-01-31T23:59:59.000Z',
  isValid: (value) => typeof value === 'string' && ISO_MOMENT.test(value) && isRealTimestamp(value),
};

/** A moment to the millisecond; `now: true` lets the database fill it in. */
export function Timestamp(options: Nullable & { now?: boolean } = {}): PropertyDecorator {
  const fallback = options.now ? { default: () => 'now()' } : {};
  return defineColumn({ ...MOMENT, nullable: options.nullable ?? false, ...fallback }, [inRange]);
}

/** When the row was written. Filled by the database. */
export function CreatedAt(): PropertyDecorator {
  return defineColumn(
    { ...MOMENT, default: () => 'now()', comment: 'When the row was written.' },
    [inRange],
    CreateDateColumn,
  );
}

/** When the row was last changed through this package. Filled by the database on insert, by TypeORM on update. */
export function UpdatedAt(): PropertyDecorator {
  return defineColumn(
    { ...MOMENT, default: () => 'now()', comment: 'When the row was last changed.' },
    [inRange],
    UpdateDateColumn,
  );
}

/** A calendar day as `YYYY-MM-DD`, without time or zone: the caller says whose day it is (UTC unless agreed otherwise). */
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
 * Is it a Date, of this realm or another? Jest and `node:vm` run code in realms of their own, whose dates are no instances of our
 * Date; `structuredClone` makes such dates there.
 */
export function isDate(value: unknown): value is Date {
  return types.isDate(value);
}

/** A copy, of our realm and without properties of its own; whatever is no Date stays as it is. */
export function toOwnDate(value: unknown): unknown {
  return isDate(value) ? new Date(timeOf(value)) : value;
}

// Of the Date itself: a subclass may say anything.
function timeOf(date: Date): number {
  return Date.prototype.getTime.call(date);
}

function isRealTimestamp(text: string): boolean {
  const moment = new Date(text);
  return inRange.isValid(moment) && moment.toISOString().slice(0, 19) === text.slice(0, 19);
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value) || value < '1970-01-01') return false;
  const midnight = new Date(`${value}T00:00:00Z`);
  // The 30th of February becomes a day of March, or no date at all.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(value);
}
