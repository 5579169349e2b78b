import type { Platform } from '../../entities/enums.js';
import { KpiMetric } from '../../entities/index.js';
import { Like } from './words.js';

/** One number of one day, as the KPI services count it. */
export class KpiMetricInput {
  /** `YYYY-MM-DD`, in the caller's time zone (UTC unless agreed otherwise). */
  @Like(KpiMetric, 'date') date!: string;

  /** Null or left out: all platforms together. */
  @Like(KpiMetric, 'platform') platform?: Platform | null;

  @Like(KpiMetric, 'metricTypeId') metricTypeId!: string;

  /** Lower snake case, like conversion_rate. */
  @Like(KpiMetric, 'metricName') metricName!: string;

  /** In the metric's unit; fractions, not percentages; may be negative. */
  @Like(KpiMetric, 'value') value!: number;
}
