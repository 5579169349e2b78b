import type { FieldRules } from '../../../src/columns/registry.js';
import type { Answer } from './bench.js';
import { isSame, trifleBetween, type Trifle } from './equality.js';
import type { Verdict, Subject } from './subjects.js';
import { fromWire } from './wire.js';

/** What PostgreSQL did with the values. */
export type Outcome =
  | { readonly kind: 'refused'; readonly state: string; readonly by: string }
  /** Stored, and read back as an equal value, except for a trifle. */
  | { readonly kind: 'kept'; readonly but?: Trifle }
  /** Stored as another value. */
  | { readonly kind: 'changed'; readonly into: readonly unknown[] };

/** The values of one subject, and the results of the validator and of PostgreSQL. */
export interface Case {
  readonly subject: Subject;
  readonly values: readonly unknown[];
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  /** The result of each CHECK by itself, where PostgreSQL parsed the value as it was given. */
  readonly byCheck: ReadonlyMap<string, boolean>;
}

export function caseOf(
  subject: Subject,
  values: readonly unknown[],
  { state, refusedBy, arrived, verdicts }: Answer,
): Case {
  const read = arrived?.map((text, index) => readAt(subject, index, text));
  const arrival: Outcome = read ? arrivalOf(subject, values, read) : { kind: 'changed', into: [] };
  const checkResults = arrival.kind === 'kept' ? (verdicts ?? []) : [];
  return {
    subject,
    values,
    verdict: subject.validate(values),
    outcome: state === '' ? arrival : { kind: 'refused', state, by: refusedBy },
    byCheck: new Map(checkResults.map((verdict, index) => [subject.checks[index]?.name ?? '', verdict])),
  };
}

/** Compares the values that were read back with those that were given. */
export function arrivalOf(subject: Subject, values: readonly unknown[], read: readonly unknown[]): Outcome {
  const [value] = values;
  const same = subject.field && value === undefined ? isFallback(subject.field, read[0]) : isSame(values, read);
  if (same) return { kind: 'kept' };
  const but = trifleBetween(values, read);
  return but && value !== undefined ? { kind: 'kept', but } : { kind: 'changed', into: read };
}

/** Whether the value is the one that the rules declare for an omitted value. */
function isFallback({ presence: { fallback, nullable } }: FieldRules, read: unknown): boolean {
  if (fallback !== undefined) return isSame(fallback, read);
  return nullable ? read === null : read !== null;
}

function readAt({ columns, stored }: Subject, index: number, text: string | null): unknown {
  const [column, kept] = [columns[index], stored[index]];
  if (!column || !kept) throw new Error('PostgreSQL returned more columns than the subject has.');
  return fromWire(column, kept, text);
}
