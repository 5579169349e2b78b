import type { Relation } from 'typeorm';
import {
  Choice,
  CreatedAt,
  Flag,
  HasMany,
  Id,
  Table,
  Text,
  UniqueKey,
  UpdatedAt,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { KpiMetric } from '../analytics/kpi-metric.entity.js';
import { AGGREGATION_TYPES, type AggregationType } from '../../constants/lists.js';

/**
 * One row per family of metrics; the metrics themselves are named in `kpi_metrics`. Seeded, then edited from the dashboard.
 * Kept for ever; a retired family has `is_active` = false.
 */
@Table('kpi_types')
@UniqueKey(['name'])
export class KpiType {
  @Id() id!: string;

  /** Unique name that code looks up, in upper snake case, e.g. COMMERCIAL. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** What the metrics of the family measure, in one sentence. */
  @Text({ max: 500 }) description!: string;

  /**
   * How daily values are combined for a longer period, unless the KPI catalogue in the code names another way for the metric:
   * SUM, AVG, MIN, MAX, COUNT or LAST.
   */
  @Choice(AGGREGATION_TYPES, { default: 'AVG' }) aggregationType!: AggregationType;

  /** True while the metrics of the family are collected and shown. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => KpiMetric, (metric) => metric.metricType) metrics!: Relation<KpiMetric>[];
}
