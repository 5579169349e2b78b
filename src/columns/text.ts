import { quoteStandardLiteral } from '../errors/sql-text.js';
import { toCharacterClass, INVISIBLE, toPostgresRegex } from './characters.js';
import type { ColumnRule } from './registry.js';
import { defineColumn, type Nullable } from './define-column.js';

const VISIBLE = `[^${toCharacterClass(INVISIBLE)}]`;
const visible = new RegExp(VISIBLE, 'u');

/**
 * A format of text. The expression must mean the same in JavaScript (`u` flag) and in PostgreSQL, so use only plain character
 * classes; `toPostgresRegex` converts characters beyond U+FFFF.
 */
export interface TextFormat {
  readonly pattern: RegExp;
  /** "must be lower-case letters, digits, dashes or underscores" */
  readonly message: string;
}

/** Upper snake case: `HUMOR_LIGHT`. */
export const UPPER_SNAKE: TextFormat = {
  pattern: /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/,
  message: 'must be upper snake case, like HUMOR_LIGHT',
};

/** Lower snake case: `reply`, `quantified_selfer`. */
export const LOWER_SNAKE: TextFormat = {
  pattern: /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/,
  message: 'must be lower snake case, like click_rate',
};

interface TextOptions extends Nullable {
  /** Smallest length in characters (code points). Default 1. */
  min?: number;
  /** Largest length in characters (code points, like char_length of PostgreSQL; an emoji may have several). */
  max: number;
  format?: TextFormat;
  /** The text may be blank: for text written by others. */
  blank?: boolean;
  /** Text that the value must contain. */
  contains?: string;
}

/**
 * Column decorator: `text` of `min`..`max` characters; NOT NULL unless `nullable`. The CHECKs cover length, format, content and, unless
 * `blank`, that one character is visible. The validator also refuses NUL and malformed Unicode, which PostgreSQL cannot store.
 */
export function Text(options: TextOptions): PropertyDecorator {
  return defineColumn({ type: 'text', nullable: options.nullable ?? false }, createTextRules(options));
}

/**
 * Column decorator: one value of a list that may grow, `text` with a CHECK; NOT NULL unless `nullable`. A migration can extend the
 * CHECK without rewriting rows.
 */
export function Choice(list: readonly string[], options: Nullable & { default?: string } = {}): PropertyDecorator {
  const fallback = options.default === undefined ? {} : { default: options.default };
  return defineColumn({ type: 'text', nullable: options.nullable ?? false, ...fallback }, [
    { ...createChoiceRule(list), sql: (column) => `${column} IN (${list.map(quoteStandardLiteral).join(', ')})` },
  ]);
}

/** Creates the rules of `Text`, also for properties that are not columns. */
export function createTextRules({ min = 1, max, format, contains, blank = false }: TextOptions): ColumnRule[] {
  const rules: ColumnRule[] = [wellFormed, createLengthRule(min, max)];
  if (format) rules.push(createFormatRule(format));
  else if (!blank && contains === undefined) rules.push(notBlank);
  if (contains !== undefined) rules.push(createContainsRule(contains));
  return rules;
}

/** Creates the rule of `Choice` without a CHECK, for native enums and JSON fields. */
export function createChoiceRule(list: readonly string[]): ColumnRule {
  return {
    kind: 'choice',
    message: `must be one of ${list.join(', ')}`,
    isValid: (value) => typeof value === 'string' && list.includes(value),
  };
}

/** Longer text is not matched, because the regular expression would overflow the stack; the length rule refuses it. */
const LONGEST_MATCHED = 1_000_000;

export function createFormatRule({ pattern, message }: TextFormat): ColumnRule {
  const inCodePoints = new RegExp(pattern.source, 'u');
  return {
    kind: 'format',
    message,
    isValid: (value) => typeof value === 'string' && (value.length > LONGEST_MATCHED || inCodePoints.test(value)),
    sql: (column) => `${column} ~ ${quoteStandardLiteral(toPostgresRegex(inCodePoints.source))}`,
  };
}

/** Returns true when PostgreSQL can store the text unchanged: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const wellFormed: ColumnRule = {
  kind: 'text',
  message: 'must be text of well-formed Unicode without NUL',
  isValid: (value) => typeof value === 'string' && isStorable(value),
  stopOnFailure: true,
  // No CHECK: PostgreSQL's text cannot contain anything else.
};

const notBlank: ColumnRule = {
  kind: 'blank',
  message: 'must contain at least one visible character',
  isValid: (value) => typeof value === 'string' && visible.test(value),
  sql: (column) => `${column} ~ ${quoteStandardLiteral(toPostgresRegex(VISIBLE))}`,
};

// Counts code points like char_length. class-validator's `Length` does not count variation selectors.
function createLengthRule(min: number, max: number): ColumnRule {
  return {
    kind: 'length',
    message: `must be ${min} to ${max} characters long`,
    isValid: (value) => typeof value === 'string' && isLength(value, min, max),
    sql: (column) => `char_length(${column}) BETWEEN ${min} AND ${max}`,
  };
}

/** Returns true when the text has `min`..`max` characters (code points). */
export function isLength(text: string, min: number, max: number): boolean {
  if (text.length > max * 2) return false; // A code point has one unit or two. Avoids counting huge texts.
  // For the same reason most texts need no counting.
  if (text.length <= max && text.length >= min * 2) return true;
  const length = Array.from(text).length;
  return length >= min && length <= max;
}

function createContainsRule(part: string): ColumnRule {
  return {
    kind: 'contains',
    message: `must contain "${part}"`,
    isValid: (value) => typeof value === 'string' && value.includes(part),
    sql: (column) => `position(${quoteStandardLiteral(part)} IN ${column}) > 0`,
  };
}
