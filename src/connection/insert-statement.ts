import { types } from 'node:util';
import {
  type DataSource,
  type EntityMetadata,
  InsertQueryBuilder,
  InsertResult,
  type ObjectLiteral,
  type QueryResult,
  type QueryRunner,
} from 'typeorm';
import { type DatabaseError, toDatabaseError } from '../errors/translate.js';
import { assertRowsFit } from './query-runner.js';

/**
 * One INSERT of TypeORM with ON CONFLICT, and the matching of returned rows to given rows. TypeORM matches them by position, which is wrong
 * when ON CONFLICT stores fewer rows: objects would get the ids of other rows. Here they are matched by the conflict columns.
 */

/** TypeORM does not export this type. */
export type ColumnMetadata = EntityMetadata['columns'][number];

type Driver = DataSource['driver'];

/**
 * Matches the rows that an INSERT returned to the given rows. PostgreSQL returns one row for each stored row, in the given order; with ON
 * CONFLICT there may be fewer, and their position then means nothing.
 *
 * @param keys the columns that identify a returned row; empty when nothing does
 * @returns for each given row the returned one, or undefined when it is not certain
 */
function alignReturned(
  given: readonly ObjectLiteral[],
  returned: readonly ObjectLiteral[],
  keys: readonly ColumnMetadata[],
  driver: Driver,
): (ObjectLiteral | undefined)[] {
  if (returned.length === given.length) return [...returned];
  const isReturned = returned.every((row) => keys.every(({ databaseName }) => Object.hasOwn(row, databaseName)));
  if (keys.length === 0 || !isReturned) return given.map(() => undefined);
  const byKey = new Map(returned.map((row) => [readReturnedKey(row, keys, driver), row]));
  const wanted = given.map((row) => readGivenKey(row, keys, driver));
  // Of two rows with the same key, it is unknown which one was stored.
  const repeated = findRepeated(wanted);
  return wanted.map((key) => (key === undefined || repeated.has(key) ? undefined : byKey.get(key)));
}

/** Returns the keys that occur more than once. */
function findRepeated(keys: readonly (string | undefined)[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const key of keys) {
    if (key === undefined) continue;
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
  }
  return repeated;
}

/** Returns the columns that ON CONFLICT names; if it names none, all unique columns that every row gives. */
export function getConflictColumns(
  metadata: EntityMetadata,
  rows: readonly ObjectLiteral[],
  conflict: string | readonly string[] | undefined,
): ColumnMetadata[] {
  if (typeof conflict === 'object')
    return metadata.columns.filter(({ databaseName }) => conflict.includes(databaseName));
  const unique = [
    ...metadata.primaryColumns,
    ...metadata.uniques.flatMap(({ columns }) => columns),
    ...metadata.indices.filter(({ isUnique }) => isUnique).flatMap(({ columns }) => columns),
  ];
  return [...new Set(unique)].filter((column) => rows.every((row) => isSingle(column.getEntityValue(row))));
}

/** Returns the values of these columns as one comparable text; undefined when only PostgreSQL knows a value. */
function readGivenKey(row: ObjectLiteral, columns: readonly ColumnMetadata[], driver: Driver): string | undefined {
  const values: unknown[] = columns.map((column) => column.getEntityValue(row) as unknown);
  if (!values.every(isSingle)) return undefined;
  return toKey(columns, (column, index) => driver.prepareHydratedValue(values[index], column) as unknown);
}

function readReturnedKey(row: ObjectLiteral, columns: readonly ColumnMetadata[], driver: Driver): string {
  return toKey(columns, (column) => driver.prepareHydratedValue(row[column.databaseName], column) as unknown);
}

function toKey(
  columns: readonly ColumnMetadata[],
  valueOf: (column: ColumnMetadata, index: number) => unknown,
): string {
  return JSON.stringify(columns.map(valueOf));
}

/** Returns whether the value is known before the write. Omitted values and SQL expressions are not; null is. */
function isSingle(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value) || types.isDate(value);
}

/** Rows of an upsert that give the same columns and can be written by one statement. */
export interface Shape {
  /** Positions in the list of all rows. */
  readonly positions: number[];
  /** Columns to overwrite where the row exists already; absent for an INSERT that overwrites nothing. */
  readonly overwrite?: readonly string[];
}

/**
 * Groups rows by the columns that they give.
 *
 * @param columns the inserted columns
 * @param overwrite the columns to overwrite, by their names in PostgreSQL
 * @returns at least one shape, in the order of their first rows
 */
