import type { Bench } from './bench.js';
import { DIFFERENCES, differenceOf, type Difference } from './differences.js';
import { rendered } from './render.js';
import type { Subject } from './subjects.js';
import { caseOf, type Case, type Outcome } from './verdict.js';

/** The SQLSTATEs of expected refusals: invalid input, NOT NULL, CHECK, too large or too deep. Any other means an error in the test. */
const REFUSALS = /^(driver|22...|23502|23514|54...)$/;

/** A value about which the validator and PostgreSQL disagree. */
export interface Disagreement {
  /** `Author.handle` */
  readonly subject: string;
  readonly value: string;
  readonly validator: string;
  readonly database: string;
  /** The CHECK about which they disagree, or the difference between the bench and a row that TypeORM wrote. */
  readonly detail?: string;
}

/** The results of a run. */
export class Tally {
  cases = 0;
  readonly disagreements: Disagreement[] = [];
  readonly differences = new Map<string, number>();
  /** By subject or CHECK: how many values both accepted, and how many both refused. */
  readonly agreed = new Map<string, { accepted: number; refused: number }>();

  constructor(private readonly listed: readonly Difference[] = DIFFERENCES) {}

  add(one: Case): Disagreement[] {
    this.cases += 1;
    const found = [...this.wholeVerdict(one), ...this.verdictsByCheck(one)];
    this.disagreements.push(...found);
    return found;
  }

  /** Whether the disagreement is a listed difference, which is counted. */
  isListed(one: Case): boolean {
    const difference = differenceOf(one, this.listed);
    if (difference) this.differences.set(difference.name, (this.differences.get(difference.name) ?? 0) + 1);
    return difference !== undefined;
  }

  /** The names of listed differences that did not occur. */
  get stale(): string[] {
    return this.listed.filter(({ name }) => !this.differences.has(name)).map(({ name }) => name);
  }

  private wholeVerdict(one: Case): Disagreement[] {
    const { subject, verdict, outcome } = one;
    if (outcome.kind === 'refused' && !REFUSALS.test(outcome.state)) return [disagreement(one)];
    if (isAgreement(verdict.accepted, outcome)) {
      this.count(subject.name, verdict.accepted);
      return [];
    }
    return this.isListed(one) ? [] : [disagreement(one)];
  }

  private verdictsByCheck(one: Case): Disagreement[] {
    return [...one.verdict.byCheck].flatMap(([check, isValid]) => {
      const theirs = one.byCheck.get(check);
      if (theirs === undefined) return [];
      if (theirs !== isValid)
        return [{ ...disagreement(one), detail: `${check}: ${describeResult(isValid)} / ${describeResult(theirs)}` }];
      this.count(check, isValid);
      return [];
    });
  }

  private count(name: string, accepted: boolean): void {
    const counts = this.agreed.get(name) ?? { accepted: 0, refused: 0 };
    counts[accepted ? 'accepted' : 'refused'] += 1;
    this.agreed.set(name, counts);
  }
}

/** Gives each row of values to the validator and to PostgreSQL, and adds the results to the tally. */
export async function compare(
  bench: Bench,
  subject: Subject,
  rows: readonly (readonly unknown[])[],
  tally: Tally,
): Promise<{ cases: Case[]; found: Disagreement[] }> {
  const answers = await bench.answers(subject, rows);
  const cases: Case[] = [];
  const found: Disagreement[] = [];
  rows.forEach((values, index) => {
    const answer = answers[index];
    if (!answer) return;
    const one = caseOf(subject, values, answer);
    cases.push(one);
    found.push(...tally.add(one));
  });
  return { cases, found };
}

export function disagreement({ subject, values, verdict, outcome }: Case): Disagreement {
  return {
    subject: subject.name,
    value: subject.field ? rendered(values[0]) : rendered(values),
    validator: verdict.accepted ? 'accepts' : `refuses (${verdict.broken.join(', ')})`,
    database: described(outcome),
  };
}

function isAgreement(accepted: boolean, outcome: Outcome): boolean {
  return accepted ? outcome.kind === 'kept' && !outcome.but : outcome.kind === 'refused';
}

function described(outcome: Outcome): string {
  if (outcome.kind === 'kept') return 'stores it';
  if (outcome.kind === 'changed') return `stores ${rendered(outcome.into)}`;
  return `refuses (${[outcome.state, outcome.by].filter((part) => part !== '').join(' ')})`;
}

function describeResult(isValid: boolean): string {
  return isValid ? 'valid' : 'violated';
}
