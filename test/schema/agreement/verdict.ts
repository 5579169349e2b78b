import type { FieldRules } from '../../../src/columns/registry.js';
import type { Answer } from './bench.js';
import { isSame, trifleBetween, type Trifle } from './equality.js';
import type { Judgement, Subject } from './subjects.js';
import { fromWire } from './wire.js';

/** What PostgreSQL made of the values. */
export type Outcome =
  | { readonly kind: 'refused'; readonly state: string; readonly by: string }
  /** Stored, and read back equal but for a trifle. */
  | { readonly kind: 'kept'; readonly but?: Trifle }
  /** Stored as something else. */
  | { readonly kind: 'changed'; readonly into: readonly unknown[] };

/** One question and both answers. */
export interface Case {
  readonly subject: Subject;
  readonly values: readonly unknown[];
  readonly judgement: Judgement;
  readonly outcome: Outcome;
  /** What each CHECK says by itself, where PostgreSQL read the value as it was given. */
  readonly byCheck: ReadonlyMap<string, boolean>;
}

export function caseOf(
  subject: Subject,
  values: readonly unknown[],
  { state, refusedBy, arrived, verdicts }: Answer,
): Case {
  const read = arrived?.map((text, index) => readAt(subject, index, text));
  const arrival: Outcome = read ? arrivalOf(subject, values, read) : { kind: 'changed', into: [] };
  const said = arrival.kind === 'kept' ? (verdicts ?? []) : [];
  return {
    subject,
    values,
    judgement: subject.judge(values),
    outcome: state === '' ? arrival : { kind: 'refused', state, by: refusedBy },
    byCheck: new Map(said.map((verdict, index) => [subject.checks[index]?.name ?? '', verdict])),
  };
}

/** Did the values come back as they were given? */
export function arrivalOf(subject: Subject, values: readonly unknown[], read: readonly unknown[]): Outcome {
  const [value] = values;
  const same = subject.field && value === undefined ? isFallback(subject.field, read[0]) : isSame(values, read);
  if (same) return { kind: 'kept' };
  const but = trifleBetween(values, read);
  return but && value !== undefined ? { kind: 'kept', but } : { kind: 'changed', into: read };
}

/** Is it what the rules say takes the place of a value left out? */
function isFallback({ presence: { fallback, nullable } }: FieldRules, read: unknown): boolean {
  if (fallback !== undefined) return isSame(fallback, read);
  return nullable ? read === null : read !== null;
}

function readAt({ columns, stored }: Subject, index: number, text: string | null): unknown {
  const [column, kept] = [columns[index], stored[index]];
  if (!column || !kept) throw new Error('PostgreSQL answered with more columns than it was asked about.');
  return fromWire(column, kept, text);
}
