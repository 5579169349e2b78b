import type { EntityMetadata } from 'typeorm';
import { validateEntity } from '../validation/index.js';

/** The columns and values of a new row, as an INSERT needs them. */
export interface NewRow {
  /** `"post_id", "mode"` */
  readonly columns: string;
  /** `$1, $2` */
  readonly placeholders: string;
  readonly values: readonly unknown[];
}

/**
 * Validates a new row and returns the parts of its INSERT. Properties that are absent are left to the defaults of the table, so the
 * statement of one method has as many texts as there are combinations of given properties.
 *
 * @param first number of the first parameter
 * @throws EntityValidationError
 */
export function toNewRow(metadata: EntityMetadata, row: object, first = 1): NewRow {
  validateEntity(metadata.target as new () => object, row, { write: 'insert' });
  const given = metadata.columns
    .map(({ propertyName, databaseName, type }) => ({
      databaseName,
      value: encode((row as Record<string, unknown>)[propertyName], type),
    }))
    .filter(({ value }) => value !== undefined);
  return {
    columns: given.map(({ databaseName }) => `"${databaseName}"`).join(', '),
    placeholders: given.map((_, index) => `$${first + index}`).join(', '),
    values: given.map(({ value }) => value),
  };
}

/** node-postgres would send a list as a PostgreSQL array, also to a jsonb column. */
function encode(value: unknown, type: EntityMetadata['columns'][number]['type']): unknown {
  return type === 'jsonb' && value !== null && value !== undefined ? JSON.stringify(value) : value;
}
