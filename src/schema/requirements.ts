/** The requirements of this schema in addition to the catalog rules, and the intended violations. */
import type { Exception, SchemaRequirements, TableColumns } from '../operations/catalog/rules/catalog.js';

/** Columns whose values must be unique over all rows. */
const REQUIRED_UNIQUES: readonly TableColumns[] = [
  ['authors', 'platform', 'platform_id'],
  ['posts', 'platform', 'platform_post_id'],
  ['kpi_metrics', 'date', 'platform', 'kpi_type_id', 'metric_name'],
  ['segmented_weights', 'segment_type', 'segment_key'],
  ['community_champions', 'author_id'],
];

/** Columns on which services filter or sort: each list must be the beginning of an index on all rows. */
const REQUIRED_INDEXES: readonly TableColumns[] = [
  ['authors', 'is_power_user'],
  ['authors', 'platform', 'handle'],
  ['posts', 'processed_at'],
  ['posts', 'platform', 'detected_at'],
  ['decisions', 'created_at'],
  ['decisions', 'experiment_variant'],
  ['decisions', 'is_randomized_experiment'],
  ['decisions', 'mode'],
  ['decisions', 'composite_score'],
  ['replies', 'posted_at'],
  ['replies', 'approval_status'],
  ['replies', 'platform', 'posted_at'],
  ['replies', 'platform_post_id'],
  ['weight_adjustment_logs', 'date'],
  ['escalations', 'status', 'priority'],
  ['escalations', 'created_at'],
];

/** The ON DELETE rule of every foreign key. */
const DELETE_RULES: SchemaRequirements['deleteRules'] = {
  'authors.power_tier_id': 'SET NULL',
  'posts.author_id': 'CASCADE',
  'decisions.post_id': 'CASCADE',
  'decisions.archetype_id': 'SET NULL',
  'decisions.experiment_id': 'SET NULL',
  // A reply is kept for ever, even when retention deletes its decision or an author is erased.
  'replies.decision_id': 'SET NULL',
  'replies.archetype_id': 'SET NULL',
  'competitors.category_id': 'SET NULL',
  'competitive_mentions.post_id': 'CASCADE',
  'competitive_mentions.competitor_id': 'RESTRICT',
  'community_champions.author_id': 'CASCADE',
  'community_champions.tier_id': 'SET NULL',
  'kpi_metrics.kpi_type_id': 'RESTRICT',
  'escalations.post_id': 'SET NULL',
  'escalations.decision_id': 'SET NULL',
  'escalations.reply_id': 'SET NULL',
  'escalations.reason_id': 'SET NULL',
  'randomized_experiments.decision_id': 'CASCADE',
};

const WRITTEN_ONCE = 'Rows are written once and never changed.';

/** Every intended violation, with its reason. A test fails when a migrated database does not need an exception. */
const EXCEPTIONS: readonly Exception[] = [
  { rule: 'row-timestamps', object: 'audit_logs.updated_at', reason: WRITTEN_ONCE },
  {
    rule: 'row-timestamps',
    object: 'decisions.updated_at',
    reason: `${WRITTEN_ONCE} A second decision is a second row.`,
  },
  { rule: 'row-timestamps', object: 'weight_adjustment_logs.updated_at', reason: WRITTEN_ONCE },
  {
    rule: 'row-timestamps',
    object: 'competitive_mentions.updated_at',
    reason: 'Only `replied` changes, and the reply has its own timestamps.',
  },
  {
    rule: 'row-timestamps',
    object: 'escalations.updated_at',
    reason: 'resolved_at is the time of the change that matters.',
  },
  {
    rule: 'row-timestamps',
    object: 'kpi_metrics.updated_at',
    reason: 'A value belongs to a day, and a second measurement replaces it.',
  },
  {
    rule: 'row-timestamps',
    object: 'learning_events.updated_at',
    reason: 'Only the evaluation changes the row, at evaluated_at.',
  },
  {
    rule: 'row-timestamps',
    object: 'randomized_experiments.updated_at',
    reason: 'Only the outcome is written later, once.',
  },
  {
    rule: 'public-grants',
    object: 'grant USAGE ON SCHEMA public TO PUBLIC',
    reason: 'PostgreSQL creates the schema with this grant. It gives access to no object in the schema.',
  },
];

/** All requirements, for `validate:schema`. */
export const SCHEMA_REQUIREMENTS: SchemaRequirements = {
  uniques: REQUIRED_UNIQUES,
  indexes: REQUIRED_INDEXES,
  deleteRules: DELETE_RULES,
  exceptions: EXCEPTIONS,
};
