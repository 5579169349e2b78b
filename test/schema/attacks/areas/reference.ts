import { columnChecks } from '../checks.js';
import { choice, count, formatted, jsonList, moment, text, UPPER_SNAKE } from '../values.js';

const named = { name: formatted(UPPER_SNAKE, 50), description: text(500), created_at: moment, updated_at: moment };

export const REFERENCE_CHECKS = [
  ...columnChecks('archetypes', named),
  ...columnChecks('power_tiers', { ...named, follower_threshold: count() }),
  ...columnChecks('competitor_categories', named),
  ...columnChecks('kpi_types', { ...named, aggregation_type: choice('SUM AVG MIN MAX COUNT LAST') }),
  ...columnChecks('escalation_reasons', named),
  ...columnChecks('champion_tiers', { ...named, min_engagement: count(), benefits: jsonList() }),
];