export function groupByShape(
  rows: readonly ObjectLiteral[],
  columns: readonly ColumnMetadata[] | undefined,
  overwrite: readonly string[] | undefined,
): Shape[] {
  if (columns === undefined || overwrite === undefined) return [{ positions: rows.map((_, position) => position) }];
  const wanted = columns.filter(({ databaseName }) => overwrite.includes(databaseName));
  const names = wanted.map(({ databaseName }) => databaseName);
  const shapes = new Map<string, Shape>();
  rows.forEach((row, position) => {
    const isGiven = wanted.map((column) => column.getEntityValue(row) !== undefined);
    const key = isGiven.join();
    const shape = shapes.get(key);
    if (shape !== undefined) shape.positions.push(position);
    else shapes.set(key, { positions: [position], overwrite: names.filter((_, index) => isGiven[index]) });
  });
  return [...shapes.values()];
}

/**
 * Returns the error for rows of different shapes with the same key. PostgreSQL rejects them in one statement; in several statements the row
 * would be overwritten twice.
 */
export function createRepeatedKeyError(
  rows: readonly ObjectLiteral[],
  keys: readonly ColumnMetadata[],
  driver: DataSource['driver'],
): DatabaseError | undefined {
  if (keys.length === 0 || findRepeated(rows.map((row) => readGivenKey(row, keys, driver))).size === 0)
    return undefined;
  return toDatabaseError({ code: '21000', severity: 'ERROR', routine: 'ExecOnConflictUpdate' });
}

/** TypeORM's INSERT. When there are too many parameters, its error says how many rows fit. */
export class CountedInsertQueryBuilder<Entity extends ObjectLiteral> extends InsertQueryBuilder<Entity> {
  /** @throws TooManyParameters */
  override getQueryAndParameters(): [string, unknown[]] {
    const [sql, parameters] = super.getQueryAndParameters() as [string, unknown[]];
    assertRowsFit(parameters, this.getMainTableName(), () => this.#parametersPerRow());
    return [sql, parameters];
  }

  /** Returns the parameters of the row that has most. */
  #parametersPerRow(): number {
    const rows = this.getValueSets();
    const isGiven = (column: ColumnMetadata): boolean => rows.some((row) => column.getEntityValue(row) !== undefined);
    return Math.max(1, this.getInsertedColumns().filter(isGiven).length);
  }
}

/** TypeORM's description of ON CONFLICT DO UPDATE. */
export type OnConflict = InsertQueryBuilder<ObjectLiteral>['expressionMap']['onUpdate'];

/** One INSERT of rows that give the same columns. Matches the returned rows to the given rows. */
export class InsertStatement {
  readonly positions: readonly number[];
  result = new InsertResult();
  /** The returned rows, by the positions of the given rows; undefined when not certain. */
  aligned: readonly (ObjectLiteral | undefined)[] = [];
  readonly #builder: CountedInsertQueryBuilder<ObjectLiteral>;
  readonly #rows: readonly ObjectLiteral[];
  readonly #metadata: EntityMetadata;
  /** The columns that identify a returned row; empty when every given row returns one. */
  readonly #keys: readonly ColumnMetadata[];
  /** The key columns that are returned only for matching, and removed from the result. */
  readonly #extra: readonly ColumnMetadata[];
  readonly #mayReturnFewer: boolean;

