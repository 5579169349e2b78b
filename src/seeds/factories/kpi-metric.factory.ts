import { KPI_CATALOGUE, type KpiMetricEntry } from '../../constants/kpi-catalogue.js';
import { KpiMetric } from '../../entities/index.js';
import type { Factory } from './factory.js';
import { between, daysBefore, pick, whole, type Kit } from './kit.js';
import { kpiTypeFactory } from './reference.factories.js';

/** Yesterday's value of some metric of the catalogue, over all platforms. */
export const kpiMetricFactory: Factory<KpiMetric> = {
  entity: KpiMetric,
  parents: [{ relation: 'metricType', factory: kpiTypeFactory }],
  values(kit, given) {
    const entry = KPI_CATALOGUE.find(({ name }) => name === given.metricName) ?? pick(kit, KPI_CATALOGUE);
    return {
      date: dayOf(daysBefore(kit.now, 1)),
      platform: null,
      metricName: entry.name,
      value: plausibleValue(kit, entry),
      createdAt: kit.now,
    };
  },
};

/** The UTC day of a moment, as `kpi_metrics.date` writes it. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** A value around the metric's target, in its unit: mostly good, sometimes not. */
export function plausibleValue(kit: Kit, { unit, target }: KpiMetricEntry): number {
  if (unit === 'count') return whole(kit, 0, target?.per === 'month' ? 20 : 6);
  if (target?.change) return between(kit, unit === 'points' ? -20 : -0.1, unit === 'points' ? 200 : 0.15);
  const goal = target?.per === 'month' ? target.value / 30 : (target?.value ?? 1);
  return between(kit, goal * 0.6, goal * 1.7);
}
