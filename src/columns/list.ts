import { quoteStandardLiteral } from '../errors/sql-text.js';
import { toCharacterClass, CONTROLS, INVISIBLE, toPostgresRegex, TRAILING_MARKS } from './characters.js';
import type { ColumnRule } from './registry.js';
import { isLength, isStorable, type TextFormat } from './text.js';
import { defineColumn } from './define-column.js';

/** Largest length of an item of any list, in characters. */
const ITEM_LENGTH = 100;

/** Default format of items: text that begins and ends with a visible character, which trailing marks may follow. */
const CONTROL = toCharacterClass(CONTROLS);
const EDGE = `[^${toCharacterClass(INVISIBLE)}]`;
const FREE_TEXT: TextFormat = {
  pattern: new RegExp(`^${EDGE}([^${CONTROL}]*${EDGE})?[${toCharacterClass(TRAILING_MARKS)}]*$`, 'u'),
  message: 'must be trimmed text without control characters',
};

// Both are control characters, which no item may contain.
const BETWEEN_ITEMS = 'chr(31)';
const FOR_NULL = 'chr(30)';

interface ListOptions {
  /** Smallest number of items. Default 0; then the default of the column is the empty list. */
  min?: number;
  /** Largest number of items. */
  max: number;
  /** Format of the items, which are 1..100 characters long. Default: trimmed text without control characters. */
  format?: TextFormat;
}

/**
 * Column decorator: a list of different texts, `text[]`, NOT NULL, empty by default. The validator and the CHECKs refuse null items,
 * blank items and multi-dimensional arrays. Only the validator refuses duplicates, because a CHECK would need a function for that.
 */
export function TextList({ min = 0, max, format = FREE_TEXT }: ListOptions): PropertyDecorator {
  const fallback = min === 0 ? { default: [] } : {};
  return defineColumn({ type: 'text', array: true, ...fallback }, [
    createSizeRule(min, max),
    createItemsRule(format),
    distinctRule,
  ]);
}

function createSizeRule(min: number, max: number): ColumnRule {
  return {
    kind: 'size',
    message: `must be a list of ${min} to ${max} items`,
    isValid: (value) => Array.isArray(value) && value.length >= min && value.length <= max,
    sql: (column) => `cardinality(${column}) ${min > 0 ? `BETWEEN ${min} AND ${max}` : `<= ${max}`}`,
    // Avoids checking each of millions of items.
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
    // A CHECK cannot contain a subquery: it checks all items in one string, joined by a character that no item may contain.
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

const distinctRule: ColumnRule = {
  kind: 'different',
  message: 'must be a list of different items',
  isValid: (value) => Array.isArray(value) && new Set(value).size === value.length,
};
