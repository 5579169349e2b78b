import type { Rule } from '../rule.js';
import { COLUMN_RULES } from './columns.js';
import { CONSTRAINT_RULES } from './constraints.js';
import { DATA_RULES } from './data.js';
import { INDEX_RULES } from './indexes.js';
import { MIGRATION_RULES } from './migrations.js';
import { REMOVAL_RULES } from './removals.js';
import { RIGHTS_RULES } from './rights.js';
import { SESSION_RULES } from './session.js';

/** Every rule, in the order of the reference page (docs/reference/lint.md). */
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
