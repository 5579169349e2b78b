import type { CollectedMigration } from './collect.js';
import type { Rule, Statement } from './rule.js';
import { LINT_RULES } from './rules/index.js';
import { BAD_ACCEPTANCE, SYNTAX_ERROR } from './rules/migrations.js';

/** A rule and what breaks it, in one statement or, without one, in the migration. */
export interface Objection {
  readonly rule: Rule;
  readonly statement: Statement | undefined;
  readonly number: number | undefined;
  readonly what: readonly string[];
}

export interface Finding {
  readonly migration: string;
  /** Its number in the migration, from 1; null for the migration as a whole. */
  readonly statement: number | null;
  /** Shortened, without literals; null where there is none that can be read. */
  readonly sql: string | null;
  readonly rule: string;
  /** What breaks it: `posts.content`. */
  readonly what: readonly string[];
  readonly problem: string;
  readonly blocks: string;
  readonly instead: string;
  /** The same as SQL, one text for each migration. */
  readonly recipe: readonly string[];
  /** The comment that accepts it; null when it cannot be. */
  readonly accept: string | null;
}

/** A finding that somebody accepted, and why. */
export interface Accepted {
  readonly migration: string;
  readonly statement: number | null;
  readonly rule: string;
  readonly what: readonly string[];
  readonly reason: string;
}

/** These cannot be accepted. */
const FINAL: readonly Rule[] = [SYNTAX_ERROR, BAD_ACCEPTANCE];

const ACCEPTABLE = LINT_RULES.filter((rule) => !FINAL.includes(rule)).map(({ id }) => id);

/** Parts the objections to a migration into findings and what its comments accept; each acceptance must be of use. */
export function judge(
  migration: CollectedMigration,
  objections: readonly Objection[],
): { findings: Finding[]; accepted: Accepted[] } {
  const accepted: Accepted[] = [];
  const used = new Set<CollectedMigration['acceptances'][number]>();
  const left = objections.filter((objection) => {
    const { rule, what, number } = objection;
    const matching = migration.acceptances.filter(
      (acceptance) =>
        ACCEPTABLE.includes(rule.id) &&
        acceptance.rule === rule.id &&
        acceptance.reason !== undefined &&
        (number === undefined || acceptance.number === number),
    );
    for (const acceptance of matching) used.add(acceptance);
    const [first] = matching;
    if (first?.reason === undefined) return true;
    accepted.push({ migration: migration.name, statement: number ?? null, rule: rule.id, what, reason: first.reason });
    return false;
  });
  const unused = migration.acceptances
    .filter((acceptance) => !used.has(acceptance))
    .map((acceptance) => objectionTo(acceptance, migration));
  const findings = [...left, ...unused].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  return { findings: findings.map((objection) => findingOf(migration.name, objection)), accepted };
}

function objectionTo(
  { rule, reason, number }: CollectedMigration['acceptances'][number],
  migration: CollectedMigration,
): Objection {
  const statement = migration.statements.find((candidate) => candidate.number === number);
  return { rule: BAD_ACCEPTANCE, statement, number, what: [wrongWith(rule, reason)] };
}

function wrongWith(rule: string | undefined, reason: string | undefined): string {
  if (rule === undefined) return 'it is not of the form lint: accept <rule>: <reason>';
  if (!ACCEPTABLE.includes(rule)) return `no rule that can be accepted is called ${rule.slice(0, 60)}`;
  return reason === undefined ? `${rule} is accepted without a reason` : `${rule} finds nothing here`;
}

function findingOf(migration: string, { rule, statement, number, what }: Objection): Finding {
  const { id, problem, blocks, instead, recipe = [] } = rule;
  return {
    migration,
    statement: number ?? null,
    sql: statement?.shown ?? null,
    rule: id,
    what,
    problem,
    blocks,
    instead,
    recipe: recipe.map(({ sql, transaction }) => (transaction === false ? `-- transaction = false\n${sql}` : sql)),
    accept: ACCEPTABLE.includes(id) ? `-- lint: accept ${id}: <why it does no harm here>` : null,
  };
}
