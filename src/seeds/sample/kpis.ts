import { KPI_CATALOGUE, type KpiMetricEntry } from '../../constants/kpi-catalogue.js';
import { Platform } from '../../entities/enums.js';
import type { KpiMetric } from '../../entities/index.js';
import { daysBefore, minutesAfter, rounded, whole } from '../factories/kit.js';
import { dayOf, plausibleValue } from '../factories/kpi-metric.factory.js';
import type { SampleContext } from './context.js';

/** Full days before today. */
const DAYS = 30;

/** Every metric of the catalogue on each of the last 30 days: per platform, and over all of them. */
export function sampleKpis(context: SampleContext): KpiMetric[] {
  const daysAgo = Array.from({ length: DAYS }, (_, place) => DAYS - place);
  return daysAgo.flatMap((ago) => KPI_CATALOGUE.flatMap((entry) => metricOfDay(context, entry, ago)));
}

function metricOfDay({ kit, make, now, ids }: SampleContext, entry: KpiMetricEntry, ago: number): KpiMetric[] {
  const platforms = entry.platforms ?? Object.values(Platform);
  const values = platforms.map(() =>
    // Karma is what has gathered so far: it climbs.
    entry.unit === 'points' ? 140 + 3 * (DAYS - ago) + whole(kit, -4, 4) : plausibleValue(kit, entry),
  );
  const row = (platform: Platform | null, value: number) =>
    make.kpiMetric({
      date: dayOf(daysBefore(now, ago)),
      platform,
      metricTypeId: ids.kpiType[entry.family],
      metricName: entry.name,
      value,
      // Counted the morning after.
      createdAt: minutesAfter(daysBefore(now, ago - 1), -30),
    });
  return [...platforms.map((platform, place) => row(platform, values[place] ?? 0)), row(null, overAll(entry, values))];
}

function overAll({ rollUp }: KpiMetricEntry, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return rounded(rollUp === 'SUM' ? sum : sum / values.length);
}
