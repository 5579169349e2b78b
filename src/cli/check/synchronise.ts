import type { DataSource } from 'typeorm';
import { sqlStateOf, summaryOf, toDatabaseError } from '../../connection/errors.js';
import { SharedDbError } from '../../connection/shared-db-error.js';
import { tokensOf } from '../../connection/sql-text.js';
import { quietly } from './quiet.js';

/** PostgreSQL refuses a statement that TypeORM writes from the entities. */
export class EntitiesError extends SharedDbError {
  override readonly name = 'EntitiesError';
}

/** States of statements that cannot be run whatever the rows: names, types and syntax, or what PostgreSQL does not do. */
const REFUSED = /^(42|0A|22)/;

const UNDEFINED_COLUMN = '42703';

/**
 * Makes what the entities declare, in an empty database.
 *
 * @throws EntitiesError when they declare what PostgreSQL cannot make: a rule over a column that they no longer have
 */
export async function synchronise(dataSource: DataSource): Promise<void> {
  try {
    await quietly(() => dataSource.synchronize());
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === undefined || state === '42501' || !REFUSED.test(state)) throw error;
    throw new EntitiesError(messageOf(error, state, dataSource));
  }
}

function messageOf(error: unknown, state: string, dataSource: DataSource): string {
  const known = toDatabaseError(error);
  const reason = known === undefined ? 'it refuses a statement' : summaryOf(known);
  const rules = state === UNDEFINED_COLUMN ? rulesWithoutColumn(dataSource) : [];
  const where = rules.length === 0 ? '' : `, named in ${rules.join(', ')}`;
  return `The entities declare what PostgreSQL cannot make: ${reason} (${state})${where}. Correct the entity: a rule, an index or a default may name what is gone.`;
}

/** The rules and partial indexes whose SQL has a name in double quotes that is no column of their table. */
function rulesWithoutColumn({ entityMetadatas }: DataSource): string[] {
  return entityMetadatas.flatMap(({ tableName, columns, checks, indices }) => {
    const known = columns.map(({ databaseName }) => `"${databaseName}"`);
    const texts = [
      ...checks.map(({ name, expression }) => ({ name, sql: expression })),
      ...indices.map(({ name, where = '' }) => ({ name, sql: where })),
    ];
    return texts
      .filter(({ sql }) => tokensOf(sql).some(({ kind, text }) => kind === 'name' && !known.includes(text)))
      .map(({ name }) => `${name} of ${tableName}`);
  });
}
