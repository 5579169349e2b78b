import type { Subject } from '../subjects.js';

/** What the two guards of a subject say about its values, each in its own words: where to look for the edges. */
export interface Hints {
  /** Every number in a rule, its sentence or its CHECK. */
  readonly numbers: readonly number[];
  /** Every quoted text: choices, a part that must occur. */
  readonly words: readonly string[];
  /** Every character that a rule writes as an escape, and those beside it. */
  readonly characters: readonly string[];
  /** What each text must look like, or each item of a list. */
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

/** The expression after `~`; of lists that of one item. A rule that only forbids makes no values. */
function patternsIn(sql: string): RegExp[] {
  const whole = /~ '(\^.*\$)'$/su.exec(sql)?.[1]?.replaceAll("''", "'");
  if (whole === undefined) return [];
  // The items of a list are asked in one text, each behind a separator.
  const item = /\\u001F\)?\((.*)\)\)[+*]\$$/su.exec(whole)?.[1];
  const source = item === undefined ? whole : `^${item}$`;
  return [new RegExp(source.replace(/\\U0*([0-9A-F]+)/g, '\\u{$1}'), 'u')];
}
