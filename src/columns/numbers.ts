import type { ColumnRule } from './registry.js';
import { defineColumn, type Nullable } from './define-column.js';

/** Largest value of PostgreSQL's `integer`. */
export const INT4_MAX = 2_147_483_647;

interface Bounds extends Nullable {
  default?: number;
}

/** Column decorator: a score, probability or share, `double precision`, 0..1 inclusive; NOT NULL unless `nullable`. */
export function Score(options: Bounds = {}): PropertyDecorator {
  return defineDouble(options, scoreRule);
}

/** Column decorator: a ratio, `double precision`, 0 or more and finite; NOT NULL unless `nullable`. */
export function Ratio(options: Bounds = {}): PropertyDecorator {
  return defineDouble(options, ratioRule);
}

/**
 * Column decorator: a measured quantity in the unit that the comment of the property names, `double precision`; any finite number up
 * to `max`, also negative; NOT NULL unless `nullable`.
 */
export function Quantity(options: Bounds & { max?: number } = {}): PropertyDecorator {
  return defineDouble(options, createQuantityRule(options.max));
}

/** Column decorator: a count, `integer`, a whole number 0..`max` (default 2,147,483,647); NOT NULL unless `nullable`. */
export function Count(options: Bounds & { max?: number } = {}): PropertyDecorator {
  const { nullable = false, max } = options;
  return defineColumn({ type: 'integer', nullable, ...getDefault(options) }, [createCountRule(max)]);
}

/** The rule of `Score`, also for properties that are not columns. The same applies to the rules below. */
export const scoreRule: ColumnRule = {
  kind: 'range',
  message: 'must be a number from 0 to 1',
  isValid: (value) => isFiniteNumber(value) && value >= 0 && value <= 1,
  // In PostgreSQL NaN is greater than every number, so the upper bound refuses it.
  sql: (column) => `${column} >= 0 AND ${column} <= 1`,
};

export const ratioRule: ColumnRule = {
  kind: 'range',
  message: 'must be a finite number, 0 or more',
  isValid: (value) => isFiniteNumber(value) && value >= 0,
  // A bare `>= 0` accepts NaN and Infinity.
  sql: (column) => `${column} >= 0 AND ${column} < 'Infinity'`,
};

export function createQuantityRule(max?: number): ColumnRule {
  return {
    kind: 'range',
    message: max === undefined ? 'must be a finite number' : `must be a finite number, at most ${max}`,
    isValid: (value) => isFiniteNumber(value) && (max === undefined || value <= max),
    sql: (column) => `${column} > '-Infinity' AND ${column} ${max === undefined ? `< 'Infinity'` : `<= ${max}`}`,
  };
}

export function createCountRule(max: number = INT4_MAX): ColumnRule {
  return {
    kind: 'range',
    message: `must be a whole number from 0 to ${max}`,
    isValid: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max,
    sql: (column) => `${column} >= 0${max < INT4_MAX ? ` AND ${column} <= ${max}` : ''}`,
  };
}

/** Creates the rule for a number `min`..`max` inclusive, for JSON fields. */
export function createRangeRule(min: number, max: number): ColumnRule {
  return {
    kind: 'range',
    message: `must be a number from ${min} to ${max}`,
    isValid: (value) => isFiniteNumber(value) && value >= min && value <= max,
  };
}

// `double precision`, because `real` returns 0.82 as 0.81999999, which is below the threshold 0.82, and the driver returns
// `numeric` as a string.
function defineDouble(options: Bounds, rule: ColumnRule): PropertyDecorator {
  return defineColumn({ type: 'double precision', nullable: options.nullable ?? false, ...getDefault(options) }, [
    rule,
  ]);
}

function getDefault(options: Bounds): { default?: number } {
  return options.default === undefined ? {} : { default: options.default };
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
