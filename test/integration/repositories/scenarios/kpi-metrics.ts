import type { DataSource } from 'typeorm';
import { KpiMetricRepository } from '../../../../src/repositories/kpi-metric.repository.js';
import { type Findings, settle } from './findings.js';

/** Four services upsert the same 40 values at once, in different orders. Each value has one row afterwards. */
export async function upsertTogether(dataSource: DataSource, metricTypeId: string, rounds: number): Promise<Findings> {
  const violations: string[] = [];
  const metrics = KpiMetricRepository.of(dataSource);
  for (let round = 0; round < rounds; round += 1) {
    const date = new Date(Date.UTC(2020, 0, 1 + round)).toISOString().slice(0, 10);
    const values = (value: number) =>
      ([null, 'TWITTER', 'REDDIT', 'THREADS'] as const).flatMap((platform) =>
        Array.from({ length: 10 }, (_, n) => ({
          date,
          platform,
          metricTypeId,
          metricName: `metric_${n}`,
          value,
        })),
      );
    violations.push(
      ...(await settle([
        metrics.upsertMany(values(1)),
        metrics.upsertMany(values(2).reverse()),
        metrics.upsertMany([...values(3).slice(20), ...values(3).slice(0, 20)]),
        metrics.upsertMany(values(4)),
      ])),
    );
    const [row] = await dataSource.query<{ rows: number }[]>(
      `SELECT count(*)::int AS rows FROM kpi_metrics WHERE date = $1`,
      [date],
    );
    if (row?.rows !== 40) violations.push(`round ${round}: ${row?.rows ?? 0} rows`);
  }
  return { rounds, violations };
}
