import type { Rule } from '../rule.js';

/** Findings of squawk that none of our rules includes. */
export const OTHER: Rule = {
  id: 'squawk',
  problem: 'squawk, a linter for PostgreSQL migrations, reports the statement.',
  blocks: 'See the message of squawk.',
  instead: 'See the message of squawk, and https://squawkhq.com/docs/rules.',
};

export const SYNTAX_ERROR: Rule = {
  id: 'syntax-error',
  problem: 'PostgreSQL cannot parse the statement.',
  blocks: 'The deployment: the migration fails (SQLSTATE 42601).',
  instead: 'Correct the statement. This finding cannot be suppressed.',
};

const UNCOLLECTED_SQL: Rule = {
  id: 'uncollected-sql',
  problem: 'The linter could not collect all SQL that the migration executes, so that part of it is not linted.',
  blocks: 'Unknown.',
  instead: 'Lint against a database (without --all), or try `migration:run --dry-run` and suppress this finding.',
};

const UNANSWERED_QUERY: Rule = {
  id: 'unanswered-query',
  problem: 'The migration reads rows, and the linter could give it none. It may execute other SQL than was linted.',
  blocks: 'Unknown.',
  instead: 'Put the condition into SQL (INSERT … SELECT, UPDATE … FROM), or lint against a database (without --all).',
};

const EMPTY_MIGRATION: Rule = {
  id: 'empty-migration',
  problem: 'The migration executes nothing.',
  blocks: 'No session. The migration is recorded as applied although it has changed nothing.',
  instead: 'Write the migration, or remove it from the list of migrations.',
};

export const INVALID_SUPPRESSION: Rule = {
  id: 'invalid-suppression',
  problem: 'A comment suppresses an unknown rule or a rule that finds nothing here, or it gives no reason.',
  blocks: 'No session. The comment would hide a later finding.',
  instead: 'Correct it to `-- lint: accept <rule>: <reason>`, or remove it. This finding cannot be suppressed.',
};

/** Rules about a migration as a whole, and about linting itself. They have no detector of their own: the linter applies them. */
export const MIGRATION_RULES: readonly Rule[] = [
  OTHER,
  SYNTAX_ERROR,
  UNCOLLECTED_SQL,
  UNANSWERED_QUERY,
  EMPTY_MIGRATION,
  INVALID_SUPPRESSION,
];

/** The rules about problems with reading a migration. */
export const RULES_BY_ERROR = {
  'syntax-error': SYNTAX_ERROR,
  'uncollected-sql': UNCOLLECTED_SQL,
  'unanswered-query': UNANSWERED_QUERY,
  'empty-migration': EMPTY_MIGRATION,
} as const;
