import {
  EntitySchema,
  type DataSource,
  type EntityManager,
  type EntityMetadata,
  type EntityTarget,
  type ObjectLiteral,
  type RelationMetadata,
  type SaveOptions,
} from 'typeorm';

/**
 * The arguments of EntityManager.save(), and the rules that apply to it. TypeORM's save() validates nothing that it cascades and chooses
 * the order of writes itself; `RedactingEntityManager.save()` reads the call here first and hands it to `WriteRules`, so that no row is
 * stored unvalidated. The validation folder implements `WriteRules`; this folder knows no entity.
 */

/** A row passed to save(), and the metadata of its entity. */
export interface SavedRow {
  readonly row: ObjectLiteral;
  readonly metadata: EntityMetadata;
}

/** One call of save(). */
export interface SaveCall {
  readonly manager: EntityManager;
  readonly target: EntityTarget<ObjectLiteral> | undefined;
  /** The row or list of rows that the caller passed. */
  readonly given: unknown;
  readonly rows: readonly SavedRow[];
  readonly options: SaveOptions;
}

/** The copies of the rows of a save(), in their order. */
export interface RowCopies {
  readonly rows: readonly ObjectLiteral[];
  /**
   * Writes the copies.
   *
   * @param ordered the same copies, to be written one by one in this order. Default: TypeORM chooses the order
   */
  readonly save: (ordered?: readonly ObjectLiteral[]) => Promise<unknown>;
  /** Copies generated values from the copies into the caller's objects. */
  readonly giveBack: () => void;
}

/** The validation of writes. */
export interface WriteRules {
  /**
   * Validates and runs a save().
   *
   * @param copy creates the copies, which are validated again and written
   * @throws before anything is written, when a row is invalid
   */
  readonly save: (call: SaveCall, copy: () => RowCopies) => Promise<void>;
  /** Creates the error for a write through `createQueryBuilder().relation(…)`. */
  readonly relationWriteError: (relation: RelationMetadata) => Error;
}

const rules = new WeakMap<DataSource, WriteRules>();

/** Stores the rules by DataSource, because TypeORM creates managers and query builders itself and cannot pass rules to them. */
export function setWriteRules(dataSource: DataSource, writeRules: WriteRules): void {
  rules.set(dataSource, writeRules);
}

export function writeRulesOf(dataSource: DataSource): WriteRules {
  const found = rules.get(dataSource);
  if (found === undefined) throw new Error('The DataSource has no write rules: create it with createDataSource().');
  return found;
}

/**
 * Reads the arguments of EntityManager.save() as TypeORM does: `(rows, options)` or `(target, rows, options)`.
 *
 * @returns undefined when TypeORM itself rejects the call: not an object, or an entity that the DataSource does not know
 */
export function readSaveCall(manager: EntityManager, args: readonly unknown[]): SaveCall | undefined {
  const [first, second, third] = args;
  const hasTarget =
    args.length > 1 && (typeof first === 'function' || typeof first === 'string' || first instanceof EntitySchema);
  const [given, options] = hasTarget ? [second, third] : [first, second];
  const rows: SavedRow[] = [];
  for (const row of Array.isArray(given) ? (given as unknown[]) : [given]) {
    if (typeof row !== 'object' || row === null) return undefined;
    const target = (hasTarget ? first : row.constructor) as EntityTarget<ObjectLiteral>;
    if (!manager.dataSource.hasMetadata(target)) return undefined;
    rows.push({ row, metadata: manager.dataSource.getMetadata(target) });
  }
  const target = hasTarget ? (first as EntityTarget<ObjectLiteral>) : undefined;
  return { manager, target, given, rows, options: options ?? {} };
}