  constructor(
    builder: InsertQueryBuilder<ObjectLiteral>,
    metadata: EntityMetadata,
    rows: readonly ObjectLiteral[],
    shape: Shape,
  ) {
    this.positions = shape.positions;
    this.#metadata = metadata;
    this.#rows = shape.positions.map((position) => rows[position] ?? {});
    this.#builder = new CountedInsertQueryBuilder<ObjectLiteral>(builder);
    const map = this.#builder.expressionMap;
    const onConflict = map.onUpdate as OnConflict | undefined;
    // CheckedInsertQueryBuilder runs the transaction and the listeners.
    Object.assign(map, { valuesSet: this.#rows, callListeners: false, useTransaction: false });
    if (onConflict !== undefined) map.onUpdate = withOverwrite(onConflict, shape.overwrite);
    this.#mayReturnFewer =
      map.updateEntity && (map.onIgnore || (onConflict !== undefined && canSkipExistingRow(map.onUpdate)));
    this.#keys = this.#mayReturnFewer ? getConflictColumns(metadata, this.#rows, onConflict?.conflict) : [];
    this.#extra = this.#askForKeys();
  }

  /** @throws TooManyParameters; InvalidValue for a value that cannot be sent */
  assertCanBeSent(): void {
    this.#builder.getQueryAndParameters();
  }

  async execute(runner: QueryRunner): Promise<void> {
    let returned: ObjectLiteral[] | undefined;
    const query = async (sql: string, parameters?: unknown[]): Promise<QueryResult> => {
      const result = await runner.query(sql, parameters, true);
      if (this.#builder.expressionMap.updateEntity && Array.isArray(result.raw)) {
        returned = result.raw as ObjectLiteral[];
        result.raw = this.#align(returned);
      }
      return result;
    };
    // TypeORM assigns returned rows by position, so it receives them in the positions of the given rows.
    this.#builder.setQueryRunner(Object.create(runner, { query: { value: query } }) as QueryRunner);
    this.result = await this.#builder.execute();
    if (returned !== undefined) this.result.raw = returned;
    this.#forgetUncertainIds();
  }

  #askForKeys(): ColumnMetadata[] {
    const map = this.#builder.expressionMap;
    // A RETURNING clause given as text may return anything.
    if (this.#keys.length === 0 || (typeof map.returning === 'string' && map.returning !== '')) return [];
    const asked = Array.isArray(map.returning) ? map.returning : [];
    const returned = [
      ...this.#metadata.getInsertionReturningColumns(),
      ...asked.flatMap((path) => this.#metadata.findColumnsWithPropertyPath(path)),
    ];
    const extra = this.#keys.filter((column) => !returned.includes(column));
    map.returning = [...asked, ...extra.map(({ propertyPath }) => propertyPath)];
    return extra;
  }

  #align(returned: readonly ObjectLiteral[]): (ObjectLiteral | undefined)[] {
    const aligned = alignReturned(this.#rows, returned, this.#keys, this.#builder.dataSource.driver);
    for (const row of returned) for (const { databaseName } of this.#extra) Reflect.deleteProperty(row, databaseName);
    this.aligned = aligned;
    return aligned;
  }

  /** Removes the ids of rows that were not stored, unless the id itself was the conflict. */
  #forgetUncertainIds(): void {
    if (!this.#mayReturnFewer || this.#metadata.primaryColumns.every((column) => this.#isConflictColumn(column)))
      return;
    const { identifiers } = this.result;
    this.aligned.forEach((row, position) => {
      if (row === undefined) Object.assign(identifiers, { [position]: undefined });
    });
  }

  #isConflictColumn({ databaseName }: ColumnMetadata): boolean {
    const conflict = (this.#builder.expressionMap.onUpdate as OnConflict | undefined)?.conflict;
    return Array.isArray(conflict) && conflict.includes(databaseName);
  }
}

/** Merges the results of all statements, in the order of the given rows. */
export function createInsertResult(statements: readonly InsertStatement[]): InsertResult {
  const [first] = statements;
  if (first !== undefined && statements.length === 1) return first.result;
  const result = new InsertResult();
  const placed: ObjectLiteral[] = [];
  const others: ObjectLiteral[] = [];
  for (const { positions, result: part, aligned } of statements) {
    positions.forEach((position, index) => {
      Object.assign(result.identifiers, { [position]: part.identifiers[index] });
      Object.assign(result.generatedMaps, { [position]: part.generatedMaps[index] });
      if (aligned[index] !== undefined) placed[position] = aligned[index];
    });
    const known = new Set(aligned);
    others.push(...(part.raw as ObjectLiteral[]).filter((row) => !known.has(row)));
  }
  // `placed` has holes where a row was not stored, so it is not spread.
  result.raw = [...Object.values(placed), ...others];
  return result;
}

function withOverwrite(onConflict: OnConflict, overwrite: readonly string[] | undefined): OnConflict {
  const { overwriteCondition } = onConflict;
  return {
    ...onConflict,
    ...(overwrite === undefined ? {} : { overwrite: [...overwrite] }),
    // Copied, because TypeORM adds to it when it builds the statement.
    ...(overwriteCondition === undefined ? {} : { overwriteCondition: [...overwriteCondition] }),
  };
}

/** Returns whether an existing row may stay unchanged, in which case PostgreSQL does not return it. */
function canSkipExistingRow({ overwrite = [], skipUpdateIfNoValuesChanged, overwriteCondition }: OnConflict): boolean {
  return overwrite.length === 0 || skipUpdateIfNoValuesChanged === true || overwriteCondition !== undefined;
}
