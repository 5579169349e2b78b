import type { EntityManager, EntityTarget, ObjectLiteral, ObjectType } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';

/** An instance of the entity with these values; rules and subscribers know it by its class. Left out = the default. */
export function build<Row extends object>(entity: ObjectType<Row>, values: Partial<Row>): Row {
  return Object.assign(new (entity as new () => Row)(), values);
}

/** What a seeding did, one entry per table in the order of writing. */
export type SeedSummary = readonly SeededTable[];

export interface SeededTable {
  readonly table: string;
  /** Rows written just now; 0 when everything was there already. */
  readonly inserted: number;
  /** Rows the table holds now, seeded or not. */
  readonly total: number;
}

/** Rows per statement: 500 rows of the widest table stay far below PostgreSQL's 65,535 parameters. */
const BATCH = 500;

// Any number does; it must only be the same in every process that seeds, and no other lock's.
const SEED_LOCK = 0x5eed;

/** Lets one seeding at a time into the database, until the transaction ends. */
export async function holdSeedLock(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK]);
}

/**
 * Inserts the rows that are not there yet. A row whose id or natural key exists is left alone, whatever else it says:
 * nothing is ever overwritten.
 */
export async function insertMissing<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
): Promise<SeededTable> {
  let inserted = 0;
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH) as QueryDeepPartialEntity<Row>[];
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(entity)
      .values(batch)
      .orIgnore()
      .returning('id')
      // Else TypeORM writes the returned ids into the given rows by place, though skipped ones return none.
      .updateEntity(false)
      .execute();
    inserted += (result.raw as unknown[]).length;
  }
  const { tableName } = manager.dataSource.getMetadata(entity);
  return { table: tableName, inserted, total: await manager.count(entity) };
}
