import type { Row } from '../../support/rows.js';
import { ENUMS } from '../criteria.js';
import { dropConstraint, insert, type Case } from './case.js';
import { rowOf } from './rows.js';

/** The columns of each table that must have a value, listed independently of the entities. */
const REQUIRED: Readonly<Record<string, string>> = {
  archetypes: 'id name description is_active created_at updated_at',
  power_tiers: 'id name follower_threshold description is_active created_at updated_at',
  competitor_categories: 'id name description is_active created_at updated_at',
  kpi_types: 'id name description aggregation_type is_active created_at updated_at',
  escalation_reasons: 'id name description severity is_active created_at updated_at',
  champion_tiers: 'id name min_engagement benefits description is_active created_at updated_at',
  authors:
    'id platform platform_id handle follower_count is_verified is_power_user archetype_tags relationship_score interaction_history first_seen_at last_seen_at created_at updated_at',
  posts:
    'id platform platform_post_id author_id content detected_at keyword_matches keyword_categories spam_filtered error_count created_at updated_at',
  experiments: 'id name variant_a variant_b metric traffic_split status created_at updated_at',
  decisions:
    'id post_id sss_score ars_score evs_score trs_score composite_score mode safety_flags is_power_user is_randomized_experiment created_at',
  replies: 'id content platform help_count approval_status reply_type created_at updated_at',
  competitors: 'id name brand_keywords is_active created_at updated_at',
  competitive_mentions: 'id post_id competitor_id sentiment satisfaction opportunity_score replied created_at',
  community_champions: 'id author_id engagement_count sample_sent converted advocate_status created_at updated_at',
  kpi_metrics: 'id date kpi_type_id metric_name value created_at',
  escalations: 'id priority status created_at',
  audit_logs: 'id entity_type entity_id action actor details_json created_at',
  weight_adjustment_logs: 'id date action created_at',
  learning_events: 'id date adjustment_type adjustment predicted_improvement baseline_performance created_at',
  randomized_experiments: 'id decision_id predicted_mode actual_mode predicted_outcome created_at',
  segmented_weights:
    'id segment_type segment_key sss_weight ars_weight evs_weight trs_weight sample_size created_at updated_at',
};

/** The columns of native enums. */
const ENUM_COLUMNS: Readonly<Record<string, string>> = {
  'authors platform': 'platform',
  'posts platform': 'platform',
  'replies platform': 'platform',
  'kpi_metrics platform': 'platform',
  'decisions mode': 'operational_mode',
  'decisions predicted_mode': 'operational_mode',
  'randomized_experiments predicted_mode': 'operational_mode',
  'randomized_experiments actual_mode': 'operational_mode',
  'replies approval_status': 'approval_status',
  'replies reply_type': 'reply_type',
  'experiments status': 'experiment_status',
  'escalation_reasons severity': 'escalation_priority',
  'escalations priority': 'escalation_priority',
  'escalations status': 'escalation_status',
};

const completed = { start_date: '2026-01-31T12:00:00Z', end_date: '2026-02-07T12:00:00Z' };
const closed = { resolved_by: 'operator-1', resolved_at: '2026-01-31T12:00:00Z' };

/** The other columns that a row needs where an enum has this value. */
const OTHER_COLUMNS: Readonly<Record<string, Row>> = {
  'replies approval_status APPROVED': { approved_by: 'operator-1', approved_at: '2026-01-31T12:00:00Z' },
  'decisions mode DISENGAGED': { archetype_id: null },
  'decisions predicted_mode ENGAGEMENT': { is_randomized_experiment: true },
  'decisions predicted_mode HYBRID': { is_randomized_experiment: true },
  'decisions predicted_mode DISENGAGED': { is_randomized_experiment: true },
  'experiments status RUNNING': completed,
  'experiments status COMPLETED': completed,
  'escalations status RESOLVED': closed,
  'escalations status DISMISSED': closed,
};

export const NOT_NULL_CASES: readonly Case[] = Object.entries(REQUIRED).flatMap(([table, columns]) =>
  columns.split(' ').map((column) => notNullCase(table, column)),
);

export const ENUM_CASES: readonly Case[] = Object.entries(ENUM_COLUMNS).map(([place, type]) => {
  const [table = '', column = ''] = place.split(' ');
  return enumCase(table, column, type);
});

function notNullCase(table: string, column: string): Case {
  // A primary key forbids null as well.
  const removal = column === 'id' ? `${dropConstraint(table, `pk_${table}`)};` : '';
  return {
    guard: { kind: 'not null', table, name: column },
    attacks: [
      {
        label: `${column} = null`,
        statement: insert(table, rowOf(table, 3, { [column]: null })),
        refusal: { code: '23502', table, column },
      },
    ],
    validCounterparts: [{ label: 'a complete row', statement: insert(table, rowOf(table, 3)) }],
    removal: `${removal}ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`,
  };
}

function enumCase(table: string, column: string, type: string): Case {
  const values = (ENUMS[type] ?? '').split(' ');
  const [first = ''] = values;
  return {
    guard: { kind: 'enum', table, name: `${column} ${type}` },
    attacks: ['UNKNOWN', '', first.toLowerCase(), `${first} `].map((value) => ({
      label: `${column} = '${value}'`,
      statement: insert(table, rowOf(table, 3, { [column]: value })),
      refusal: { code: '22P02', routine: 'enum_in' },
    })),
    validCounterparts: values.map((value) => ({
      label: `${column} = '${value}'`,
      statement: insert(table, rowOf(table, 3, { ...OTHER_COLUMNS[`${table} ${column} ${value}`], [column]: value })),
    })),
  };
}
