/** The tables, columns, keys, indexes and enums that the requirements demand, listed independently of the entities. */

/** Columns by table. Where the requirements have a value and the schema a reference table, the foreign key: `power_tier_id`. */
export const COLUMNS: Readonly<Record<string, string>> = {
  authors:
    'id platform platform_id handle display_name follower_count is_verified is_power_user power_tier_id archetype_tags relationship_score interaction_history first_seen_at last_seen_at created_at updated_at',
  posts:
    'id platform platform_post_id author_id content detected_at processed_at keyword_matches keyword_categories spam_filtered raw_metrics error_count error_message created_at updated_at',
  decisions:
    'id post_id sss_score ars_score evs_score trs_score composite_score mode archetype_id safety_flags signals_json temporal_context competitor_detected is_power_user experiment_id experiment_variant is_randomized_experiment predicted_mode created_at',
  replies:
    'id decision_id content archetype_id platform platform_post_id utm_code help_count approval_status approved_by approved_at posted_at metrics_json deleted_at delete_reason reply_type created_at updated_at',
  competitors: 'id name category_id primary_mechanism price_point brand_keywords created_at updated_at',
  competitive_mentions: 'id post_id competitor_id sentiment satisfaction opportunity_score replied created_at',
  community_champions:
    'id author_id tier_id engagement_count dm_sent_at dm_response sample_sent converted advocate_status created_at updated_at',
  kpi_metrics: 'id date platform kpi_type_id metric_name value created_at',
  escalations:
    'id post_id decision_id reply_id reason_id priority status assigned_to resolved_by resolution_notes created_at resolved_at',
  audit_logs: 'id entity_type entity_id action actor details_json created_at',
  experiments:
    'id name description variant_a variant_b metric traffic_split status start_date end_date results_json winner created_at updated_at',
  weight_adjustment_logs:
    'id date action reason valid_segments total_segments sample_sizes old_weights new_weights predicted_improvement created_at',
  learning_events:
    'id date adjustment_type adjustment predicted_improvement baseline_performance actual_improvement accuracy evaluated_at created_at',
  randomized_experiments: 'id decision_id predicted_mode actual_mode predicted_outcome actual_outcome created_at',
  segmented_weights:
    'id segment_type segment_key sss_weight ars_weight evs_weight trs_weight sample_size performance updated_at created_at',
  archetypes: 'id name description is_active',
  power_tiers: 'id name follower_threshold description',
  competitor_categories: 'id name description',
  kpi_types: 'id name description aggregation_type',
  escalation_reasons: 'id name description severity',
  champion_tiers: 'id name min_engagement benefits',
};

export const UNIQUES = [
  'authors (platform, platform_id)',
  'posts (platform, platform_post_id)',
  'kpi_metrics (date, platform, kpi_type_id, metric_name)',
  'segmented_weights (segment_type, segment_key)',
  'community_champions (author_id)',
];

export const INDEXES = [
  'decisions (created_at)',
  'decisions (experiment_variant)',
  'decisions (is_randomized_experiment)',
  'decisions (mode)',
  'decisions (composite_score)',
  'replies (posted_at)',
  'replies (approval_status)',
  'replies (platform, posted_at)',
  'replies (platform_post_id)',
  'weight_adjustment_logs (date)',
  'authors (is_power_user)',
  'authors (platform, handle)',
  'posts (processed_at)',
  'posts (platform, detected_at)',
  'escalations (status, priority)',
  'escalations (created_at)',
];

/** The ON DELETE rule of every foreign key. */
export const DELETE_RULES: Readonly<Record<string, 'CASCADE' | 'SET NULL' | 'RESTRICT'>> = {
  fk_authors__power_tier_id: 'SET NULL',
  fk_posts__author_id: 'CASCADE',
  fk_decisions__post_id: 'CASCADE',
  fk_decisions__archetype_id: 'SET NULL',
  fk_decisions__experiment_id: 'SET NULL',
  fk_replies__decision_id: 'SET NULL',
  fk_replies__archetype_id: 'SET NULL',
  fk_competitors__category_id: 'SET NULL',
  fk_competitive_mentions__post_id: 'CASCADE',
  fk_competitive_mentions__competitor_id: 'RESTRICT',
  fk_community_champions__author_id: 'CASCADE',
  fk_community_champions__tier_id: 'SET NULL',
  fk_kpi_metrics__kpi_type_id: 'RESTRICT',
  fk_escalations__post_id: 'SET NULL',
  fk_escalations__decision_id: 'SET NULL',
  fk_escalations__reply_id: 'SET NULL',
  fk_escalations__reason_id: 'SET NULL',
  fk_randomized_experiments__decision_id: 'CASCADE',
};

export const ENUMS: Readonly<Record<string, string>> = {
  platform: 'TWITTER REDDIT THREADS',
  operational_mode: 'HELPFUL ENGAGEMENT HYBRID DISENGAGED',
  approval_status: 'PENDING APPROVED REJECTED',
  reply_type: 'MANUAL AUTO',
  experiment_status: 'DRAFT RUNNING COMPLETED CANCELLED',
  escalation_priority: 'LOW MEDIUM HIGH CRITICAL',
  escalation_status: 'PENDING IN_REVIEW RESOLVED DISMISSED',
};
