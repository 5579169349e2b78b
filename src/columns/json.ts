import { defineColumn, type Nullable } from './define-column.js';
import type { ColumnRule, EntityClass, Issue } from './registry.js';
import { isStorable } from './text.js';
import { isObject, validateItems, validateShape, validateValues } from './validators.js';

/** Largest depth of JSON values. Deeper recursion could exhaust the stack. */
export const MAX_DEPTH = 32;

/** Default limit of a JSON value in PostgreSQL, in bytes: 64 KiB. */
const MAX_JSON_BYTES = 65_536;

/**
 * Creates the rule for the size of a JSON value in bytes. It counts as the CHECK does: the text form of `jsonb`, with spaces after
 * `,` and `:` and numbers without exponent. Counting stops at the limit, so an object with many references to one large value is
 * refused quickly.
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
const CYCLE = 'must be plain JSON without an object or list that contains itself';

/** Refuses values that JSON.stringify would silently change. No CHECK, because such values never reach the column. */
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

/** @param parents the objects and lists that contain the value */
function findJsonIssue(value: unknown, parents: readonly unknown[]): string | undefined {
  if (parents.length > MAX_DEPTH) return TOO_DEEP;
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : NOT_PLAIN;
  if (typeof value === 'string') return isStorable(value) ? undefined : NOT_PLAIN;
  if (typeof value !== 'object') return NOT_PLAIN;
  if (parents.includes(value)) return CYCLE;
  if (!Array.isArray(value)) return findObjectIssue(value, [...parents, value]);
  // Array.from, because `some` skips holes, which JSON would fill with null.
  return findFirstIssue(Array.from(value as unknown[]), [...parents, value]);
}

function findObjectIssue(value: object, parents: readonly unknown[]): string | undefined {
  if (!isTaggedObject(value) || 'toJSON' in value) return NOT_PLAIN;
  const entries = Object.entries(value);
  // JSON would contain `__proto__`, which changes objects it is merged into later. It does not contain undefined properties.
  if (entries.some(([key]) => !isStorable(key) || key === '__proto__')) return NOT_PLAIN;
  return findFirstIssue(
    entries.map(([, item]) => item as unknown).filter((item) => item !== undefined),
    parents,
  );
}

// Compares the tag and not `instanceof`, which fails across realms. Instances of JSON classes are allowed. Sets, maps, errors,
// regular expressions and boxed texts are not: JSON would silently write {} for them.
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
 * Returns how many of the `left` bytes remain after the value, negative when it does not fit. A value that is not JSON or too deep
 * counts as one byte, because other rules refuse it.
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
  // A character has at least one byte. This avoids encoding huge texts.
  if (text.length > most) return text.length;
  // Most texts need no encoding to be counted: one byte for each character, and two quotes.
  return UNESCAPED.test(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));
}

/** Printable ASCII without `"` and `\`. */
const UNESCAPED = /^[ !#-[\]-~]*$/;

/** Counts the bytes of a number as PostgreSQL's numeric prints it: 1e21 with all zeros. */
function countNumberBytes(value: number): number {
  if (Number.isSafeInteger(value)) return String(value).length;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(JSON.stringify(value)) ?? [];
  const digits = whole.length + fraction.length;
  const point = whole.length + Number(exponent);
  if (point <= 0) return sign.length + 2 - point + digits;
  return sign.length + (point >= digits ? point : digits + 1);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

interface JsonSize {
  /** Largest size of the text form in PostgreSQL, in bytes. Default 65,536. */
  maxBytes?: number;
}

interface JsonObjectOptions extends Nullable, JsonSize {
  /** True: NOT NULL, and `{}` when absent. */
  default?: boolean;
  /** Class that describes the fields. Rows that are read contain plain objects, not instances of it. */
  of?: () => EntityClass;
  /** Rules for every value, whatever its key. */
  values?: readonly ColumnRule[];
}

/**
 * Column decorator: a JSON object, `jsonb`; NOT NULL unless `nullable`. The CHECKs require an object (jsonb_typeof) of limited size.
 * Only the validator checks the content, because CHECKs over nested fields would need a migration for each new key.
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
  /** Class that describes each item. */
  of?: () => EntityClass;
  /** Rules for each item, if items are not objects. */
  items?: readonly ColumnRule[];
}

/**
 * Column decorator: a JSON list, `jsonb`, NOT NULL, empty by default. The CHECKs require a list of limited size; only the validator
 * checks the content, as with `JsonObject`.
 */
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

/** Creates the rule for a field of a JSON class that another class describes. */
export function createShapeRule(of: () => EntityClass): ColumnRule {
  return createContentRule((value) => validateShape(of(), value));
}

/** Creates the rule for a field of a JSON class that is a list, with rules for each item. */
export function createListRule(...items: readonly ColumnRule[]): ColumnRule {
  return createContentRule((value) => validateItems(items, value));
}

/** The rule for any JSON object, as a field of an input class or JSON class. */
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
    message: 'must have valid content',
    isValid: (value) => issues(value).length === 0,
    issues,
  };
}

// The size comes first: it stops at the limit, so the other rules never walk through huge values.
function defineBoundedJson({ maxBytes = MAX_JSON_BYTES }: JsonSize): ColumnRule[] {
  return [createJsonSizeRule(maxBytes), plainJsonRule];
}
