import { describeFact, getDisplayName, describeObject } from './describe.js';
import { repairFact, repairObject } from './repair.js';
import type { CatalogObject, Snapshot } from './snapshot.js';

/** Splits the output of `pg_get_indexdef` into its parts: `columns`, `WHERE`, `INCLUDE`…; parts that it does not have are absent. */
export function splitIndex(definition: string): Record<string, string> {
  const head = /^CREATE (UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[^\s"]+) ON (.+?) USING (\w+) (?=\()/.exec(definition);
  if (head === null) return { definition };
  const [start, unique, table = '', method = ''] = head;
  const [columns, rest] = readParentheses(definition.slice(start.length));
  const parts: Record<string, string> = { table, method, columns };
  if (unique !== undefined) parts.uniqueness = 'UNIQUE';
  return addClauses(parts, rest) ? parts : { definition };
}

/** Adds the clauses after the columns. Returns false when there is an unknown clause. */
function addClauses(parts: Record<string, string>, clauses: string): boolean {
  let rest = clauses;
  while (rest !== '') {
    const [clause, word = ''] = /^ (INCLUDE|NULLS NOT DISTINCT|WITH|WHERE) ?/.exec(rest) ?? [];
    if (clause === undefined) return false;
    rest = rest.slice(clause.length);
    if (word === 'WHERE') {
      parts.WHERE = rest;
      return true;
    }
    if (word === 'NULLS NOT DISTINCT') {
      parts.nulls = 'NOT DISTINCT';
      rest = rest === '' ? '' : ` ${rest}`;
    } else {
      [parts[word], rest] = readParentheses(rest);
    }
  }
  return true;
}

/** Splits the text after the parenthesis that closes the first one. Parentheses in literals and quoted names do not count. */
function readParentheses(text: string): [inside: string, rest: string] {
  let depth = 0;
  for (const match of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (match[0] === '(') depth += 1;
    if (match[0] !== ')') continue;
    depth -= 1;
    if (depth === 0) return [text.slice(0, match.index + 1), text.slice(match.index + 1)];
  }
  return [text, ''];
}

/** One difference between a database and what it should be. */
export interface Difference {
  /** Kind and path of the object: `column posts.content`. */
  readonly object: string;
  /** The fact that differs; absent when the whole object is missing, or is there and should not be. */
  readonly fact?: string;
  /** The value of the fact; null for PostgreSQL's default, or when the object is missing. */
  readonly is: string | null;
  readonly shouldBe: string | null;
  /** The difference as one line: `posts.error_count: default is 1, should be 0`. */
  readonly message: string;
  /** SQL that repairs it without losing rows. Absent where no SQL is safe. */
  readonly repair?: string;
}

/** The privilege MAINTAIN, which GRANT ALL includes since PostgreSQL 17. */
const SINCE_17 = /^(grant|revoked|default privilege) (FOR ROLE .* (GRANT|REVOKE) )?MAINTAIN /;

/** Kinds whose `definition` repeats their other facts, so that the object can be created from it. */
const REPEATED_BY_DEFINITION = ['function', 'procedure'];

/**
 * Returns the differences, sorted by object. A missing or unexpected object is one difference together with all that belongs to it, such
 * as the columns of a dropped table.
 */
export function diff(expected: Snapshot, actual: Snapshot): Difference[] {
  const keys = [...new Set([...Object.keys(expected.objects), ...Object.keys(actual.objects)])].sort();
  const comparable =
    Math.min(expected.version, actual.version) >= 17 ? keys : keys.filter((key) => !SINCE_17.test(key));
  return comparable.flatMap((key) => {
    const [wanted, found] = [expected.objects[key], actual.objects[key]];
    if (wanted && found) return compareFacts(key, wanted, found, actual);
    const [side, other, object] = wanted ? [expected, actual, wanted] : [actual, expected, found];
    if (!object || isPartOfParent(object, side, other)) return [];
    return [compareWhole(key, wanted, found, actual)];
  });
}

function isPartOfParent({ parent }: CatalogObject, side: Snapshot, other: Snapshot): boolean {
  if (parent === undefined) return false;
  const object = side.objects[parent];
  if (object === undefined) return false;
  return other.objects[parent] === undefined || isPartOfParent(object, side, other);
}

function compareWhole(
  key: string,
  wanted: CatalogObject | undefined,
  found: CatalogObject | undefined,
  names: Snapshot,
): Difference {
  const repair = repairObject(wanted, found, names);
  return {
    object: key,
    is: found ? 'there' : null,
    shouldBe: wanted ? 'there' : null,
    message: describeObject(wanted, found, names),
    ...(repair === undefined ? {} : { repair }),
  };
}

function compareFacts(key: string, wanted: CatalogObject, found: CatalogObject, names: Snapshot): Difference[] {
  const [should, is] = [listComparableFacts(wanted), listComparableFacts(found)];
  const facts = [...new Set([...Object.keys(should), ...Object.keys(is)])].sort();
  const different = facts.filter((fact) => !isSame(fact, should[fact], is[fact]));
  const repeated = REPEATED_BY_DEFINITION.includes(wanted.kind) && different.length > 1 ? ['definition'] : [];
  return different
    .filter((fact) => !repeated.includes(fact))
    .map((fact) => {
      const repair = repairFact(fact, wanted, found, names);
      return {
        object: key,
        fact,
        is: is[fact] ?? null,
        shouldBe: should[fact] ?? null,
        message: `${getDisplayName(wanted, names)}: ${describeFact(wanted.kind, fact, is[fact], should[fact], names)}`,
        ...(repair === undefined ? {} : { repair }),
      };
    });
}

/** Returns the facts to compare. The definition of an index is split, so that a message can name the part that differs. */
function listComparableFacts({ kind, facts }: CatalogObject): CatalogObject['facts'] {
  const { definition, ...others } = facts;
  return kind === 'index' && definition !== undefined ? { ...others, ...splitIndex(definition) } : facts;
}

function isSame(fact: string, a: string | undefined, b: string | undefined): boolean {
  if (fact !== 'column order' || a === undefined || b === undefined) return a === b;
  // Columns that only one of the two has are differences of their own.
  const [left, right] = [listColumns(a), listColumns(b)];
  return left.filter((name) => right.includes(name)).join() === right.filter((name) => left.includes(name)).join();
}

function listColumns(order: string): string[] {
  return order.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [];
}
