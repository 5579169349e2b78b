/** What the requirements ask for by table and column, which no rule could know by itself. */

/** AC9, unique constraints: one row for each of these, in all rows. */
export const REQUIRED_UNIQUES: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['authors', 'platform', 'platform_id'],
  ['posts', 'platform', 'platform_post_id'],
  ['kpi_metrics', 'date', 'platform', 'kpi_type_id', 'metric_name'],
  ['segmented_weights', 'segment_type', 'segment_key'],
  ['community_champions', 'author_id'],
];

/** AC9, performance indexes, and task 24. */
export const REQUIRED_INDEXES: readonly (readonly [table: string, ...columns: string[]])[] = [
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

/** What happens to a row when the one it names goes, as decided (design, section 3, items 1 and 2). */
export const DELETE_RULES: Readonly<Record<string, 'CASCADE' | 'SET NULL' | 'RESTRICT'>> = {
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
