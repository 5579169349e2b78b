import type { DataSource, EntityManager, EntityMetadata, ObjectLiteral, RelationMetadata } from 'typeorm';
import * as entities from '../../../src/entities/index.js';
import { rowOf, type Row } from '../../support/rows.js';

type Entity = new () => ObjectLiteral;

/** Entities whose rows are written once, so the tests here cannot change them. */
export const WRITTEN_ONCE: readonly unknown[] = [
  entities.Decision,
  entities.CompetitiveMention,
  entities.LearningEvent,
  entities.RandomizedExperiment,
  entities.WeightAdjustmentLog,
];

let count = 0;

/** Stores the smallest row of an entity and the parents that it needs. */
export async function store({ manager }: DataSource, target: unknown, changes: Row = {}): Promise<string> {
  const entity = target as Entity;
  const row = newRow(entity, changes);
  for (const relation of manager.dataSource.getMetadata(entity).relationsWithJoinColumns) {
    const key = keyOf(relation);
    if (!(key in changes) && row[key] !== undefined) {
      row[key] = await store(manager.dataSource, relation.inverseEntityMetadata.target);
    }
  }
  return insert(manager, entity, row);
}

/** Returns the smallest row of an entity with unique values for its keys. */
export function newRow(entity: unknown, changes: Row = {}): Row {
  count += 1;
  const row = rowOf(entity as Entity, changes);
  if (row.experimentId) row.experimentVariant = 'A';
  if (row.powerTierId) row.isPowerUser = true;
  if ('segmentKey' in row) Object.assign(row, { segmentType: 'COMBINED', segmentKey: `N_${count}` });
  for (const property of ['name', 'platformId', 'platformPostId', 'metricName']) {
    if (property in row && !(property in changes)) row[property] = `${property === 'name' ? 'N' : 'n'}_${count}`;
  }
  return row;
}

async function insert(manager: EntityManager, entity: Entity, row: Row): Promise<string> {
  const { identifiers } = await manager.insert(entity, row);
  return (identifiers[0] as { id: string }).id;
}

/** Returns the property of the foreign key of a relation. */
export function keyOf({ joinColumns }: RelationMetadata): string {
  return joinColumns[0]?.propertyName ?? '';
}

/** Every one-to-many and one-to-one inverse relation of the schema. */
export function inverseRelations(dataSource: DataSource): RelationMetadata[] {
  return metadatas(dataSource).flatMap(({ relations }) =>
    relations.filter(({ isOneToMany, isOneToOneNotOwner }) => isOneToMany || isOneToOneNotOwner),
  );
}

/** Every foreign key of the schema. */
export function owningRelations(dataSource: DataSource): RelationMetadata[] {
  return metadatas(dataSource).flatMap(({ relationsWithJoinColumns }) => relationsWithJoinColumns);
}

export function metadatas(dataSource: DataSource): EntityMetadata[] {
  return entities.ENTITIES.map((entity) => dataSource.getMetadata(entity));
}

/** Returns each row of each table by table and id, without `updated_at`. */
export async function contents(dataSource: DataSource): Promise<Map<string, string>> {
  const selects = metadatas(dataSource).map(
    ({ tableName }) =>
      `SELECT '${tableName} ' || id AS place, md5((to_jsonb(t) - 'updated_at')::text) AS hash FROM "${tableName}" t`,
  );
  const rows = await dataSource.query<{ place: string; hash: string }[]>(selects.join(' UNION ALL '));
  return new Map(rows.map(({ place, hash }) => [place, hash]));
}

/** Lists the rows that differ: `posts 6f8f…`. */
export function changedRows(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
}
