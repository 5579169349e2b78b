import { quoteStandardLiteral } from '../errors/sql-text.js';
import { toCharacterClass, INVISIBLE, toPostgresRegex } from './characters.js';
import type { ColumnRule } from './registry.js';
import { defineColumn, type Nullable } from './define-column.js';

const VISIBLE = `[^${toCharacterClass(INVISIBLE)}]`;
const visible = new RegExp(VISIBLE, 'u');

/** A shape of text. The expression must mean the same in JavaScript (`u` flag) and in PostgreSQL: plain classes only;
 *  `toPostgresRegex` translates characters beyond U+FFFF. */
export interface TextFormat {
  readonly pattern: RegExp;
  /** "must be lower-case letters, digits, dashes or underscores" */
  readonly message: string;
}

/** A name that code refers to: `HUMOR_LIGHT`. */
export const UPPER_SNAKE: TextFormat = {
  pattern: /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/,
  message: 'must be upper snake case, like HUMOR_LIGHT',
};

/** A key, tag or kind of thing: `reply`, `quantified_selfer`. */
export const LOWER_SNAKE: TextFormat = {
  pattern: /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/,
  message: 'must be lower snake case, like click_rate',
};

interface TextOptions extends Nullable {
  /** Fewest characters (code points). Default 1. */
  min?: number;
  /** Most characters (code points, as PostgreSQL's char_length counts them; an emoji may be several). */
  max: number;
  format?: TextFormat;
  /** May hold nothing visible: for what others wrote, which is not ours to judge. */
  blank?: boolean;
  /** Must occur in the text. */
  contains?: string;
}

/** Text of `min`..`max` characters, no NUL, well-formed Unicode, by default not blank. */
export function Text(options: TextOptions): PropertyDecorator {
  return defineColumn({ type: 'text', nullable: options.nullable ?? false }, createTextRules(options));
}

/** One word of a closed list that may still grow: text with a CHECK, which a migration widens without rewriting a row. */
export function Choice(list: readonly string[], options: Nullable & { default?: string } = {}): PropertyDecorator {
  const fallback = options.default === undefined ? {} : { default: options.default };
  return defineColumn({ type: 'text', nullable: options.nullable ?? false, ...fallback }, [
    { ...createChoiceRule(list), sql: (column) => `${column} IN (${list.map(quoteStandardLiteral).join(', ')})` },
  ]);
}

/** The rules of `Text`, for properties that are no columns. */
export function createTextRules({ min = 1, max, format, contains, blank = false }: TextOptions): ColumnRule[] {
  const rules: ColumnRule[] = [wellFormed, createLengthRule(min, max)];
  if (format) rules.push(createFormatRule(format));
  else if (!blank && contains === undefined) rules.push(notBlank);
  if (contains !== undefined) rules.push(createContainsRule(contains));
  return rules;
}

/** A choice without its CHECK: for native enums, whose type says it already. */
export function createChoiceRule(list: readonly string[]): ColumnRule {
  return {
    kind: 'choice',
    message: `must be one of ${list.join(', ')}`,
    isValid: (value) => typeof value === 'string' && list.includes(value),
  };
}

/** Longer text is refused by the length rule of its column; matching it would overflow the stack of the regular expression. */
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

/** Can PostgreSQL hold the text as it is? Neither NUL nor half of a surrogate pair has a place in its UTF-8. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const wellFormed: ColumnRule = {
  kind: 'text',
  message: 'must be text of well-formed Unicode without NUL',
  isValid: (value) => typeof value === 'string' && isStorable(value),
  stopOnFailure: true,
  // No CHECK: PostgreSQL's text type cannot hold anything else.
};

const notBlank: ColumnRule = {
  kind: 'blank',
  message: 'must hold at least one visible character',
  isValid: (value) => typeof value === 'string' && visible.test(value),
  sql: (column) => `${column} ~ ${quoteStandardLiteral(toPostgresRegex(VISIBLE))}`,
};

// Counted in code points, as char_length does. Not with class-validator's own `Length`, which leaves variation selectors out.
function createLengthRule(min: number, max: number): ColumnRule {
  return {
    kind: 'length',
    message: `must be ${min} to ${max} characters long`,
    isValid: (value) => typeof value === 'string' && isLength(value, min, max),
    sql: (column) => `char_length(${column}) BETWEEN ${min} AND ${max}`,
  };
}

/** Is the text `min`..`max` characters (code points) long? */
export function isLength(text: string, min: number, max: number): boolean {
  if (text.length > max * 2) return false; // Saves counting ten megabytes: a code point is two units at most.
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
