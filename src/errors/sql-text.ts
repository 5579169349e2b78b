/** One piece of SQL text, as PostgreSQL's own lexer cuts it (documentation, 4.1). */
export interface Token {
  readonly kind: 'space' | 'comment' | 'string' | 'dollar' | 'number' | 'parameter' | 'name' | 'word' | 'sign';
  readonly text: string;
}

/** In this order: an E'…' is no word, a comment no sign. What lacks its end (a text that was cut off) runs to the end. */
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

/** Every character of the text, in tokens. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    const token = matchBlockComment(sql, at) ?? matchToken(sql, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

/** The statements of a text as tokens, without space and comments; none for an empty one. */
export function splitStatements(sql: string): Token[][] {
  const statements: Token[][] = [[]];
  for (const token of tokenize(sql)) {
    if (token.kind === 'sign' && token.text === ';') statements.push([]);
    else if (token.kind !== 'space' && token.kind !== 'comment') statements.at(-1)?.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}

/**
 * A statement for people: literals are `?`, comments are gone, spaces are single. Fit to be shown: nothing of a row is left.
 *
 * @param length at most so many characters; what is cut off shows as …
 */
export function removeLiterals(sql: string, length = 120): string {
  const shown = tokenize(isUnambiguous(sql)).map(({ kind, text }) => {
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
 * Whether a backslash hides the quote after it depends on a setting of the session that sent the text (standard_conforming_strings):
 * from the first such place on it is unknown what is a literal.
 */
function isUnambiguous(sql: string): string {
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

/** Returns the name in double quotes, whatever it holds: `"posts"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns a string literal that means the same under either value of standard_conforming_strings: `E'…'` where it holds a backslash. */
export function quoteLiteral(text: string): string {
  return `${text.includes('\\') ? 'E' : ''}'${text.replaceAll(/['\\]/g, '$&$&')}'`;
}

/** Returns a string literal in which backslashes are ordinary characters (standard_conforming_strings is on): CHECK expressions hold these. */
export function quoteStandardLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
