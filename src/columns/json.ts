import { isObject, judgeItems, judgeShape, judgeValues } from './judge.js';
import { jsonSizeRule, MAX_JSON_BYTES, plainJsonRule } from './json-value.js';
import type { ColumnRule, EntityClass, Fault } from './registry.js';
import { defineWord, type Nullable } from './word.js';

interface JsonSize {
  /** The most bytes that its text may have in PostgreSQL. Default 65,536. */
  maxBytes?: number;
}

interface JsonObjectOptions extends Nullable, JsonSize {
  /** NOT NULL, and `{}` when left out. */
  default?: boolean;
  /** The class that describes its fields. A row read back holds plain objects of that shape, not instances. */
  of?: () => EntityClass;
  /** What each of its values must be, whatever their names. */
  values?: readonly ColumnRule[];
}

/**
 * A JSON object: `jsonb`. PostgreSQL asks for an object (jsonb_typeof) of limited size; what is in it is asked before save only.
 * A CHECK over nested fields would have to be migrated with each new key, and JSON is where keys may come and go.
 */
export function JsonObject(options: JsonObjectOptions = {}): PropertyDecorator {
  const fallback = options.default ? { default: {} } : {};
  return defineWord({ type: 'jsonb', nullable: options.nullable ?? false, ...fallback }, [
    ...boundedJson(options),
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

interface JsonListOptions extends JsonSize {
  /** The class that describes each item. */
  of?: () => EntityClass;
  /** What each item must be, where items are no objects. */
  items?: readonly ColumnRule[];
}

/** A JSON list: `jsonb`, NOT NULL, empty by default. What is in it is asked before save only, as for `JsonObject`. */
export function JsonList(options: JsonListOptions = {}): PropertyDecorator {
  return defineWord({ type: 'jsonb', default: [] }, [
    ...boundedJson(options),
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
  holds: (value) => isObject(value) && plainJsonRule.holds(value),
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

// The size first: it looks at no more values than fit, so that what is huge is not looked through by the rules after it.
function boundedJson({ maxBytes = MAX_JSON_BYTES }: JsonSize): ColumnRule[] {
  return [jsonSizeRule(maxBytes), plainJsonRule];
}
