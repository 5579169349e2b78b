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

/** How did we do on a day? One number per day, platform and metric, written again when it is counted again. Kept 2 years. */
@Table('kpi_metrics')
@UniqueKey(['date', 'platform', 'metricTypeId', 'metricName'])
// A unique key lets any number of rows with a null platform pass.
@UniqueKey(['date', 'metricTypeId', 'metricName'], { name: 'all_platforms', where: '"platform" IS NULL' })
@IndexFor('a family’s trend over 30 or 90 days', ['metricTypeId', 'date'])
@Final<KpiMetric>({
  meaning: 'created_once',
  message: 'created_at is when the number was first written: counting again does not change it',
  properties: ['createdAt'],
})
export class KpiMetric {
  @Id() id!: string;

  /** The day counted, in the caller's time zone (UTC unless agreed otherwise). */
  @Day() date!: string;

  /** Null: all platforms together. */
  @EnumColumn(Platform, { nullable: true }) platform!: Platform | null;

  /** The family. Cannot be deleted while it has numbers: retire it instead. */
  @BelongsTo(() => KpiType, { onDelete: 'RESTRICT', inverse: (type) => type.metrics, column: 'kpi_type_id' })
  metricType!: Relation<KpiType>;
  metricTypeId!: string;

  /** The metric, like ctr or conversion_rate; the catalogue says its unit. */
  @Text({ max: 64, format: LOWER_SNAKE }) metricName!: string;

  /** In the metric's unit; may be negative (karma) and above 1. */
  @Quantity() value!: number;

  /** First written; counting again does not change it. */
  @CreatedAt() createdAt!: Date;
}
