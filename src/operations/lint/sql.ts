import type * as PgQuery from 'libpg-query';
import type { Node, ScanToken } from 'libpg-query';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { removeLiterals, tokenize } from '../../errors/sql-text.js';

/** The migrations were not linted, because a tool is missing or failed. This says nothing about the migrations. */
export class CouldNotLint extends SharedDbError {
  override readonly name = 'CouldNotLint';
}

/** The command that installs the optional packages which `migration:lint` needs. */
export const INSTALL = 'npm install --save-dev squawk-cli@2.61.0 libpg-query@18';

/** PostgreSQL's own parser, compiled to WebAssembly. */
export type Parser = Pick<typeof PgQuery, 'parseSync' | 'scanSync'>;

/**
 * Loads PostgreSQL's own parser.
 *
 * @throws CouldNotLint when libpg-query is not installed
 */
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
  /** Its text without comments and semicolon; of an ALTER TABLE one part for each command. */
  readonly parts: readonly string[];
  /** Its text for messages: one line of at most 120 characters, with `?` for every literal. */
  readonly shown: string;
  /** The comments before it, inside it, and after it on its last line. */
  readonly comments: readonly string[];
}

export interface ParsedQuery {
  readonly statements: readonly ParsedStatement[];
  /** The comments of a query that has no statement. */
  readonly comments: readonly string[];
}

const COMMENTS: readonly string[] = ['SQL_COMMENT', 'C_COMMENT'];
const [LINE_BREAK, BLANK] = [0x0a, 0x20];

/**
 * Parses the SQL of one query.
 *
 * @throws Error when PostgreSQL would refuse the syntax; the message quotes the statement
 */
export function parseQuery(sql: string, parser: Parser): ParsedQuery {
  // The parser is written in C, so it would read the text only up to the NUL.
  if (sql.includes('\0')) throw new Error('A statement has a NUL character.');
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
  return {
    statements: ranges.map(({ node, start, end }, place) => {
      const text = clean.subarray(start, end).toString().trim();
      return {
        node,
        parts: 'AlterTableStmt' in node ? splitAtCommas(text) : [text],
        // It shows at most 120 characters, so that the rest of a long statement need not be read.
        shown: removeLiterals(text.slice(0, 1_000)),
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

/** Returns the index of the statement around the comment, else of the one that ends on its line, else of the next, else of the last. */
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

function splitAtCommas(sql: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const { text } of tokenize(sql)) {
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    parts.push(`${parts.pop() ?? ''}${text}`);
    if (text === ',' && depth === 0) parts.push('');
  }
  return parts.map((part) => part.trim());
}
