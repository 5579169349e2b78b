import type { ColumnRule } from './registry.js';
import { defineColumn, type Nullable } from './define-column.js';

/** The largest value of PostgreSQL's `integer`. */
export const INT4_MAX = 2_147_483_647;

interface Bounds extends Nullable {
  default?: number;
}

/** A score, probability or share: 0..1, both included. */
export function Score(options: Bounds = {}): PropertyDecorator {
  return defineDouble(options, createScoreRule);
}

/** A ratio against a baseline: 0 or more, finite, without upper bound. */
export function Ratio(options: Bounds = {}): PropertyDecorator {
  return defineDouble(options, createRatioRule);
}

/** A measured quantity in the unit its comment names: any finite number, negative ones included. */
export function Quantity(options: Bounds & { max?: number } = {}): PropertyDecorator {
  return defineDouble(options, createQuantityRule(options.max));
}

/** A count of things: a whole number from 0 to `max` (PostgreSQL's integer limit unless given). */
export function Count(options: Bounds & { max?: number } = {}): PropertyDecorator {
  const { nullable = false, max } = options;
  return defineColumn({ type: 'integer', nullable, ...getDefault(options) }, [createCountRule(max)]);
}

/** The rule of `Score`, for properties that are no columns; likewise the rules below. */
export const createScoreRule: ColumnRule = {
  kind: 'range',
  message: 'must be a number from 0 to 1',
  isValid: (value) => isFiniteNumber(value) && value >= 0 && value <= 1,
  // NaN sorts above every number in PostgreSQL, so the upper bound refuses it.
  sql: (column) => `${column} >= 0 AND ${column} <= 1`,
};

export const createRatioRule: ColumnRule = {
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

/** A finite number within bounds, both included. For JSON fields: no column has other bounds than the words above. */
export function createRangeRule(min: number, max: number): ColumnRule {
  return {
    kind: 'range',
    message: `must be a number from ${min} to ${max}`,
    isValid: (value) => isFiniteNumber(value) && value >= min && value <= max,
  };
}

// `double precision`, never `real`: real reads 0.82 back as 0.81999999 and misses the 0.82 threshold; `numeric` comes back
// from the driver as a string.
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
