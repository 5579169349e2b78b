import type { ColumnRule } from './registry.js';
import { isStorable } from './text.js';
import { defineWord, type Nullable } from './word.js';

/** Deeper nesting is no data of ours, and recursion over it could exhaust the stack. */
const MAX_DEPTH = 32;

/** A JSON object: `jsonb`. With `default: true` NOT NULL and `{}` when left out. */
export function JsonObject(options: Nullable & { default?: boolean } = {}): PropertyDecorator {
  const fallback = options.default ? { default: {} } : {};
  return defineWord({ type: 'jsonb', nullable: options.nullable ?? false, ...fallback }, [
    plainJson,
    {
      kind: 'shape',
      sentence: 'must be a JSON object',
      holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      sql: (column) => `jsonb_typeof(${column}) = 'object'`,
    },
  ]);
}

/** A JSON list: `jsonb`, NOT NULL, empty by default. */
export function JsonList(): PropertyDecorator {
  return defineWord({ type: 'jsonb', default: [] }, [
    plainJson,
    {
      kind: 'shape',
      sentence: 'must be a JSON list',
      holds: (value) => Array.isArray(value),
      sql: (column) => `jsonb_typeof(${column}) = 'array'`,
    },
  ]);
}

const plainJson: ColumnRule = {
  kind: 'json',
  sentence: `must be plain JSON: no NaN, dates, functions, NUL or broken Unicode, at most ${MAX_DEPTH} levels deep`,
  holds: (value) => isPlainJson(value, MAX_DEPTH),
  // No CHECK: what is not JSON does not reach the column. JSON.stringify would turn it into something else, in silence.
};

function isPlainJson(value: unknown, depth: number): boolean {
  if (depth < 0) return false;
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return isStorable(value);
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth - 1));
  return typeof value === 'object' && isPlainObject(value, depth);
}

function isPlainObject(value: object, depth: number): boolean {
  if (value instanceof Date || 'toJSON' in value) return false;
  return Object.entries(value).every(
    // An undefined property is simply not written.
    ([key, item]) => isStorable(key) && (item === undefined || isPlainJson(item, depth - 1)),
  );
}
