import { columnChecks, given, rowCheck } from '../checks.js';
import { choice, count, list, moment, score, text } from '../values.js';

const NOON = '2026-01-31T12:00:00Z';

const competitors = columnChecks('competitors', {
  name: text(100),
  primary_mechanism: text(200),
  price_point: choice('LOW MID HIGH VERY_HIGH VARIES'),
  brand_keywords: list(1, 50),
  created_at: moment,
  updated_at: moment,
});

const mentions = columnChecks('competitive_mentions', {
  sentiment: choice('POSITIVE NEUTRAL NEGATIVE'),
  satisfaction: choice('SATISFIED UNSATISFIED QUESTIONING'),
  opportunity_score: score,
  created_at: moment,
});

const champions = [
  ...columnChecks('community_champions', {
    engagement_count: count(),
    dm_sent_at: moment,
    dm_response: given({ dm_sent_at: NOON }, choice('NO_RESPONSE ACCEPTED DECLINED')),
    advocate_status: choice('POTENTIAL CONTACTED ENGAGED ADVOCATE VIP'),
    created_at: moment,
    updated_at: moment,
  }),
  rowCheck('community_champions', 'response_to_dm', {
    refused: ['NO_RESPONSE', 'ACCEPTED', 'DECLINED'].map((dm_response) => ({ dm_response })),
    accepted: [{ dm_response: 'DECLINED', dm_sent_at: NOON }, { dm_sent_at: NOON }, {}],
  }),
];

export const MARKET_CHECKS = [...competitors, ...mentions, ...champions];
