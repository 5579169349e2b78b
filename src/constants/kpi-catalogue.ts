import type { KpiTypeName } from './lists.js';

/** How daily values are combined for a longer period. WEIGHTED_AVG: weighted by the number of replies (or visits) of each day. */
export type RollUp = 'SUM' | 'AVG' | 'WEIGHTED_AVG' | 'LAST';

/** Unit of `kpi_metrics.value`. Shares are fractions: 0.02, not 2 percent. */
export type KpiUnit = 'fraction' | 'count' | 'seconds' | 'USD' | 'count per 100 replies' | 'ratio' | 'points';

/** A target or a limit. */
export interface KpiGoal {
  readonly is: 'above' | 'below' | 'at least' | 'at most';
  readonly value: number;
  /** The value applies to a whole month, not to a day. */
  readonly per?: 'month';
  /** The value applies to the change over the period. */
  readonly change?: true;
}

/** One metric of `kpi_metrics`. */
export interface KpiMetricEntry {
  readonly family: KpiTypeName;
  /** `kpi_metrics.metric_name`. */
  readonly name: string;
  readonly unit: KpiUnit;
  readonly rollUp: RollUp;
  readonly target?: KpiGoal;
  /** Limit that triggers an alert. */
  readonly alert?: KpiGoal;
  /** Platforms on which it is measured. Absent: all. */
  readonly platforms?: readonly ('TWITTER' | 'REDDIT' | 'THREADS')[];
}

const createGoal = (is: KpiGoal['is'], value: number, more: Omit<KpiGoal, 'is' | 'value'> = {}): KpiGoal => ({
  is,
  value,
  ...more,
});

const aMonth = { per: 'month' } as const;
const changeAMonth = { per: 'month', change: true } as const;

function createFamily(name: KpiTypeName, metrics: readonly Omit<KpiMetricEntry, 'family'>[]): KpiMetricEntry[] {
  return metrics.map((metric) => ({ family: name, ...metric }));
}

/**
 * Metrics that the KPI services write, by family, with unit, aggregation, target and alert. Source: business goals of the project
 * brief and the product requirements; alerts of the dashboard. `kpi_metrics` also accepts names that are not listed here.
 */
export const KPI_CATALOGUE: readonly KpiMetricEntry[] = [
  ...createFamily('COMMERCIAL', [
    // Unique clicks per reply that mentions the product; may exceed 1.
    {
      name: 'ctr',
      unit: 'fraction',
      rollUp: 'WEIGHTED_AVG',
      target: createGoal('above', 0.02),
      alert: createGoal('below', 0.015),
    },
    { name: 'landing_dwell_seconds', unit: 'seconds', rollUp: 'AVG', target: createGoal('above', 45) },
    { name: 'add_to_cart_rate', unit: 'fraction', rollUp: 'WEIGHTED_AVG', target: createGoal('above', 0.15) },
    { name: 'conversion_rate', unit: 'fraction', rollUp: 'WEIGHTED_AVG', target: createGoal('above', 0.08) },
    { name: 'revenue_per_reply', unit: 'USD', rollUp: 'WEIGHTED_AVG', target: createGoal('above', 0.5) },
    { name: 'clicks', unit: 'count', rollUp: 'SUM' },
    { name: 'conversions', unit: 'count', rollUp: 'SUM', target: createGoal('at least', 250, aMonth) },
    { name: 'revenue', unit: 'USD', rollUp: 'SUM', target: createGoal('at least', 7_500, aMonth) },
    { name: 'new_customer_rate', unit: 'fraction', rollUp: 'AVG', target: createGoal('at least', 0.7) },
    { name: 'repeat_purchase_rate_90d', unit: 'fraction', rollUp: 'AVG', target: createGoal('at least', 0.25) },
    { name: 'coupon_redemption_rate', unit: 'fraction', rollUp: 'AVG', target: createGoal('at least', 0.12) },
  ]),
  ...createFamily('LOVE', [
    { name: 'thanks_likes_rate', unit: 'fraction', rollUp: 'WEIGHTED_AVG', target: createGoal('above', 0.12) },
    { name: 'follows_per_100', unit: 'count per 100 replies', rollUp: 'WEIGHTED_AVG', target: createGoal('above', 3) },
    {
      name: 'positive_sentiment',
      unit: 'fraction',
      rollUp: 'WEIGHTED_AVG',
      target: createGoal('above', 0.75),
      alert: createGoal('below', 0.6),
    },
    { name: 'moderator_approvals', unit: 'count', rollUp: 'SUM', target: createGoal('at least', 5) },
    { name: 'creator_reposts', unit: 'count', rollUp: 'SUM', target: createGoal('at least', 2, aMonth) },
  ]),
  ...createFamily('SAFETY', [
    // Removed replies relative to what is usual in the community; 1 = usual.
    {
      name: 'removal_rate',
      unit: 'ratio',
      rollUp: 'AVG',
      target: createGoal('below', 1),
      alert: createGoal('above', 1.5),
    },
    {
      name: 'platform_strikes',
      unit: 'count',
      rollUp: 'SUM',
      target: createGoal('at most', 0),
      alert: createGoal('above', 0),
    },
    // May decrease, and may be negative.
    {
      name: 'reddit_karma',
      unit: 'points',
      rollUp: 'LAST',
      target: createGoal('at least', 50, changeAMonth),
      platforms: ['REDDIT'],
    },
    {
      name: 'self_deletion_rate',
      unit: 'fraction',
      rollUp: 'AVG',
      target: createGoal('below', 0.02),
      alert: createGoal('above', 0.03),
    },
    { name: 'human_escalation_rate', unit: 'fraction', rollUp: 'AVG', target: createGoal('below', 0.05) },
    {
      name: 'follower_sentiment_shift',
      unit: 'fraction',
      rollUp: 'LAST',
      target: createGoal('at least', -0.1, changeAMonth),
    },
  ]),
];
