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

/** TypeORM exports it under no name. */
export type ColumnMetadata = EntityMetadata['columns'][number];

type Driver = DataSource['driver'];

/**
 * Puts the rows that an INSERT returned to the rows that were given. PostgreSQL returns a row for each that it stored, in the order
 * given: with ON CONFLICT it may be fewer, and then their position says nothing.
 *
 * @param keys columns by which a returned row is recognised; none = it cannot be.
 * @returns for each row given the one returned, undefined where none is certain.
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
  // Of two rows with one key, nobody knows which was stored.
  const repeated = findRepeated(wanted);
  return wanted.map((key) => (key === undefined || repeated.has(key) ? undefined : byKey.get(key)));
}

/** The keys that more than one row has. */
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

/** The columns that ON CONFLICT names; where it names none, all that can conflict and that every row gives. */
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

/** What a row has in these columns, as a text to compare; undefined where only PostgreSQL knows it. */
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

/** Null is a value; what is left out or given as SQL is known after the write only. */
function isSingle(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value) || types.isDate(value);
}

/** Rows of an upsert that give the same columns, and so can be written by one statement. */
export interface Shape {
  /** Positions in the list of all rows. */
  readonly positions: number[];
  /** Columns to overwrite where the row exists already; absent for an INSERT that overwrites nothing. */
  readonly overwrite?: readonly string[];
}

/**
 * @param columns that are inserted.
 * @param overwrite columns that the caller wants to overwrite, by their names in PostgreSQL.
 * @returns at least one shape, in the order in which their first rows were given.
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
 * The error for rows of different shapes that have one key: PostgreSQL refuses them in one statement, and several statements would
 * overwrite the row twice.
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

/** TypeORM's INSERT, which says how many rows fit when there are too many. */
export class CountedInsertQueryBuilder<Entity extends ObjectLiteral> extends InsertQueryBuilder<Entity> {
  /** @throws TooManyParameters */
  override getQueryAndParameters(): [string, unknown[]] {
    const [sql, parameters] = super.getQueryAndParameters() as [string, unknown[]];
    assertRowsFit(parameters, this.getMainTableName(), () => this.#parametersPerRow());
    return [sql, parameters];
  }

  /** Of the row that needs most. */
  #parametersPerRow(): number {
    const rows = this.getValueSets();
    const isGiven = (column: ColumnMetadata): boolean => rows.some((row) => column.getEntityValue(row) !== undefined);
    return Math.max(1, this.getInsertedColumns().filter(isGiven).length);
  }
}

/** TypeORM's facts of ON CONFLICT DO UPDATE. */
export type OnConflict = InsertQueryBuilder<ObjectLiteral>['expressionMap']['onUpdate'];

/** One INSERT of rows that give the same columns. What it returns is put to the rows that it belongs to. */
export class InsertStatement {
  readonly positions: readonly number[];
  result = new InsertResult();
  /** The rows that PostgreSQL returned, by the positions of the rows given; undefined where none is certain. */
  aligned: readonly (ObjectLiteral | undefined)[] = [];
  readonly #builder: CountedInsertQueryBuilder<ObjectLiteral>;
  readonly #rows: readonly ObjectLiteral[];
  readonly #metadata: EntityMetadata;
  /** Columns by which a returned row is recognised; empty where every row given returns one. */
  readonly #keys: readonly ColumnMetadata[];
  /** Those of them that nobody else asked for. */
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
    // The transaction and the listeners are those of the whole write.
    Object.assign(map, { valuesSet: this.#rows, callListeners: false, useTransaction: false });
    if (onConflict !== undefined) map.onUpdate = withOverwrite(onConflict, shape.overwrite);
    this.#mayReturnFewer =
      map.updateEntity && (map.onIgnore || (onConflict !== undefined && mayPassOver(map.onUpdate)));
    this.#keys = this.#mayReturnFewer ? getConflictColumns(metadata, this.#rows, onConflict?.conflict) : [];
    this.#extra = this.#askForKeys();
  }

  /** @throws TooManyParameters; what a value throws that has no form to be sent in. */
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
    // TypeORM puts what is returned into the rows by position: it is given the rows in their positions.
    this.#builder.setQueryRunner(Object.create(runner, { query: { value: query } }) as QueryRunner);
    this.result = await this.#builder.execute();
    if (returned !== undefined) this.result.raw = returned;
    this.#forgetUncertainIds();
  }

  #askForKeys(): ColumnMetadata[] {
    const map = this.#builder.expressionMap;
    // Of a text nobody knows what it returns.
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

  /** A row that was passed over has the id that the caller gave only where that id is what it was passed over for. */
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

/** What all statements say, in the order of the rows given. */
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
  // Not spread: it has holes, where a row was passed over.
  result.raw = [...Object.values(placed), ...others];
  return result;
}

function withOverwrite(onConflict: OnConflict, overwrite: readonly string[] | undefined): OnConflict {
  const { overwriteCondition } = onConflict;
  return {
    ...onConflict,
    ...(overwrite === undefined ? {} : { overwrite: [...overwrite] }),
    // TypeORM adds to it when it writes the statement.
    ...(overwriteCondition === undefined ? {} : { overwriteCondition: [...overwriteCondition] }),
  };
}

/** Whether a row that exists already may be left as it is, and then is not returned. */
function mayPassOver({ overwrite = [], skipUpdateIfNoValuesChanged, overwriteCondition }: OnConflict): boolean {
  return overwrite.length === 0 || skipUpdateIfNoValuesChanged === true || overwriteCondition !== undefined;
}
