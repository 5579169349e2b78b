import type { EntityManager, RelationMetadata } from 'typeorm';
import { uuidRule } from '../columns/id.js';

/** The foreign key of each row, by the row's id. A row that is not stored has no entry. */
export type StoredKeys = ReadonlyMap<string, string | null>;

/** Reads the foreign keys of rows from the database. What is no uuid is not asked for. */
export async function readStoredKeys(
  manager: EntityManager,
  relation: RelationMetadata,
  ids: readonly unknown[],
): Promise<StoredKeys> {
  const uuids = ids.filter((id) => uuidRule.holds(id));
  if (uuids.length === 0) return new Map();
  const rows = await manager
    .createQueryBuilder(relation.entityMetadata.target, 'row')
    .select('row.id', 'id')
    .addSelect(`row.${foreignKeyOf(relation)}`, 'key')
    // One parameter, however many they are.
    .where('row.id = ANY(:uuids)', { uuids })
    .getRawMany<{ id: string; key: string | null }>();
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** The property that holds the foreign key of a relation: `authorId` of `author`. */
export function foreignKeyOf({ joinColumns, propertyPath }: RelationMetadata): string {
  return joinColumns[0]?.propertyName ?? propertyPath;
}
