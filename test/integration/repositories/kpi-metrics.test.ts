import { beforeAll, describe, expect, it } from '@jest/globals';
import { KpiMetricRepository } from '../../../src/repositories/kpi-metric.repository.js';
import { KpiTypeRepository } from '../../../src/repositories/reference.repository.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { upsertTogether } from './scenarios/kpi-metrics.js';

const db = useDatabase();
let metrics: KpiMetricRepository;
let metricTypeId: string;

beforeAll(async () => {
  metrics = KpiMetricRepository.of(db.dataSource);
  const type = { name: 'COMMERCIAL', description: 'Money.', aggregationType: 'AVG' } as const;
  ({ id: metricTypeId } = await KpiTypeRepository.of(db.dataSource).add(type, 'system'));
});

const valueOf = (date: string, value: number, changes: object = {}) => ({
  ...{ date, value, metricTypeId, metricName: 'ctr' },
  ...changes,
});

describe('KpiMetricRepository', () => {
  it('upserts values of a platform and of all platforms in one statement, each day and metric once', async () => {
    const values = [valueOf('2026-03-28', 0.02), valueOf('2026-03-28', 0.03, { platform: 'TWITTER' })];
    expect(await metrics.upsertMany([])).toEqual({ inserted: 0, updated: 0, unchanged: 0 });
    expect(await metrics.upsertMany(values)).toEqual({ inserted: 2, updated: 0, unchanged: 0 });
    expect(await metrics.upsertMany(values)).toEqual({ inserted: 0, updated: 0, unchanged: 2 });
    const twice = [valueOf('2026-03-28', 9), valueOf('2026-03-28', 0.05), valueOf('2026-03-29', 0.06)];
    expect(await metrics.upsertMany(twice)).toEqual({ inserted: 1, updated: 1, unchanged: 1 });
    expect(await metrics.count()).toBe(3);
  });

  it('lists a series of days as plain texts, also across a change of the clock, and the latest values', async () => {
    const query = { metricTypeId, metricName: 'ctr', until: '2026-03-29' };
    expect(await metrics.listSeries(query)).toEqual([
      { date: '2026-03-28', value: 0.05 },
      { date: '2026-03-29', value: 0.06 },
    ]);
    expect(await metrics.listSeries({ ...query, days: 1 })).toEqual([{ date: '2026-03-29', value: 0.06 }]);
    expect(await metrics.listSeries({ ...query, platform: 'TWITTER' })).toEqual([{ date: '2026-03-28', value: 0.03 }]);
    expect(await metrics.listSeries({ ...query, platform: 'REDDIT' })).toEqual([]);
    expect(await metrics.listSeries({ metricTypeId: ID, metricName: 'ctr' })).toEqual([]);
    expect(await metrics.listLatest(metricTypeId, { days: 36_500 })).toMatchObject([
      { platform: null, date: '2026-03-29', value: 0.06 },
      { platform: 'TWITTER', date: '2026-03-28', value: 0.03 },
    ]);
    expect(await metrics.listLatest(ID)).toEqual([]);
  });

  it('refuses an invalid value with all others, and an unknown family (23503, fk_kpi_metrics__kpi_type_id)', async () => {
    const valid = valueOf('2026-04-01', 1);
    await expect(metrics.upsertMany([valid, valueOf('2026-02-30', 1)])).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
    });
    await expect(metrics.upsertMany([valid, valueOf('2026-04-02', 1, { metricTypeId: ID })])).rejects.toMatchObject({
      sqlState: '23503',
      constraint: 'fk_kpi_metrics__kpi_type_id',
    });
    expect(await metrics.listSeries({ metricTypeId, metricName: 'ctr', until: '2026-04-02', days: 2 })).toEqual([]);
  });

  it('neither deadlocks nor doubles a value when four services upsert the same values in different orders', async () => {
    expect(await upsertTogether(db.dataSource, metricTypeId, 4)).toEqual({ rounds: 4, violations: [] });
  });
});
