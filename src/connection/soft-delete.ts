import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { SoftDeleteQueryBuilder } from 'typeorm/query-builder/SoftDeleteQueryBuilder.js';
import { SharedDbError } from './shared-db-error.js';

/** softDelete(), softRemove(), restore() or recover() was called for an entity that is not deleted in this way. Nothing was changed. */
export class SoftDeleteUnavailable extends SharedDbError {
  override readonly name = 'SoftDeleteUnavailable';
  readonly code = 'SOFT_DELETE_UNAVAILABLE';

  constructor(
    /** The entity's class name: `Reply`. */
    readonly entity: string,
    /** What to do instead. */
    readonly advice: string,
  ) {
    super(`${entity} has no soft delete. ${advice}`);
  }
}

/**
 * Refuses a soft delete of an entity without a column for it.
 *
 * @param args of softDelete(), restore(), softRemove() or recover() of an EntityManager: the entity or its class come first.
 * @throws SoftDeleteUnavailable
 */
export function assertSoftDelete(dataSource: DataSource, [first]: readonly unknown[]): void {
  const row: unknown = Array.isArray(first) ? first[0] : first;
  const target = typeof row === 'object' && row !== null ? row.constructor : row;
  if (!dataSource.hasMetadata(target as EntityTarget<ObjectLiteral>)) return;
  assertDeleteDate(dataSource.getMetadata(target as EntityTarget<ObjectLiteral>));
}

/** The same for what softDelete() and restore() of a query builder return, which learns its entity only from from(). */
export function withSoftDeleteCheck<Entity extends ObjectLiteral>(
  builder: SoftDeleteQueryBuilder<Entity>,
): SoftDeleteQueryBuilder<Entity> {
  const getQuery = builder.getQuery.bind(builder);
  builder.getQuery = () => {
    const { mainAlias } = builder.expressionMap;
    if (mainAlias?.hasMetadata === true) assertDeleteDate(mainAlias.metadata);
    return getQuery();
  };
  return builder;
}

function assertDeleteDate(metadata: EntityMetadata): void {
  if (metadata.deleteDateColumn === undefined) throw new SoftDeleteUnavailable(metadata.name, adviceFor(metadata));
}

function adviceFor({ name, tableName, propertiesMap }: EntityMetadata): string {
  if (tableName === 'audit_logs') return 'Its entries are never deleted.';
  if ('deletedAt' in propertiesMap && 'deleteReason' in propertiesMap)
    return 'To take one back from its platform, set deletedAt together with deleteReason, with update() or save(); the row stays.';
  if ('isActive' in propertiesMap) return 'Retire it with isActive: false; delete() deletes the row.';
  return `Delete its rows with delete() or remove() of ${name}.`;
}
