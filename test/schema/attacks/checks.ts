import type { Row } from '../../support/rows.js';
import { dropConstraint, insert, shown, type Attempt, type Case } from './case.js';
import { rowOf } from './rows.js';
import type { Facet, Value, Word } from './values.js';

/** A word in the company that its column needs to be valid: a reply has an approver only where it is approved. */
interface InCompany {
  readonly word: Word;
  /** The rest of the row; of the value where it must agree with it. */
  readonly company: Row | ((value: unknown) => Row);
  /** Tails of the names of CHECKs that would refuse a bad value as well. */
  readonly dropFirst: readonly string[];
}

export function given(company: InCompany['company'], word: Word, ...dropFirst: readonly string[]): InCompany {
  return { word, company, dropFirst };
}

/** The cases of all CHECKs over single columns of a table. */
export function columnChecks(table: string, columns: Readonly<Record<string, Word | InCompany>>): Case[] {
  return Object.entries(columns).flatMap(([column, it]) => {
    const { word, company, dropFirst } = typeof it === 'function' ? given({}, it) : it;
    const change = (value: unknown): Row => ({
      ...(typeof company === 'function' ? company(value) : company),
      [column]: value,
    });
    return word(column).map((facet) => facetCase(table, column, facet, change, dropFirst));
  });
}

/** Changes of a row, and tails of the names of CHECKs that would refuse them as well. */
interface ChangesAside {
  readonly changes: Row;
  readonly dropFirst: readonly string[];
}

/** The case of a CHECK over several columns: rows changed so that it must refuse them, and so that it must not. */
export function rowCheck(
  table: string,
  meaning: string,
  rows: { refused: readonly (Row | ChangesAside)[]; accepted: readonly Row[] },
): Case {
  return checkCase(
    table,
    meaning,
    rows.refused.map((one) => (isAside(one) ? attempt(table, one.changes, one.dropFirst) : attempt(table, one))),
    rows.accepted.map((changes) => attempt(table, changes)),
  );
}

function isAside(one: Row | ChangesAside): one is ChangesAside {
  return 'changes' in one && 'dropFirst' in one;
}

function facetCase(
  table: string,
  column: string,
  { kind, refused, accepted }: Facet,
  change: (value: unknown) => Row,
  dropFirst: readonly string[],
): Case {
  const tryOut = (value: Value, alsoAside: readonly string[] = []): Attempt => ({
    ...attempt(table, change(value.value), [...value.dropFirst, ...alsoAside]),
    said: `${column} = ${shown(value.value)}`,
  });
  return checkCase(
    table,
    `${column}_${kind}`,
    refused.map((value) => tryOut(value, dropFirst)),
    accepted.map((value) => tryOut(value)),
  );
}

function checkCase(
  table: string,
  meaning: string,
  refused: readonly Attempt[],
  validCounterparts: readonly Attempt[],
): Case {
  const constraint = `ck_${table}__${meaning}`;
  return {
    guard: { kind: 'check', table, name: constraint },
    attacks: refused.map((one) => ({ ...one, refusal: { code: '23514', table, constraint } })),
    validCounterparts,
    removal: dropConstraint(table, constraint),
  };
}

function attempt(table: string, changes: Row, dropFirst: readonly string[] = []): Attempt {
  return {
    said: shown(changes),
    dropFirst: dropFirst.map((tail) => dropConstraint(table, `ck_${table}__${tail}`)),
    statement: insert(table, rowOf(table, 3, changes)),
  };
}
