import type { Relation } from 'typeorm';
import {
  BelongsTo,
  CreatedAt,
  Day,
  EnumColumn,
  Final,
  Id,
  IndexFor,
  LOWER_SNAKE,
  Quantity,
  Table,
  Text,
  UniqueKey,
} from '../../columns/index.js';
import { Platform } from '../enums.js';
import { KpiType } from '../reference/kpi-type.entity.js';

/**
 * One row per day, platform and metric, with its value. Written when the day is counted; counting again overwrites the value.
 * Kept for 2 years, then archived and deleted.
 */
@Table('kpi_metrics')
@UniqueKey(['date', 'platform', 'metricTypeId', 'metricName'])
// The unique key above allows any number of rows with a null platform.
@UniqueKey(['date', 'metricTypeId', 'metricName'], { name: 'all_platforms', where: '"platform" IS NULL' })
@IndexFor('a family’s trend over 30 or 90 days', ['metricTypeId', 'date'])
@Final<KpiMetric>({
  meaning: 'created_once',
  message: 'created_at of a KPI metric never changes',
  properties: ['createdAt'],
})
export class KpiMetric {
  @Id() id!: string;

  /** Day of the value, without time zone; UTC unless the writing service agreed otherwise. */
  @Day() date!: string;

  /** Platform of the value. Null: all platforms together. */
  @EnumColumn(Platform, { nullable: true }) platform!: Platform | null;

  /** Family of the metric. A family with values cannot be deleted: set its `is_active` to false. */
  @BelongsTo(() => KpiType, { onDelete: 'RESTRICT', inverse: (type) => type.metrics, column: 'kpi_type_id' })
  metricType!: Relation<KpiType>;
  metricTypeId!: string;

  /**
   * Name of the metric in lower snake case (ctr, conversion_rate), 1..64 characters. The KPI catalogue in the code states its
   * unit.
   */
  @Text({ max: 64, format: LOWER_SNAKE }) metricName!: string;

  /** Value in the unit of the metric. May be negative (karma) and above 1. */
  @Quantity() value!: number;

  /** When the value was first written. Counting again does not change it. */
  @CreatedAt() createdAt!: Date;
}
