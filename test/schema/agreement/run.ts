import fc from 'fast-check';
import type { Bench } from './bench.js';
import { compare, Tally, type Disagreement } from './compare.js';
import { anyRow, combinations } from './rows.js';
import type { Subject } from './subjects.js';
import type { Case } from './verdict.js';
import { valuesFor } from './values/index.js';

export interface RunOptions {
  readonly seed: number;
  /** The number of generated values for each column and row rule, in addition to the edge cases. */
  readonly runs: number;
  /** Whether fast-check looks for smaller values that disagree, with one round trip for each value. */
  readonly shrink: boolean;
}

/** When a rule has more combinations than this, only generated rows are tried. */
const MOST_COMBINATIONS = 2_500;

/** The number of disagreements that are reported for one subject. */
const REPORTED = 3;

/**
 * Gives the validator and PostgreSQL the edge cases of a subject and generated values, and compares the results.
 *
 * @returns the cases, and the most severe and smallest disagreements
 */
export async function compareValues(
  bench: Bench,
  subject: Subject,
  tally: Tally,
  options: RunOptions,
): Promise<{ cases: Case[]; smallest: Disagreement[] }> {
  const { edges, any } = valuesOf(subject);
  const rows = [...edges, ...fc.sample(any, { seed: options.seed, numRuns: options.runs })];
  const { cases, found } = await compare(bench, subject, rows, tally);
  if (found.length === 0) return { cases, smallest: [] };
  const shrunk = options.shrink ? await shrink(bench, subject, any, options) : [];
  const different = new Map([...shrunk, ...found].map((disagreement) => [disagreement.value, disagreement]));
  return { cases, smallest: [...different.values()].sort(byWeight).slice(0, REPORTED) };
}

/** Returns the edge cases of a subject, and the generator of others; each is the list of the values of its columns. */
export function valuesOf(subject: Subject): { edges: unknown[][]; any: fc.Arbitrary<unknown[]> } {
  if (subject.rule) return { edges: combinations(subject, MOST_COMBINATIONS), any: anyRow(subject) };
  const { edges, any } = valuesFor(subject);
  return { edges: edges.map((value) => [value]), any: any.map((value) => [value]) };
}

/** Generates the same values again, one at a time, and lets fast-check shrink the first one that disagrees. */
async function shrink(
  bench: Bench,
  subject: Subject,
  any: fc.Arbitrary<unknown[]>,
  { seed, runs }: RunOptions,
): Promise<Disagreement[]> {
  let last: Disagreement[] = [];
  const agrees = async (row: unknown[]): Promise<boolean> => {
    const { found } = await compare(bench, subject, [row], new Tally());
    if (found.length > 0) last = found;
    return found.length === 0;
  };
  await fc.check(fc.asyncProperty(any, agrees), { seed, numRuns: runs });
  return last;
}

/** Sorts values that only the validator accepts before those that only PostgreSQL accepts, and small values before large ones. */
function byWeight(a: Disagreement, b: Disagreement): number {
  return weightOf(a) - weightOf(b);
}

function weightOf({ validator, database, value }: Disagreement): number {
  const kind = validator !== 'accepts' ? 2 : database.startsWith('refuses') ? 0 : 1;
  return kind * 1_000_000 + value.length;
}
