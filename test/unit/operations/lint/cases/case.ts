import type { Planted } from '../support.js';

/** Migrations for the test of one rule. */
interface RuleCases {
  /** The rule reports them, and no other rule does. */
  readonly found: readonly Planted[];
  /** No rule reports them. */
  readonly clean?: readonly Planted[];
}

export type Cases = Readonly<Record<string, RuleCases>>;

/** Returns a migration of several queries, in a transaction. */
export function inTransaction(...queries: readonly string[]): Planted {
  return { queries };
}

/** Returns a migration without a transaction. */
export function withoutTransaction(...queries: readonly string[]): Planted {
  return { queries, transaction: false };
}
