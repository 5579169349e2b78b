import type { Rule } from '../rule.js';

/** Objections of squawk that none of our rules words. */
export const OTHER: Rule = {
  id: 'squawk',
  problem: 'squawk, the linter behind many of these rules, objects.',
  blocks: 'What its message says.',
  instead: 'What its message says; its rules are explained at https://squawkhq.com/docs/rules.',
};

export const SYNTAX_ERROR: Rule = {
  id: 'syntax-error',
  problem: 'PostgreSQL cannot read the statement.',
  blocks: 'The deployment: the migration fails with SQLSTATE 42601.',
  instead: 'Correct it. Cannot be accepted.',
};

export const NOT_COLLECTED: Rule = {
  id: 'not-collected',
  problem: 'What the migration executes could not be collected, so that it was linted in part or not at all.',
  blocks: 'Unknown.',
  instead:
    'Lint it against a database (without --all), or try it with `migration:run --dry-run` and accept with the outcome.',
};

export const MADE_UP_ANSWER: Rule = {
  id: 'made-up-answer',
  problem:
    'What the migration executes depends on rows that were not to be had here: it went on as if there were none.',
  blocks: 'Unknown.',
  instead: 'Let SQL decide (INSERT … SELECT, UPDATE … FROM), or lint against a database (without --all).',
};

export const EMPTY_MIGRATION: Rule = {
  id: 'empty-migration',
  problem: 'The migration executes nothing.',
  blocks: 'Nobody; but it will be recorded as applied, and what it was meant to do is missing.',
  instead: 'Write it, or take it out of the list.',
};

export const BAD_ACCEPTANCE: Rule = {
  id: 'bad-acceptance',
  problem: 'A comment accepts what is not there: an unknown rule, a rule that finds nothing here, or without a reason.',
  blocks: 'Nobody; it would hide a finding to come.',
  instead: 'Write `-- lint: accept <rule>: <reason>` before the statement, or take it out. Cannot be accepted.',
};

/** Rules about a migration as a whole, and about the linting itself. Those without `find` are applied by hand. */
export const MIGRATION_RULES: readonly Rule[] = [
  OTHER,
  SYNTAX_ERROR,
  NOT_COLLECTED,
  MADE_UP_ANSWER,
  EMPTY_MIGRATION,
  BAD_ACCEPTANCE,
];
