import { tokensOf, type Token } from '../connection/sql-text.js';

/** PostgreSQL cuts longer names silently. */
const LONGEST = 63;

/** A name without its schema, in double quotes: `$schema.posts` → `"posts"`. */
export function localName(path: string): string {
  return quoted(
    tokensOf(path)
      .filter(({ kind }) => kind === 'name' || kind === 'word')
      .at(-1)?.text ?? path,
  );
}

/** A name as a statement writes it; one that is quoted already stays as it is. */
export function quoted(name: string): string {
  return name.startsWith('"') ? name : `"${name}"`;
}

/** A name without its double quotes. */
export function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** A name that belongs to `name` and is no longer than PostgreSQL allows, in double quotes: `"ck_posts__content_length__new"`. */
export function derivedName(name: string, suffix: string): string {
  let stem = bare(name);
  while (Buffer.byteLength(stem + suffix) > LONGEST) stem = stem.slice(0, -1);
  return quoted(quotedText(stem + suffix));
}

/** Whether the SQL names this column, type or table. */
export function mentions(sql: string, name: string): boolean {
  return tokensOf(sql).some(({ kind, text }) => (kind === 'name' || kind === 'word') && bare(text) === bare(name));
}

/** Whether the SQL has a cast to this type, named without its schema. */
export function castsTo(sql: string, type: string): boolean {
  const tokens = tokensOf(sql);
  return tokens.some((_, place) => isCast(tokens, place, type));
}

/** The SQL with every cast to the one type, named without its schema, made a cast to the other. */
export function recast(sql: string, from: string, to: string): string {
  const tokens = tokensOf(sql);
  return tokens.map(({ text }, place) => (isCast(tokens, place, from) ? to : text)).join('');
}

function isCast(tokens: readonly Token[], place: number, type: string): boolean {
  const { kind, text = '' } = tokens[place] ?? {};
  return (
    (kind === 'name' || kind === 'word') &&
    bare(text) === bare(type) &&
    tokens[place - 1]?.text === ':' &&
    tokens[place - 2]?.text === ':'
  );
}

function quotedText(name: string): string {
  return name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name;
}
