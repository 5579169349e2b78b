import type * as PgQuery from 'libpg-query';
import type { Node, ScanToken } from 'libpg-query';
import { SharedDbError } from '../../errors/shared-db-error.js';

/** The migrations were not linted: a tool is missing or does not answer as it should. Says nothing about the migrations. */
export class CouldNotLint extends SharedDbError {
  override readonly name = 'CouldNotLint';
}

/** What to install where `migration:lint` is to run: the package itself needs neither. */
export const INSTALL = 'npm install --save-dev squawk-cli@2.61.0 libpg-query@18';

/** PostgreSQL's own parser, compiled to WebAssembly. */
export type Parser = Pick<typeof PgQuery, 'parseSync' | 'scanSync'>;

/** @throws CouldNotLint when libpg-query is not installed. */
export async function loadParser(): Promise<Parser> {
  try {
    const library = await import('libpg-query');
    await library.loadModule();
    return library;
  } catch {
    throw new CouldNotLint(`PostgreSQL's parser (libpg-query) cannot be loaded: ${INSTALL}`);
  }
}

/** One statement of a query, as PostgreSQL reads it. */
export interface ParsedStatement {
  readonly node: Node;
  /** Without comments and semicolon, line breaks kept. */
  readonly text: string;
  /** For messages: one line, shortened, `…` for every literal. */
  readonly shown: string;
  /** The comments inside it, before it, and behind it on its last line. */
  readonly comments: readonly string[];
}

export interface ParsedQuery {
  readonly statements: readonly ParsedStatement[];
  /** The comments of a query that holds nothing else. */
  readonly comments: readonly string[];
}

const COMMENTS: readonly string[] = ['SQL_COMMENT', 'C_COMMENT'];
const LITERALS: readonly string[] = ['SCONST', 'ICONST', 'FCONST'];
const SHOWN_LENGTH = 120;
const [LINE_BREAK, BLANK] = [0x0a, 0x20];

/** @throws Error where PostgreSQL would refuse the syntax; its message quotes the statement. */
export function parseQuery(sql: string, parser: Parser): ParsedQuery {
  // To the parser, written in C, the text would end there.
  if (sql.includes('\0')) throw new Error('A statement holds a NUL character.');
  if (sql.trim() === '') return { statements: [], comments: [] };
  const bytes = Buffer.from(sql);
  const { tokens } = parser.scanSync(sql);
  const comments = tokens.filter(({ tokenName }) => COMMENTS.includes(tokenName));
  const clean = removeComments(bytes, comments);
  const ranges = (parser.parseSync(sql).stmts ?? []).flatMap(
    ({ stmt, stmt_location: start = 0, stmt_len: length = 0 }) =>
      stmt === undefined ? [] : [{ node: stmt, start, end: length === 0 ? bytes.length : start + length }],
  );
  const owned = ranges.map((): string[] => []);
  for (const comment of comments) owned[findOwner(comment, ranges, bytes)]?.push(comment.text);
  let first = 0;
  return {
    statements: ranges.map((range, place) => {
      while ((tokens[first]?.start ?? range.start) < range.start) first += 1;
      return {
        node: range.node,
        text: clean.subarray(range.start, range.end).toString().trim(),
        shown: formatSql(tokens, first, range),
        comments: owned[place] ?? [],
      };
    }),
    comments: ranges.length === 0 ? comments.map(({ text }) => text) : [],
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A comment belongs to the statement around it, to the one that ends on its line, else to the next; at the end to the last. */
function findOwner(comment: ScanToken, ranges: readonly Range[], bytes: Buffer): number {
  const next = ranges.findIndex(({ end }) => comment.start < end);
  if (next === -1) return ranges.length - 1;
  const previous = ranges[next - 1];
  if (previous === undefined || comment.start >= (ranges[next]?.start ?? 0)) return next;
  return bytes.subarray(previous.end, comment.start).includes(LINE_BREAK) ? next : next - 1;
}

function removeComments(bytes: Buffer, comments: readonly ScanToken[]): Buffer {
  const clean = Buffer.from(bytes);
  for (const { start, end } of comments) {
    for (let place = start; place < end; place += 1) if (clean[place] !== LINE_BREAK) clean[place] = BLANK;
  }
  return clean;
}

function formatSql(tokens: readonly ScanToken[], first: number, { start, end }: Range): string {
  let [shown, place] = ['', start];
  for (let index = first; shown.length <= SHOWN_LENGTH; index += 1) {
    const token = tokens[index];
    if (token === undefined || token.start >= end) break;
    if (COMMENTS.includes(token.tokenName)) continue;
    const gap = shown !== '' && token.start > place ? ' ' : '';
    shown += gap + (isLiteral(token) ? '…' : token.text.replaceAll(/\p{Cc}/gu, ' '));
    place = token.end;
  }
  return shown.length > SHOWN_LENGTH ? `${shown.slice(0, SHOWN_LENGTH - 1)}…` : shown;
}

// U&'…', B'…' and X'…' come without a name.
function isLiteral({ tokenName, text }: ScanToken): boolean {
  return LITERALS.includes(tokenName) || text.includes("'");
}
