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
 * A uuid of version 8 ("custom", RFC 9562) that says where it comes from: `<prefix>-<table>-8000-8000-<row>`, all but the
 * prefix in hexadecimal. Random ids are of version 4, so the two never meet.
 *
 * @param prefix eight hexadecimal digits.
 * @param table number of the table, 0..65,535.
 * @param row number of the row, 0..2^48 - 1.
 */
function createUuid(prefix: string, table: number, row: number): string {
  return `${prefix}-${toHex(table, 4)}-8000-8000-${toHex(row, 12)}`;
}

function toHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** The place in the list is the number of the table in seeded ids: append only, or a second seeding doubles every row. */
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
 * The number of an entity's table in seeded ids, from 1.
 *
 * @throws Error when the entity is not in the list: a new table is to be appended to it.
 */
export function getTableNumber(entity: EntityClass): number {
  const place = NUMBERED.indexOf(entity);
  if (place < 0) throw new Error(`${entity.name} has no number in NUMBERED (src/seeds/ids.ts): append it.`);
  return place + 1;
}

/**
 * The id of a seeded reference row ("4ef" reads "ref"). Given instead of left to the database, so that a row an operator
 * renamed is still known and does not come back under its old name.
 *
 * @param row its number in its list, from 1.
 */
export function createReferenceId(entity: EntityClass, row: number): string {
  return createUuid('4ef00000', getTableNumber(entity), row);
}

const PREFIX = '5eed0000';

/** Rows per table and series. */
const SERIES_SIZE = 2 ** 32;

/** What the id of every sample row matches, in JavaScript and in PostgreSQL (`id::text ~ …`). */
export const SAMPLE_ID_PATTERN = '^5eed0000-[0-9a-f]{4}-8000-8000-[0-9a-f]{12}$';

const createSampleIdPattern = new RegExp(SAMPLE_ID_PATTERN);

/**
 * The id of a sample row: the same on every machine and every day, and recognisable at a glance as invented
 * (`5eed0000-0007-8000-8000-000000000001` is the first sample author).
 *
 * @param row number of the row in its table, from 1.
 * @param series 0..65,535: two sets of rows with different numbers can live in one database. The sample is series 0.
 */
export function createSampleId(entity: EntityClass, row: number, series = 0): string {
  return createUuid(PREFIX, getTableNumber(entity), series * SERIES_SIZE + row);
}

/** Was the row with this id invented by the sample seeder or by a factory? */
export function isSampleId(id: string): boolean {
  return createSampleIdPattern.test(id);
}
