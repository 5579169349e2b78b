import fc from 'fast-check';
import type { Bench } from './bench.js';
import { compare, Tally, type Disagreement } from './compare.js';
import { anyRow, combinations } from './rows.js';
import type { Subject } from './subjects.js';
import type { Case } from './verdict.js';
import { valuesFor } from './values/index.js';

export interface RunOptions {
  readonly seed: number;
  /** Generated values for each column and each row rule, besides the edges. */
  readonly runs: number;
  /** Look for smaller values where the guards disagree. Takes a round trip for each value. */
  readonly shrink: boolean;
}

/** More combinations than this are not tried one and all. */
const MOST_COMBINATIONS = 2_500;

/** How many disagreements about one subject are reported. */
const REPORTED = 3;

/**
 * Asks both guards about a subject: the edges of its values, and as many others as are asked for.
 *
 * @returns the cases; and the gravest and smallest disagreements, shrunk.
 */
export async function askAbout(
  bench: Bench,
  subject: Subject,
  tally: Tally,
  options: RunOptions,
): Promise<{ cases: Case[]; smallest: Disagreement[] }> {
  const { edges, any } = questionsOf(subject);
  const rows = [...edges, ...fc.sample(any, { seed: options.seed, numRuns: options.runs })];
  const { cases, found } = await compare(bench, subject, rows, tally);
  if (found.length === 0) return { cases, smallest: [] };
  const shrunk = options.shrink ? await shrink(bench, subject, any, options) : [];
  const different = new Map([...shrunk, ...found].map((one) => [one.value, one]));
  return { cases, smallest: [...different.values()].sort(byWeight).slice(0, REPORTED) };
}

function questionsOf(subject: Subject): { edges: unknown[][]; any: fc.Arbitrary<unknown[]> } {
  if (subject.rule) return { edges: combinations(subject, MOST_COMBINATIONS), any: anyRow(subject) };
  const { edges, any } = valuesFor(subject);
  return { edges: edges.map((value) => [value]), any: any.map((value) => [value]) };
}

/** Generates the same values again, one at a time, and lets fast-check make the first bad one smaller. */
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

/** What the validator lets through before what PostgreSQL does, and small before large. */
function byWeight(one: Disagreement, other: Disagreement): number {
  return weightOf(one) - weightOf(other);
}

function weightOf({ validator, database, value }: Disagreement): number {
  const kind = validator !== 'accepts' ? 2 : database.startsWith('refuses') ? 0 : 1;
  return kind * 1_000_000 + value.length;
}
