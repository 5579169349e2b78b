import type { EntityClass } from '../columns/registry.js';
import {
  Archetype,
  AuditLog,
  Author,
  ChampionTier,
  CommunityChampion,
  CompetitiveMention,
  Competitor,
  CompetitorCategory,
  Decision,
  Escalation,
  EscalationReason,
  Experiment,
  KpiMetric,
  KpiType,
  LearningEvent,
  Post,
  PowerTier,
  RandomizedExperiment,
  Reply,
  SegmentedWeight,
  WeightAdjustmentLog,
} from '../entities/index.js';

/**
 * Returns a uuid of version 8 ("custom", RFC 9562) that contains its origin: `<prefix>-<table>-8000-8000-<row>`, numbers in hexadecimal.
 * Random ids have version 4, so they never equal one of these.
 *
 * @param prefix eight hexadecimal digits
 * @param table number of the table, 0..65,535
 * @param row number of the row, 0..2^48 - 1
 */
function createUuid(prefix: string, table: number, row: number): string {
  return `${prefix}-${toHex(table, 4)}-8000-8000-${toHex(row, 12)}`;
}

function toHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** The place in this list is the number of the table in seeded ids. Only append: with other numbers, seeding would write every row again. */
const NUMBERED: readonly EntityClass[] = [
  Archetype,
  PowerTier,
  CompetitorCategory,
  KpiType,
  EscalationReason,
  ChampionTier,
  Author,
  Post,
  Experiment,
  Decision,
  Reply,
  Competitor,
  CompetitiveMention,
  CommunityChampion,
  KpiMetric,
  Escalation,
  AuditLog,
  WeightAdjustmentLog,
  LearningEvent,
  RandomizedExperiment,
  SegmentedWeight,
];

/**
 * Returns the number of an entity's table in seeded ids, from 1.
 *
 * @throws Error when the entity is not in the list
 */
export function getTableNumber(entity: EntityClass): number {
  const place = NUMBERED.indexOf(entity);
  if (place < 0) throw new Error(`${entity.name} has no number in NUMBERED (src/seeds/ids.ts): append it.`);
  return place + 1;
}

/**
 * Returns the fixed id of a reference row ("4ef" stands for "ref"). With it, a row that an operator renamed is not written again under its
 * old name.
 *
 * @param row number of the row in its list, from 1
 */
export function createReferenceId(entity: EntityClass, row: number): string {
  return createUuid('4ef00000', getTableNumber(entity), row);
}

const PREFIX = '5eed0000';

/** Rows per table and series. */
const SERIES_SIZE = 2 ** 32;

/** The pattern of the ids of sample rows, for JavaScript and PostgreSQL (`id::text ~ …`). */
export const SAMPLE_ID_PATTERN = '^5eed0000-[0-9a-f]{4}-8000-8000-[0-9a-f]{12}$';

const sampleIdRegex = new RegExp(SAMPLE_ID_PATTERN);

/**
 * Returns the fixed id of a sample row: `5eed0000-0007-8000-8000-000000000001` is the first sample author.
 *
 * @param row number of the row in its table, from 1
 * @param series 0..65,535. Sets of rows with different series can be in one database. The sample has series 0.
 */
export function createSampleId(entity: EntityClass, row: number, series = 0): string {
  return createUuid(PREFIX, getTableNumber(entity), series * SERIES_SIZE + row);
}

/** Returns whether the sample seeder or a factory created the row with this id. */
export function isSampleId(id: string): boolean {
  return sampleIdRegex.test(id);
}
