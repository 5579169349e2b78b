import { judgeItems, judgeShape, judgeValues } from './judge.js';
import type { ColumnRule, EntityClass, Fault } from './registry.js';
import { isStorable } from './text.js';
import { defineWord, type Nullable } from './word.js';

/** Deeper nesting is no data of ours, and recursion over it could exhaust the stack. */
export const MAX_DEPTH = 32;

interface JsonObjectOptions extends Nullable {
  /** NOT NULL, and `{}` when left out. */
  default?: boolean;
  /** The class that describes its fields. A row read back holds plain objects of that shape, not instances. */
  of?: () => EntityClass;
  /** What each of its values must be, whatever their names. */
  values?: readonly ColumnRule[];
}

/**
 * A JSON object: `jsonb`. PostgreSQL asks for an object and no more (jsonb_typeof); what is in it is asked before save only.
 * A CHECK over nested fields would have to be migrated with each new key, and JSON is where keys may come and go.
 */
export function JsonObject(options: JsonObjectOptions = {}): PropertyDecorator {
  const fallback = options.default ? { default: {} } : {};
  return defineWord({ type: 'jsonb', nullable: options.nullable ?? false, ...fallback }, [
    plainJson,
    {
      kind: 'shape',
      sentence: 'must be a JSON object',
      holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      sql: (column) => `jsonb_typeof(${column}) = 'object'`,
      decisive: true,
    },
    ...objectContent(options),
  ]);
}

interface JsonListOptions {
  /** The class that describes each item. */
  of?: () => EntityClass;
  /** What each item must be, where items are no objects. */
  items?: readonly ColumnRule[];
}

/** A JSON list: `jsonb`, NOT NULL, empty by default. What is in it is asked before save only, as for `JsonObject`. */
export function JsonList(options: JsonListOptions = {}): PropertyDecorator {
  return defineWord({ type: 'jsonb', default: [] }, [
    plainJson,
    {
      kind: 'shape',
      sentence: 'must be a JSON list',
      holds: (value) => Array.isArray(value),
      sql: (column) => `jsonb_typeof(${column}) = 'array'`,
      decisive: true,
    },
    ...listContent(options),
  ]);
}

/** A field of a JSON class that is itself described by a class. */
export function shapeRule(of: () => EntityClass): ColumnRule {
  return contentRule((value) => judgeShape(of(), value));
}

/** A field of a JSON class that is a list, each item of which holds the rules. */
export function listRule(...items: readonly ColumnRule[]): ColumnRule {
  return contentRule((value) => judgeItems(items, value));
}

/** Any JSON object, as a field of an input or JSON class. */
export const jsonObjectRule: ColumnRule = {
  kind: 'json',
  sentence: 'must be a plain JSON object',
  holds: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && isPlainJson(value, MAX_DEPTH),
};

function objectContent({ of, values }: JsonObjectOptions): ColumnRule[] {
  return [
    ...(of === undefined ? [] : [shapeRule(of)]),
    ...(values === undefined ? [] : [contentRule((value) => judgeValues(values, value))]),
  ];
}

function listContent({ of, items }: JsonListOptions): ColumnRule[] {
  if (of !== undefined) return [listRule(shapeRule(of))];
  return items === undefined ? [] : [listRule(...items)];
}

function contentRule(faults: (value: unknown) => readonly Fault[]): ColumnRule {
  return {
    kind: 'content',
    sentence: 'must hold what it is for',
    holds: (value) => faults(value).length === 0,
    faults,
  };
}

const plainJson: ColumnRule = {
  kind: 'json',
  sentence:
    `must be plain JSON: no NaN, dates, functions, NUL, broken Unicode or __proto__ keys, ` +
    `at most ${MAX_DEPTH} levels deep`,
  holds: (value) => isPlainJson(value, MAX_DEPTH),
  // No CHECK: what is not JSON does not reach the column. JSON.stringify would turn it into something else, in silence.
  decisive: true,
};

function isPlainJson(value: unknown, depth: number): boolean {
  if (depth < 0) return false;
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return isStorable(value);
  // Not `every`, which passes over holes; JSON would fill them with null.
  if (Array.isArray(value)) return Array.from(value as unknown[]).every((item) => isPlainJson(item, depth - 1));
  return typeof value === 'object' && isPlainObject(value, depth);
}

function isPlainObject(value: object, depth: number): boolean {
  // By its tag, not by `instanceof`: sets, maps, errors, regular expressions and boxed texts keep what they hold out of their
  // properties, and JSON would write {} for it in silence; instances of our JSON classes are plain enough.
  if (Object.prototype.toString.call(value) !== '[object Object]' || 'toJSON' in value) return false;
  return Object.entries(value).every(
    // An undefined property is simply not written. `__proto__` is, and would change whatever it is merged into later.
    ([key, item]) => isStorable(key) && key !== '__proto__' && (item === undefined || isPlainJson(item, depth - 1)),
  );
}
