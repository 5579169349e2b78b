import { columnChecks, given, rowCheck } from '../checks.js';
import {
  anyText,
  choice,
  count,
  formatted,
  jsonList,
  jsonObject,
  list,
  LOWER_SNAKE,
  moment,
  POST_ID,
  ratio,
  score,
  text,
  UPPER_SNAKE,
} from '../values.js';

const authors = [
  ...columnChecks('authors', {
    platform_id: text(100),
    handle: text(50),
    display_name: text(200),
    follower_count: count(1_000_000_000),
    archetype_tags: list(0, 50, LOWER_SNAKE),
    relationship_score: score,
    interaction_history: jsonList(1_048_576),
    // Seen once, so that neither comes after the other; the other is out of range too.
    first_seen_at: given((value) => ({ last_seen_at: value }), moment, 'last_seen_at_range'),
    last_seen_at: given((value) => ({ first_seen_at: value }), moment, 'first_seen_at_range'),
    created_at: moment,
    updated_at: moment,
  }),
  rowCheck('authors', 'seen_in_order', {
    refused: [
      { first_seen_at: '2026-01-01T00:00:00.001Z', last_seen_at: '2026-01-01T00:00:00.000Z' },
      { first_seen_at: '9999-12-31T00:00:00Z' },
      { last_seen_at: '1970-01-01T00:00:00Z' },
    ],
    accepted: [
      { first_seen_at: '2026-01-01T00:00:00Z', last_seen_at: '2026-01-01T00:00:00Z' },
      { first_seen_at: '2026-01-01T00:00:00.000Z', last_seen_at: '2026-01-01T00:00:00.001Z' },
    ],
  }),
];

const posts = columnChecks('posts', {
  platform_post_id: formatted(POST_ID, 100),
  content: anyText(5000),
  detected_at: moment,
  processed_at: moment,
  keyword_matches: list(0, 50),
  keyword_categories: list(0, 20, LOWER_SNAKE),
  raw_metrics: jsonObject,
  error_count: count(),
  error_message: text(2000),
  created_at: moment,
  updated_at: moment,
});

const decisions = [
  ...columnChecks('decisions', {
    sss_score: score,
    ars_score: score,
    evs_score: ratio,
    trs_score: score,
    composite_score: score,
    safety_flags: list(0, 20, UPPER_SNAKE),
    signals_json: jsonObject,
    temporal_context: jsonObject,
    competitor_detected: text(100),
    experiment_variant: choice('A B'),
    created_at: moment,
  }),
  rowCheck('decisions', 'none_is_no_flag', {
    refused: [{ safety_flags: ['NONE'] }, { safety_flags: ['DEATH_MENTION', 'NONE'] }],
    accepted: [{ safety_flags: [] }, { safety_flags: ['NONE_OF_IT', 'DEATH_MENTION'] }],
  }),
  rowCheck('decisions', 'randomized_has_prediction', {
    refused: [{ is_randomized_experiment: true }, { is_randomized_experiment: true, predicted_mode: null }],
    accepted: [
      { is_randomized_experiment: true, predicted_mode: 'HYBRID' },
      // A random draw may coincide with the prediction.
      { is_randomized_experiment: true, predicted_mode: 'HELPFUL', mode: 'HELPFUL' },
      { is_randomized_experiment: false, predicted_mode: null },
    ],
  }),
];

export const CORE_CHECKS = [...authors, ...posts, ...decisions];
