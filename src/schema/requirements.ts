import type { Exception, SchemaRequirements, TableColumns } from '../operations/catalog/rules/catalog.js';

/** The unique constraints that services rely on, over all rows. */
const REQUIRED_UNIQUES: readonly TableColumns[] = [
  ['authors', 'platform', 'platform_id'],
  ['posts', 'platform', 'platform_post_id'],
  ['kpi_metrics', 'date', 'platform', 'kpi_type_id', 'metric_name'],
  ['segmented_weights', 'segment_type', 'segment_key'],
  ['community_champions', 'author_id'],
];

/** The indexes that services rely on for speed, over all rows. */
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

/** The delete rule of each foreign key: what happens to a row when the row that it refers to is deleted. */
const DELETE_RULES: SchemaRequirements['deleteRules'] = {
  'authors.power_tier_id': 'SET NULL',
  'posts.author_id': 'CASCADE',
  'decisions.post_id': 'CASCADE',
  'decisions.archetype_id': 'SET NULL',
  'decisions.experiment_id': 'SET NULL',
  // A reply is for ever: neither a purge nor the deletion of an author may take it along.
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
const NOT_ASKED = 'Acceptance criterion 2 gives it none:';

/** Every violation that is meant, and why. One that a migrated database does not need fails a test. */
const EXCEPTIONS: readonly Exception[] = [
  { rule: 'row-timestamps', object: 'audit_logs.updated_at', reason: WRITTEN_ONCE },
  { rule: 'row-timestamps', object: 'decisions.updated_at', reason: `${WRITTEN_ONCE} A second look is a second row.` },
  { rule: 'row-timestamps', object: 'weight_adjustment_logs.updated_at', reason: WRITTEN_ONCE },
  {
    rule: 'row-timestamps',
    object: 'competitive_mentions.updated_at',
    reason: `${NOT_ASKED} the only change is \`replied\`, and the reply has its own moments.`,
  },
  {
    rule: 'row-timestamps',
    object: 'escalations.updated_at',
    reason: `${NOT_ASKED} the change that counts is the resolution, at resolved_at.`,
  },
  {
    rule: 'row-timestamps',
    object: 'kpi_metrics.updated_at',
    reason: `${NOT_ASKED} a value is of a day, and measuring it again replaces it.`,
  },
  {
    rule: 'row-timestamps',
    object: 'learning_events.updated_at',
    reason: `${NOT_ASKED} the only change is the evaluation, at evaluated_at.`,
  },
  {
    rule: 'row-timestamps',
    object: 'randomized_experiments.updated_at',
    reason: `${NOT_ASKED} the only change is the outcome, measured once.`,
  },
  {
    rule: 'public-grants',
    object: 'grant USAGE ON SCHEMA public TO PUBLIC',
    reason: 'PostgreSQL makes the schema so; without a right on what is in it, it opens nothing.',
  },
];

/** What the catalog rules ask of this schema beyond what holds for every schema. */
export const SCHEMA_REQUIREMENTS: SchemaRequirements = {
  uniques: REQUIRED_UNIQUES,
  indexes: REQUIRED_INDEXES,
  deleteRules: DELETE_RULES,
  exceptions: EXCEPTIONS,
};
