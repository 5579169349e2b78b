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
  type Value,
  type Word,
} from '../values.js';

/** Longer than the limit of any platform. */
const handleText: Word = (column) =>
  text(50)(column).map(({ kind, refused, accepted }) => ({
    kind,
    refused: refused.map(withoutPlatform),
    accepted: accepted.map(withoutPlatform),
  }));

function withoutPlatform({ value, dropFirst }: Value): Value {
  return { value, dropFirst: [...dropFirst, 'handle_of_platform'] };
}

const handleOn = (platform: string) => (handle: string) => ({ platform, handle });

const authors = [
  ...columnChecks('authors', {
    platform_id: text(100),
    handle: handleText,
    display_name: text(200),
    follower_count: count(1_000_000_000),
    archetype_tags: list(0, 50, LOWER_SNAKE),
    relationship_score: score,
    interaction_history: jsonList(1_048_576),
    first_seen_at: moment,
    last_seen_at: moment,
    created_at: moment,
    updated_at: moment,
  }),
  rowCheck('authors', 'handle_of_platform', {
    refused: [
      ...['', 'ann-b', 'ann.b', 'änn', 'ann b', 'ann\n', '\nann', '<script>', 'x'.repeat(16)].map(handleOn('TWITTER')),
      ...['an', 'ann.b', 'ann b', '<script>', 'x'.repeat(21)].map(handleOn('REDDIT')),
      ...['ann-b', 'ann b', '<script>', 'x'.repeat(31)].map(handleOn('THREADS')),
    ].map((changes) => ({ changes, dropFirst: ['handle_length', 'handle_blank'] })),
    accepted: [
      ...['a', 'A_9', 'x'.repeat(15)].map(handleOn('TWITTER')),
      ...['ann', 'a-b_C', 'x'.repeat(20)].map(handleOn('REDDIT')),
      ...['a', '.', 'a.b_C', 'x'.repeat(30)].map(handleOn('THREADS')),
    ],
  }),
  rowCheck('authors', 'tier_of_power_user', {
    refused: [{ is_power_user: false }],
    accepted: [{ is_power_user: true }, { is_power_user: false, power_tier_id: null }, { power_tier_id: null }],
  }),
];

const posts = [
  ...columnChecks('posts', {
    platform_post_id: formatted(POST_ID, 100),
    content: anyText(5000),
    detected_at: moment,
    processed_at: moment,
    keyword_matches: list(0, 50),
    keyword_categories: list(0, 20, LOWER_SNAKE),
    raw_metrics: jsonObject,
    error_count: count(),
    error_message: given({ error_count: 1 }, text(2000)),
    created_at: moment,
    updated_at: moment,
  }),
  rowCheck('posts', 'message_of_error', {
    refused: [{ error_message: 'It broke.' }, { error_message: 'It broke.', error_count: 0 }],
    accepted: [{ error_message: 'It broke.', error_count: 1 }, { error_count: 1 }, { error_message: null }],
  }),
];

const disengaged = { mode: 'DISENGAGED', archetype_id: null };

const decisions = [
  ...columnChecks('decisions', {
    sss_score: score,
    ars_score: score,
    evs_score: ratio,
    trs_score: score,
    composite_score: score,
    safety_flags: given({ mode: 'DISENGAGED', archetype_id: null }, list(0, 20, UPPER_SNAKE)),
    signals_json: jsonObject,
    temporal_context: jsonObject,
    competitor_detected: text(100),
    experiment_variant: choice('A B'),
    created_at: moment,
  }),
  rowCheck('decisions', 'none_is_no_flag', {
    refused: [
      { ...disengaged, safety_flags: ['NONE'] },
      { ...disengaged, safety_flags: ['DEATH_MENTION', 'NONE'] },
    ],
    accepted: [{ safety_flags: [] }, { ...disengaged, safety_flags: ['NONE_OF_IT', 'DEATH_MENTION'] }],
  }),
  rowCheck('decisions', 'safety_disengages', {
    refused: ['HELPFUL', 'ENGAGEMENT', 'HYBRID'].flatMap((mode) => [
      { mode, safety_flags: ['DEATH_MENTION'] },
      { mode, safety_flags: ['OVERRIDE', 'DEATH_MENTION'] },
      { mode, safety_flags: ['OVERRIDE_X'] },
    ]),
    accepted: [
      { ...disengaged, safety_flags: ['DEATH_MENTION', 'OVERRIDE'] },
      { mode: 'HELPFUL', safety_flags: ['OVERRIDE'] },
      { mode: 'HELPFUL', safety_flags: [] },
    ],
  }),
  rowCheck('decisions', 'disengaged_has_no_archetype', {
    refused: [{ mode: 'DISENGAGED' }],
    accepted: [disengaged, { mode: 'HELPFUL', archetype_id: null }, { mode: 'HELPFUL' }],
  }),
  rowCheck('decisions', 'prediction_is_mode', {
    refused: [
      { mode: 'HELPFUL', predicted_mode: 'HYBRID' },
      { ...disengaged, predicted_mode: 'HYBRID' },
    ],
    accepted: [
      { mode: 'HELPFUL', predicted_mode: 'HELPFUL' },
      { mode: 'HELPFUL', predicted_mode: null },
      { mode: 'HELPFUL', predicted_mode: 'HYBRID', is_randomized_experiment: true },
    ],
  }),
  rowCheck('decisions', 'experiment_has_variant', {
    refused: [{ experiment_variant: null }],
    // The state after the deletion of an experiment.
    accepted: [{ experiment_variant: 'B' }, { experiment_id: null }, { experiment_id: null, experiment_variant: null }],
  }),
  rowCheck('decisions', 'randomized_has_prediction', {
    refused: [{ is_randomized_experiment: true }, { is_randomized_experiment: true, predicted_mode: null }],
    accepted: [
      { is_randomized_experiment: true, predicted_mode: 'HYBRID' },
      // A randomly chosen mode may equal the predicted one.
      { is_randomized_experiment: true, predicted_mode: 'HELPFUL', mode: 'HELPFUL' },
      { is_randomized_experiment: false, predicted_mode: null },
    ],
  }),
];

export const CORE_CHECKS = [...authors, ...posts, ...decisions];
