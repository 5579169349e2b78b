import { defineColumn, type Nullable } from './define-column.js';
import type { ColumnRule, EntityClass, Issue } from './registry.js';
import { isStorable } from './text.js';
import { isObject, validateItems, validateShape, validateValues } from './validators.js';

/** Deeper nesting is no data of ours, and recursion over it could exhaust the stack. */
export const MAX_DEPTH = 32;

/** The size of a JSON value in PostgreSQL, unless its column says otherwise: 64 KiB. */
const MAX_JSON_BYTES = 65_536;

/**
 * At most so many bytes, counted as PostgreSQL does for its CHECK: the text form of `jsonb`, which has spaces behind `,` and
 * `:` and writes numbers without exponent. Counting stops at the bound: a value that is shared, and so written many times,
 * costs no more than one that is too large.
 */
export function createJsonSizeRule(maxBytes: number): ColumnRule {
  return {
    kind: 'size',
    message: `must be at most ${maxBytes} bytes of JSON`,
    isValid: (value) => countBytesLeft(value, maxBytes, MAX_DEPTH) >= 0,
    sql: (column) => `octet_length(${column}::text) <= ${maxBytes}`,
    stopOnFailure: true,
  };
}

const NOT_PLAIN = 'must be plain JSON: no NaN, dates, functions, NUL, broken Unicode or __proto__ keys';
const TOO_DEEP = `must be plain JSON, at most ${MAX_DEPTH} levels deep`;
const CYCLE = 'must be plain JSON: an object or list in it contains itself';

/** What JSON.stringify would turn into something else, without an error. No CHECK: it does not reach the column. */
const plainJsonRule: ColumnRule = {
  kind: 'json',
  message: `${NOT_PLAIN}, at most ${MAX_DEPTH} levels deep`,
  isValid: (value) => findJsonIssue(value, []) === undefined,
  issues: (value) => findIssues(findJsonIssue(value, [])),
  stopOnFailure: true,
};

function findIssues(message: string | undefined): Issue[] {
  return message === undefined ? [] : [{ path: '', kind: 'json', message }];
}

/** @param parents the objects and lists around the value. */
function findJsonIssue(value: unknown, parents: readonly unknown[]): string | undefined {
  if (parents.length > MAX_DEPTH) return TOO_DEEP;
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : NOT_PLAIN;
  if (typeof value === 'string') return isStorable(value) ? undefined : NOT_PLAIN;
  if (typeof value !== 'object') return NOT_PLAIN;
  if (parents.includes(value)) return CYCLE;
  if (!Array.isArray(value)) return findObjectIssue(value, [...parents, value]);
  // Array.from, since iteration by `some` passes over holes, which JSON would fill with null.
  return findFirstIssue(Array.from(value as unknown[]), [...parents, value]);
}

function findObjectIssue(value: object, parents: readonly unknown[]): string | undefined {
  if (!isTaggedObject(value) || 'toJSON' in value) return NOT_PLAIN;
  const entries = Object.entries(value);
  // `__proto__` is written, and would change whatever it is merged into later. An undefined property is not written.
  if (entries.some(([key]) => !isStorable(key) || key === '__proto__')) return NOT_PLAIN;
  return findFirstIssue(
    entries.map(([, item]) => item as unknown).filter((item) => item !== undefined),
    parents,
  );
}

