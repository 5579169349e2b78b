import type { Catalog } from './catalog.js';

/** What a rule has against one object. */
export interface Violation {
  /** The object as people look for it: `posts.content`, `posts ck_posts__content_length`, `index ix_posts__author_id`. */
  readonly object: string;
  /** What is wrong with it, to be read after its name. */
  readonly problem: string;
  /** What to do about it: words, or the SQL of a migration. */
  readonly remedy: string;
}

/** A name in SQL that somebody may run: names may hold anything, SQL included. `…` stands for what is left to say. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_…[\]]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** One thing that must hold in every schema of ours, whatever its tables are about. */
export interface Rule {
  /** In kebab-case: what tests, exceptions and reports call it. */
  readonly id: string;
  /** Why it must hold: one sentence without a full stop. */
  readonly reason: string;
  readonly check: (catalog: Catalog) => Violation[];
}
