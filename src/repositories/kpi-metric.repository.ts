import type { Platform } from '../entities/enums.js';
import { KpiMetric } from '../entities/index.js';
import { type KpiMetricInput, validateEntity } from '../validation/index.js';
import type { Plain } from './plain.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** What an upsert did. A value that was stored already counts as unchanged, and of a value given twice only the last counts. */
export interface UpsertCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** The value of a metric on one day. */
export interface KpiValue {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** In the unit of the metric. */
  readonly value: number;
}

/** The newest value of one metric. */
export interface LatestKpi extends KpiValue {
  readonly metricTypeId: string;
  /** Null: all platforms together. */
  readonly platform: Platform | null;
  readonly metricName: string;
}

/** Which values of which metric to list. */
export interface SeriesQuery {
  metricTypeId: string;
  metricName: string;
  /** Default null: all platforms together. */
  platform?: Platform | null;
  /** Number of days, the last included. Default 30. */
  days?: number;
  /** Last day, `YYYY-MM-DD`. Default: today in UTC. */
  until?: string;
}

const COLUMNS = 'date, platform, kpi_type_id, metric_name, value';

const TODAY = `(now() AT TIME ZONE 'UTC')::date`;

/** Values of metrics by day. Days are plain texts `YYYY-MM-DD`, so that no time zone shifts them. */
@RepositoryFor(KpiMetric)
export class KpiMetricRepository extends TableRepository<KpiMetric> {
  /**
   * Inserts the values, or overwrites the stored values of the same day, platform and metric. One statement: all of them or none.
   *
   * Rows are written in the order of their keys, so parallel calls with the same values in any order wait for each other and do not
   * deadlock. Uses uq_kpi_metrics__date_platform_kpi_type_id_metric_name, and without a platform
   * uq_kpi_metrics__date_kpi_type_id_metric_name__all_platforms.
   *
   * @throws EntityValidationError for the first invalid value; ForeignKeyViolation for an unknown family
   */
  async upsertMany(metrics: readonly Plain<KpiMetricInput>[]): Promise<UpsertCounts> {
    const last = new Map<string, object>();
    for (const metric of metrics) {
      validateEntity(KpiMetric, metric, { write: 'insert' });
      const { date, platform = null, metricTypeId, metricName, value } = metric;
      const row = { date, platform, kpi_type_id: metricTypeId, metric_name: metricName, value };
      last.set([date, platform, metricTypeId.toLowerCase(), metricName].join(' '), row);
    }
    const [counts] = await this.send<{ inserted: number; updated: number }>(
      'upsertMany',
      `WITH given AS MATERIALIZED (
         SELECT * FROM json_to_recordset($1::json) AS g (date date, platform platform, kpi_type_id uuid, metric_name text, value float8)
       ), of_platforms AS (
         INSERT INTO kpi_metrics (${COLUMNS})
         SELECT ${COLUMNS} FROM given WHERE platform IS NOT NULL ORDER BY date, kpi_type_id, metric_name, platform
         ON CONFLICT (date, platform, kpi_type_id, metric_name) DO UPDATE SET value = excluded.value
         WHERE kpi_metrics.value IS DISTINCT FROM excluded.value RETURNING xmax = 0 AS inserted
       ), of_all_platforms AS (
         INSERT INTO kpi_metrics (${COLUMNS})
         SELECT ${COLUMNS} FROM given WHERE platform IS NULL ORDER BY date, kpi_type_id, metric_name
         ON CONFLICT (date, kpi_type_id, metric_name) WHERE platform IS NULL DO UPDATE SET value = excluded.value
         WHERE kpi_metrics.value IS DISTINCT FROM excluded.value RETURNING xmax = 0 AS inserted
       )
       SELECT count(*) FILTER (WHERE inserted)::int AS inserted, count(*) FILTER (WHERE NOT inserted)::int AS updated
       FROM (SELECT inserted FROM of_platforms UNION ALL SELECT inserted FROM of_all_platforms) written`,
      [JSON.stringify([...last.values()])],
    );
    const { inserted = 0, updated = 0 } = counts ?? {};
    return { inserted, updated, unchanged: metrics.length - inserted - updated };
  }

  /**
   * Lists the values of one metric, oldest first; days without a value are absent. Uses the unique indexes, or
   * ix_kpi_metrics__kpi_type_id_date.
   */
  async listSeries({ metricTypeId, metricName, platform = null, days = 30, until }: SeriesQuery): Promise<KpiValue[]> {
    return this.send<KpiValue>(
      platform === null ? 'listSeriesOfAllPlatforms' : 'listSeries',
      `SELECT to_char(date, 'YYYY-MM-DD') AS date, value FROM kpi_metrics
       WHERE kpi_type_id = $1 AND metric_name = $2 AND date > coalesce($4::date, ${TODAY}) - $3::int
         AND date <= coalesce($4::date, ${TODAY}) AND ${platform === null ? 'platform IS NULL' : 'platform = $5'}
       ORDER BY kpi_metrics.date`,
      [metricTypeId, metricName, days, until ?? null, ...(platform === null ? [] : [platform])],
    );
  }

  /**
   * Lists the newest value of each metric of a family and each platform. Uses ix_kpi_metrics__kpi_type_id_date.
   *
   * @param options `days`: how old a value may be, default 30
   */
  async listLatest(metricTypeId: string, { days = 30 }: { days?: number } = {}): Promise<LatestKpi[]> {
    return this.send<LatestKpi>(
      'listLatest',
      `SELECT DISTINCT ON (metric_name, platform) kpi_type_id AS "metricTypeId", platform, metric_name AS "metricName",
         to_char(date, 'YYYY-MM-DD') AS date, value
       FROM kpi_metrics WHERE kpi_type_id = $1 AND date > ${TODAY} - $2::int
       ORDER BY metric_name, platform NULLS FIRST, kpi_metrics.date DESC`,
      [metricTypeId, days],
    );
  }
}
