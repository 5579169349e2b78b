/**
 * Which names an error message may repeat.
 *
 * PostgreSQL's messages mix names with data: `relation "…" does not exist` quotes a table that the statement names, but also any text
 * that was cast to regclass. So a name is taken only from the statement itself, where it stands as a name, or compared with the names
 * of our schema, and never when the error comes from a RAISE, a function, or SQL that a function put together.
 */
import { tokensOf, type Token } from '../sql-text.js';

/** May this name be shown? */
export type NameCheck = (name: string) => boolean;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/;

/** Tokenising a longer statement takes longer than the name is worth. */
const LONGEST_STATEMENT = 100_000;

export function isIdentifier(text: unknown): text is string {
  return typeof text === 'string' && IDENTIFIER.test(text);
}

/** Types as PostgreSQL's messages write them. None of these words can be data that somebody sent. */
const TYPE =
  /^(?:smallint|integer|bigint|real|double precision|numeric|boolean|text|name|uuid|json|jsonb|jsonpath|xml|bytea|date|interval|oid|bit(?: varying)?|"char"|character(?: varying)?|inet|cidr|macaddr|money|point|tsvector|tsquery|record|unknown|void|any\w*|(?:int|num|ts|tstz|date)\w*range|time(?:stamp)?(?: with(?:out)? time zone)?)(?:\(\d+(?:,\d+)?\))?(?:\[\])?$/;

/** A built-in type, or one that is itself a name that may be shown. */
export function isType(text: string, mayShow: NameCheck): boolean {
  return TYPE.test(text) || mayShow(text.replace(/\[\]$/, ''));
}

/** All names in a statement, as they stand there outside of literals and comments. */
export function namesIn(sql: string): ReadonlySet<string> {
  if (sql.length > LONGEST_STATEMENT) return new Set();
  // PostgreSQL repeats words that are not quoted in lower case.
  return new Set(
    tokensOf(sql)
      .flatMap((token) => nameOf(token) ?? [])
      .flatMap((name) => [name, name.toLowerCase()]),
  );
}

/**
 * What stands in a statement where PostgreSQL says that the error is: a name with its qualifiers (`p`, `foo`), a parameter (`$1`, `:id`),
 * a word. Undefined for anything else, and where a literal stands so close that its end may be misplaced.
 *
 * @param position counts characters from 1
 */
export function wordsAt(sql: string, position: number): readonly string[] | undefined {
  if (sql.length > LONGEST_STATEMENT) return undefined;
  const offset = Array.from(sql)
    .slice(0, position - 1)
    .join('').length;
  const tokens = tokensOf(sql);
  let start = 0;
  const index = tokens.findIndex(({ text }) => {
    start += text.length;
    return start > offset;
  });
  if (index < 0 || start - (tokens[index]?.text.length ?? 0) !== offset) return undefined;
  const before = tokens.slice(0, index).findLast(({ kind }) => kind !== 'space' && kind !== 'comment');
  if (before?.kind === 'string' || before?.kind === 'dollar' || tokens.some(isUnfinished)) return undefined;
  return wordsFrom(tokens.slice(index));
}

function wordsFrom([first, second, ...rest]: readonly Token[]): readonly string[] | undefined {
  if (first === undefined) return undefined;
  if (first.kind === 'parameter') return [first.text];
  // TypeORM leaves a named parameter in the statement when it has no value.
  if (first.text === ':' && second?.kind === 'word' && isIdentifier(second.text)) return [`:${second.text}`];
  const name = nameOf(first);
  if (name === undefined) return undefined;
  const qualified = second?.text === '.' ? wordsFrom(rest) : undefined;
  return [name, ...(qualified ?? [])];
}

function nameOf({ kind, text }: Token): string | undefined {
  if (kind === 'word') return isIdentifier(text) ? text : undefined;
  if (kind !== 'name' || !text.startsWith('"')) return undefined;
  const name = text.slice(1, -1);
  return isIdentifier(name) ? name : undefined;
}

/** A literal or quoted name that the statement does not close: what is literal and what is not cannot be told any more. */
function isUnfinished({ kind, text }: Token): boolean {
  if (kind === 'string') return !/'[^]*'$/.test(text);
  if (kind === 'name') return !/"[^]*"$/.test(text);
  return kind === 'dollar' && !/^(\$[^$]*\$)[^]*\1$/.test(text);
}
