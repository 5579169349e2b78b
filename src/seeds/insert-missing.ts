import type { EntityManager, EntityTarget, ObjectLiteral, ObjectType } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';

/** Creates an instance of the entity with these values. Rules and subscribers find an entity by its class. */
export function build<Row extends object>(entity: ObjectType<Row>, values: Partial<Row>): Row {
  return Object.assign(new (entity as new () => Row)(), values);
}

/** The result of a seeding, one entry for each table, in the order of writing. */
export type SeedSummary = readonly SeededTable[];

export interface SeededTable {
  readonly table: string;
  /** Number of rows that this seeding inserted. */
  readonly inserted: number;
  /** Number of rows in the table now, including rows of other origin. */
  readonly total: number;
}

/** Rows per statement. 500 rows of the widest table have far fewer than 65,535 parameters, the limit of PostgreSQL. */
const BATCH_SIZE = 500;

/** Key of the advisory lock. Any number that no other lock of the application uses. */
const SEED_LOCK = 0x5eed;

/** Takes an advisory lock until the transaction ends, so that only one process seeds at a time. */
export async function takeSeedLock(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK]);
}

/**
 * Inserts the rows that do not exist yet. Skips a row whose id or natural key exists, and never changes an existing row.
 */
export async function insertMissing<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
): Promise<SeededTable> {
  let inserted = 0;
  for (let start = 0; start < rows.length; start += BATCH_SIZE) {
    const batch = rows.slice(start, start + BATCH_SIZE) as QueryDeepPartialEntity<Row>[];
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(entity)
      .values(batch)
      .orIgnore()
      .returning('id')
      // TypeORM would assign the returned ids to the rows by position, but skipped rows return no id.
      .updateEntity(false)
      .execute();
    inserted += (result.raw as unknown[]).length;
  }
  const { tableName } = manager.dataSource.getMetadata(entity);
  return { table: tableName, inserted, total: await manager.count(entity) };
}
