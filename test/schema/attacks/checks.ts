import type { Row } from '../../support/rows.js';
import { dropConstraint, insert, shown, type Attempt, type Case } from './case.js';
import { rowOf } from './rows.js';
import type { Facet, Value, Word } from './values.js';

/** The values of a column with the other columns that a valid row needs: only an approved reply has an approver. */
interface WithRow {
  readonly word: Word;
  /** The other columns; a function where they depend on the value. */
  readonly otherColumns: Row | ((value: unknown) => Row);
  /** The ends of the names of CHECKs that would refuse an invalid value as well. */
  readonly dropFirst: readonly string[];
}

export function given(otherColumns: WithRow['otherColumns'], word: Word, ...dropFirst: readonly string[]): WithRow {
  return { word, otherColumns, dropFirst };
}

/** Returns the cases of all CHECKs on single columns of a table. */
export function columnChecks(table: string, columns: Readonly<Record<string, Word | WithRow>>): Case[] {
  return Object.entries(columns).flatMap(([column, it]) => {
    const { word, otherColumns, dropFirst } = typeof it === 'function' ? given({}, it) : it;
    const change = (value: unknown): Row => ({
      ...(typeof otherColumns === 'function' ? otherColumns(value) : otherColumns),
      [column]: value,
    });
    return word(column).map((facet) => facetCase(table, column, facet, change, dropFirst));
  });
}

/** Changes of a row, and the ends of the names of CHECKs that would refuse them as well. */
interface ChangesAndChecks {
  readonly changes: Row;
  readonly dropFirst: readonly string[];
}

/** Returns the case of a CHECK on several columns: changed rows that it must refuse, and others that it must accept. */
export function rowCheck(
  table: string,
  meaning: string,
  rows: { refused: readonly (Row | ChangesAndChecks)[]; accepted: readonly Row[] },
): Case {
  return checkCase(
    table,
    meaning,
    rows.refused.map((refused) =>
      hasChecks(refused) ? attempt(table, refused.changes, refused.dropFirst) : attempt(table, refused),
    ),
    rows.accepted.map((changes) => attempt(table, changes)),
  );
}

function hasChecks(refused: Row | ChangesAndChecks): refused is ChangesAndChecks {
  return 'changes' in refused && 'dropFirst' in refused;
}

function facetCase(
  table: string,
  column: string,
  { kind, refused, accepted }: Facet,
  change: (value: unknown) => Row,
  dropFirst: readonly string[],
): Case {
  const tryOut = (value: Value, alsoDropFirst: readonly string[] = []): Attempt => ({
    ...attempt(table, change(value.value), [...value.dropFirst, ...alsoDropFirst]),
    label: `${column} = ${shown(value.value)}`,
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
    attacks: refused.map((attack) => ({ ...attack, refusal: { code: '23514', table, constraint } })),
    validCounterparts,
    removal: dropConstraint(table, constraint),
  };
}

function attempt(table: string, changes: Row, dropFirst: readonly string[] = []): Attempt {
  return {
    label: shown(changes),
    dropFirst: dropFirst.map((tail) => dropConstraint(table, `ck_${table}__${tail}`)),
    statement: insert(table, rowOf(table, 3, changes)),
  };
}
