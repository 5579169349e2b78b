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

/** Which families of numbers do we steer by? The family, not the metric: its metrics are named in `kpi_metrics`. */
@Table('kpi_types')
@UniqueKey(['name'])
export class KpiType {
  @Id() id!: string;

  /** The name code refers to, like COMMERCIAL. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** What the family tells, in a sentence. */
  @Text({ max: 500 }) description!: string;

  /** How its daily values roll up to a longer period, where the metric does not say otherwise. */
  @Choice(AGGREGATION_TYPES, { default: 'AVG' }) aggregationType!: AggregationType;

  /** Collected and shown. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => KpiMetric, (metric) => metric.metricType) metrics!: Relation<KpiMetric>[];
}
