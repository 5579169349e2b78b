import type { Planted } from '../support.js';

/** What a rule finds, and only that rule; and what it must leave alone. */
interface RuleCases {
  readonly found: readonly Planted[];
  /** Not found by any rule. */
  readonly clean?: readonly Planted[];
}

export type Cases = Readonly<Record<string, RuleCases>>;

/** One migration of several queries. */
export function together(...queries: readonly string[]): Planted {
  return { queries };
}

/** One without a transaction. */
export function alone(...queries: readonly string[]): Planted {
  return { queries, transaction: false };
}
