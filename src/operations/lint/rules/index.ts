import type { Rule } from '../rule.js';
import { COLUMN_RULES } from './columns.js';
import { CONSTRAINT_RULES } from './constraints.js';
import { DATA_RULES } from './data.js';
import { INDEX_RULES } from './indexes.js';
import { EMPTY_MIGRATION, MADE_UP_ANSWER, MIGRATION_RULES, NOT_COLLECTED, SYNTAX_ERROR } from './migrations.js';
import { REMOVAL_RULES } from './removals.js';
import { RIGHTS_RULES } from './rights.js';
import { SESSION_RULES } from './session.js';

/** Every rule, in the order of the reference page. */
export const LINT_RULES: readonly Rule[] = [
  ...COLUMN_RULES,
  ...CONSTRAINT_RULES,
  ...INDEX_RULES,
  ...REMOVAL_RULES,
  ...DATA_RULES,
  ...RIGHTS_RULES,
  ...SESSION_RULES,
  ...MIGRATION_RULES,
];

/** The rules that speak of what went wrong while a migration was read. */
export const RULES_BY_TROUBLE = {
  'syntax-error': SYNTAX_ERROR,
  'not-collected': NOT_COLLECTED,
  'made-up-answer': MADE_UP_ANSWER,
  'empty-migration': EMPTY_MIGRATION,
} as const;
