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

/** A row given to save(), and the entity it belongs to. */
export interface SavedRow {
  readonly row: ObjectLiteral;
  readonly metadata: EntityMetadata;
}

/** One call of save(). */
export interface SaveCall {
  readonly manager: EntityManager;
  readonly target: EntityTarget<ObjectLiteral> | undefined;
  /** The row, or the list of rows, as the caller gave it. */
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
   * @param ordered the same copies, to be written one by one in this order; TypeORM chooses the order otherwise
   */
  readonly save: (ordered?: readonly ObjectLiteral[]) => Promise<unknown>;
  /** Puts into the caller's objects what the save has put into the copies. */
  readonly giveBack: () => void;
}

/** What the entities demand of writes, for this folder, which knows no entities. */
export interface WriteRules {
  /**
   * Runs a save() that keeps the rules.
   *
   * @param copy makes the copies that are judged once more, and written
   * @throws before anything is written, when it does not keep them
   */
  readonly save: (call: SaveCall, copy: () => RowCopies) => Promise<void>;
  /** The error of a write through `createQueryBuilder().relation(…)`. */
  readonly relationWriteError: (relation: RelationMetadata) => Error;
}

const rules = new WeakMap<DataSource, WriteRules>();

/** Managers and query builders find the rules by their DataSource: TypeORM makes and clones them without asking us. */
export function setWriteRules(dataSource: DataSource, writeRules: WriteRules): void {
  rules.set(dataSource, writeRules);
}

export function writeRulesOf(dataSource: DataSource): WriteRules {
  const found = rules.get(dataSource);
  if (found === undefined) throw new Error('A ManagedDataSource sets its rules when it is made.');
  return found;
}

/**
 * Reads the arguments of EntityManager.save() as TypeORM does: `(rows, options)` or `(target, rows, options)`.
 *
 * @returns undefined for what TypeORM refuses itself: no object, or an entity that the DataSource does not have.
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
