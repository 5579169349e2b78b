import { quoteStandardLiteral } from '../errors/sql-text.js';
import { toCharacterClass, CONTROLS, INVISIBLE, toPostgresRegex, TRAILING_MARKS } from './characters.js';
import type { ColumnRule } from './registry.js';
import { isLength, isStorable, type TextFormat } from './text.js';
import { defineColumn } from './define-column.js';

/** Longest item of any list, in characters: an item is a term, a tag or a name. */
const ITEM_LENGTH = 100;

/** An item without a format of its own: free text that begins and ends with a visible character; marks may follow the last. */
const CONTROL = toCharacterClass(CONTROLS);
const EDGE = `[^${toCharacterClass(INVISIBLE)}]`;
const FREE_TEXT: TextFormat = {
  pattern: new RegExp(`^${EDGE}([^${CONTROL}]*${EDGE})?[${toCharacterClass(TRAILING_MARKS)}]*$`, 'u'),
  message: 'must be trimmed text without control characters',
};

// Both are control characters, which no item may hold: they cannot be mistaken for part of one.
const BETWEEN_ITEMS = 'chr(31)';
const FOR_NULL = 'chr(30)';

interface ListOptions {
  /** Fewest items. Default 0: the column's default is the empty list. */
  min?: number;
  /** Most items. */
  max: number;
  /** The shape of each item, which is 1..100 characters long. Default: trimmed free text. */
  format?: TextFormat;
}

/**
 * A list of different texts: `text[]`, NOT NULL, empty by default. Null items, blank items, tables of items (PostgreSQL
 * lets any array be one) are refused in both guards; that items differ is asked before save only, since a CHECK has no way
 * to say it without a function of its own.
 */
export function TextList({ min = 0, max, format = FREE_TEXT }: ListOptions): PropertyDecorator {
  const fallback = min === 0 ? { default: [] } : {};
  return defineColumn({ type: 'text', array: true, ...fallback }, [
    createSizeRule(min, max),
    createItemsRule(format),
    createDistinctRule,
  ]);
}

function createSizeRule(min: number, max: number): ColumnRule {
  return {
    kind: 'size',
    message: `must be a list of ${min} to ${max} items`,
    isValid: (value) => Array.isArray(value) && value.length >= min && value.length <= max,
    sql: (column) => `cardinality(${column}) ${min > 0 ? `BETWEEN ${min} AND ${max}` : `<= ${max}`}`,
    // Ten million items are not worth a look at each.
    stopOnFailure: true,
  };
}

function createItemsRule({ pattern, message }: TextFormat): ColumnRule {
  const item = new RegExp(pattern.source, 'u');
  const one = toPostgresRegex(pattern.source).replace(/^\^/, '').replace(/\$$/, '');
  const all = quoteStandardLiteral(`^(\\u001F(${one}))+$`);
  return {
    kind: 'items',
    message: `must be a list of which each item ${message}, at most ${ITEM_LENGTH} characters long`,
    isValid: (value) => Array.isArray(value) && Array.from(value as unknown[]).every((text) => isItem(text, item)),
    // A CHECK can hold no subquery: the items are judged in one string, joined by a character that none of them holds.
    sql: (column) =>
      `cardinality(${column}) = 0 OR array_ndims(${column}) = 1 ` +
      `AND position(${BETWEEN_ITEMS} IN array_to_string(${column}, '')) = 0 ` +
      `AND array_to_string(${column}, ${BETWEEN_ITEMS}) !~ '[^\\u001F]{${ITEM_LENGTH + 1}}' ` +
      `AND (${BETWEEN_ITEMS} || array_to_string(${column}, ${BETWEEN_ITEMS}, ${FOR_NULL})) ~ ${all}`,
  };
}

function isItem(text: unknown, item: RegExp): boolean {
  return typeof text === 'string' && isStorable(text) && isLength(text, 1, ITEM_LENGTH) && item.test(text);
}

const createDistinctRule: ColumnRule = {
  kind: 'different',
  message: 'must be a list of different items',
  isValid: (value) => Array.isArray(value) && new Set(value).size === value.length,
};