// By its tag, not by `instanceof`: sets, maps, errors, regular expressions and boxed texts keep what they hold out of their
// properties, and JSON would write {} for it in silence; instances of our JSON classes are plain enough.
function isTaggedObject(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function findFirstIssue(items: readonly unknown[], parents: readonly unknown[]): string | undefined {
  for (const item of items) {
    const issue = findJsonIssue(item, parents);
    if (issue !== undefined) return issue;
  }
  return undefined;
}

/**
 * How many bytes of `left` remain behind the value; negative when it does not fit. What is no JSON, or too deep, counts as one byte:
 * the other rules refuse it.
 */
function countBytesLeft(value: unknown, left: number, depth: number): number {
  if (depth < 0 || left < 0) return left - 1;
  if (typeof value === 'string') return left - countTextBytes(value, left);
  if (typeof value === 'number') return left - countNumberBytes(value);
  if (typeof value === 'boolean') return left - (value ? 4 : 5);
  if (typeof value !== 'object') return left - 1;
  if (value === null) return left - 4;
  return Array.isArray(value) ? countListBytesLeft(value, left, depth) : countObjectBytesLeft(value, left, depth);
}

function countListBytesLeft(list: readonly unknown[], left: number, depth: number): number {
  let rest = left - 2 * Math.max(list.length, 1);
  for (let index = 0; index < list.length && rest >= 0; index += 1) rest = countBytesLeft(list[index], rest, depth - 1);
  return rest;
}

function countObjectBytesLeft(value: object, left: number, depth: number): number {
  if (!isTaggedObject(value)) return left - 1;
  let rest = left - 2;
  let isFirst = true;
  for (const key of Object.keys(value)) {
    if (rest < 0) break;
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    rest = countBytesLeft(item, rest - countTextBytes(key, rest) - (isFirst ? 2 : 4), depth - 1);
    isFirst = false;
  }
  return rest;
}

function countTextBytes(text: string, most: number): number {
  // A character is at least a byte: saves copying thirty megabytes.
  return text.length > most ? text.length : Buffer.byteLength(JSON.stringify(text));
}

/** As PostgreSQL's numeric prints it: 1e21 with all its zeros. */
function countNumberBytes(value: number): number {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(JSON.stringify(value)) ?? [];
  const digits = whole.length + fraction.length;
  const point = whole.length + Number(exponent);
  if (point <= 0) return sign.length + 2 - point + digits;
  return sign.length + (point >= digits ? point : digits + 1);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

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
  return defineColumn({ type: 'jsonb', nullable: options.nullable ?? false, ...fallback }, [
    ...defineBoundedJson(options),
    {
      kind: 'shape',
      message: 'must be a JSON object',
      isValid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      sql: (column) => `jsonb_typeof(${column}) = 'object'`,
      stopOnFailure: true,
    },
    ...createObjectContentRule(options),
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
  return defineColumn({ type: 'jsonb', default: [] }, [
    ...defineBoundedJson(options),
    {
      kind: 'shape',
      message: 'must be a JSON list',
      isValid: (value) => Array.isArray(value),
      sql: (column) => `jsonb_typeof(${column}) = 'array'`,
      stopOnFailure: true,
    },
    ...createListContentRule(options),
  ]);
}

/** A field of a JSON class that is itself described by a class. */
export function createShapeRule(of: () => EntityClass): ColumnRule {
  return createContentRule((value) => validateShape(of(), value));
}

/** A field of a JSON class that is a list, each item of which holds the rules. */
export function createListRule(...items: readonly ColumnRule[]): ColumnRule {
  return createContentRule((value) => validateItems(items, value));
}

/** Any JSON object, as a field of an input or JSON class. */
export const jsonObjectRule: ColumnRule = {
  kind: 'json',
  message: 'must be a plain JSON object',
  isValid: (value) => isObject(value) && plainJsonRule.isValid(value),
};

function createObjectContentRule({ of, values }: JsonObjectOptions): ColumnRule[] {
  return [
    ...(of === undefined ? [] : [createShapeRule(of)]),
    ...(values === undefined ? [] : [createContentRule((value) => validateValues(values, value))]),
  ];
}

function createListContentRule({ of, items }: JsonListOptions): ColumnRule[] {
  if (of !== undefined) return [createListRule(createShapeRule(of))];
  return items === undefined ? [] : [createListRule(...items)];
}

function createContentRule(issues: (value: unknown) => readonly Issue[]): ColumnRule {
  return {
    kind: 'content',
    message: 'must hold what it is for',
    isValid: (value) => issues(value).length === 0,
    issues,
  };
}

// The size first: it looks at no more values than fit, so that what is huge is not looked through by the rules after it.
function defineBoundedJson({ maxBytes = MAX_JSON_BYTES }: JsonSize): ColumnRule[] {
  return [createJsonSizeRule(maxBytes), plainJsonRule];
}
