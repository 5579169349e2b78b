import type { EntityClass } from '../../columns/registry.js';
import { customUuid } from '../custom-uuid.js';
import { tableNumber } from '../table-numbers.js';

const PREFIX = '5eed0000';

/** Rows per table and series. */
const SERIES_SIZE = 2 ** 32;

/** What the id of every sample row matches, in JavaScript and in PostgreSQL (`id::text ~ …`). */
export const SAMPLE_ID_PATTERN = '^5eed0000-[0-9a-f]{4}-8000-8000-[0-9a-f]{12}$';

const sampleIdPattern = new RegExp(SAMPLE_ID_PATTERN);

/**
 * The id of a sample row: the same on every machine and every day, and recognisable at a glance as invented
 * (`5eed0000-0007-8000-8000-000000000001` is the first sample author).
 *
 * @param row number of the row in its table, from 1.
 * @param series 0..65,535: two sets of rows with different numbers can live in one database. The sample is series 0.
 */
export function sampleId(entity: EntityClass, row: number, series = 0): string {
  return customUuid(PREFIX, tableNumber(entity), series * SERIES_SIZE + row);
}

/** Was the row with this id invented by the sample seeder or by a factory? */
export function isSampleId(id: string): boolean {
  return sampleIdPattern.test(id);
}
