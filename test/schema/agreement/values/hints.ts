import type { Subject } from '../subjects.js';

/** The literals in the rules and CHECKs of a subject, from which the edge cases are derived. */
export interface Hints {
  /** Every number in a rule, its message or its CHECK. */
  readonly numbers: readonly number[];
  /** Every quoted text: choices, or a part that must occur. */
  readonly words: readonly string[];
  /** Every character that a rule writes as an escape, and its neighbours. */
  readonly characters: readonly string[];
  /** The patterns of the text, or of each item of a list. */
  readonly patterns: readonly RegExp[];
}

export function hintsOf({ field, checks, columns }: Subject): Hints {
  const rules = (field?.rules ?? []).map(({ sql, message }) => ({ message, sql: sql?.('c') ?? '' }));
  const texts = [...rules.flatMap(({ sql, message }) => [sql, message]), ...checks.map(({ expression }) => expression)];
  const labels = columns.flatMap((column) => (column.enum ?? []).map(String));
  return {
    numbers: [...new Set(texts.flatMap(numbersIn))],
    words: [...new Set([...labels, ...texts.flatMap(wordsIn)])],
    characters: [...new Set(rules.flatMap(({ sql }) => charactersIn(sql)))],
    patterns: rules.flatMap(({ sql }) => patternsIn(sql)),
  };
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/(?<![\w\\.])-?\d+(\.\d+)?(e[+-]?\d+)?/g)].map(([number]) => Number(number));
}

function wordsIn(text: string): string[] {
  return [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = '']) => word.replaceAll("''", "'"));
}

function charactersIn(sql: string): string[] {
  const codes = [...sql.matchAll(/\\u([0-9A-F]{4})|\\U([0-9A-F]{8})/g)].map(([, short, long]) =>
    Number.parseInt(short ?? long ?? '', 16),
  );
  return codes.flatMap((code) => [code - 1, code, code + 1].map((one) => String.fromCodePoint(one)));
}

/** Returns the pattern after `~`, for a list that of one item. A pattern that only forbids characters generates no values. */
function patternsIn(sql: string): RegExp[] {
  const whole = /~ '(\^.*\$)'$/su.exec(sql)?.[1]?.replaceAll("''", "'");
  if (whole === undefined) return [];
  // The CHECK of a list joins the items to one text, each after a separator.
  const item = /\\u001F\)?\((.*)\)\)[+*]\$$/su.exec(whole)?.[1];
  const source = item === undefined ? whole : `^${item}$`;
  return [new RegExp(source.replace(/\\U0*([0-9A-F]+)/g, '\\u{$1}'), 'u')];
}
