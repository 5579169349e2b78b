/** A token of SQL, as in PostgreSQL's lexer (documentation, 4.1). */
export interface Token {
  readonly kind: 'space' | 'comment' | 'string' | 'dollar' | 'number' | 'parameter' | 'name' | 'word' | 'sign';
  readonly text: string;
}

/** Patterns in the order in which they are tried. A token without its end, in a truncated text, extends to the end of the text. */
const TOKENS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*/y],
  ['string', /[eE]'(?:[^'\\]|\\[^]|'')*(?:'|\\?$)/y],
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)/y],
  ['dollar', /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$(?:(?!\$\1\$)[^])*(?:\$\1\$|$)/y],
  ['name', /(?:[uU]&)?"(?:[^"]|"")*(?:"|$)/y],
  ['parameter', /\$\d+/y],
  ['number', /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['sign', /[^]/y],
];

/** Splits SQL into tokens. Every character belongs to one of them. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    const token = matchBlockComment(sql, at) ?? matchToken(sql, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

/** Splits SQL into statements. Returns the tokens of each, without space and comments, and omits empty statements. */
export function splitStatements(sql: string): Token[][] {
  const statements: Token[][] = [[]];
  for (const token of tokenize(sql)) {
    if (token.kind === 'sign' && token.text === ';') statements.push([]);
    else if (token.kind !== 'space' && token.kind !== 'comment') statements.at(-1)?.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}

/**
 * Returns a statement for messages and logs: literals replaced by `?`, comments removed, spaces reduced to one. It contains no value of a
 * row.
 *
 * @param length maximum number of characters; a longer statement ends with …
 */
export function removeLiterals(sql: string, length = 120): string {
  const shown = tokenize(cutAmbiguous(sql)).map(({ kind, text }) => {
    if (kind === 'string' || kind === 'dollar' || kind === 'number') return '?';
    return kind === 'space' || kind === 'comment' ? ' ' : text;
  });
  const line = shown
    .join('')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

/**
 * Removes the text from the first literal that contains a backslash before a quote. Whether that quote ends the literal depends on a
 * setting of the session (standard_conforming_strings), so the rest cannot be split reliably.
 */
function cutAmbiguous(sql: string): string {
  const place = sql.indexOf(`\\'`);
  return place < 0 ? sql : sql.slice(0, sql.lastIndexOf(`'`, place - 1) + 1);
}

function matchToken(sql: string, at: number): Token {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined && text !== '') return { kind, text };
  }
  throw new Error('Every character is at least a sign.');
}

/** Block comments nest. */
function matchBlockComment(sql: string, at: number): Token | undefined {
  if (!sql.startsWith('/*', at)) return undefined;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'comment', text: sql.slice(at, marks.lastIndex) };
  }
  return { kind: 'comment', text: sql.slice(at) };
}

/** Returns the name in double quotes: `"posts"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns a string literal that does not depend on standard_conforming_strings: `E'…'` for a text with a backslash. */
export function quoteLiteral(text: string): string {
  return `${text.includes('\\') ? 'E' : ''}'${text.replaceAll(/['\\]/g, '$&$&')}'`;
}

/** Returns a string literal in which backslashes are ordinary characters (standard_conforming_strings is on), as in CHECK expressions. */
export function quoteStandardLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
