import { isDate } from 'node:util/types';
import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { InvalidValue } from '../errors/translate.js';
import type { ColumnMetadata } from './insert-statement.js';

/**
 * Copies rows before they are validated and written. TypeORM reads a row several times between validation and the SQL statement, so a
 * getter, a Proxy, a `toJSON` or a concurrent change could store a value that was never validated. The copy is read once and cannot change.
 */

/**
 * Replaces a value that has no plain copy: a function inside JSON, a Proxy of a date, a boxed text. Validation of every column rejects it;
 * without validation (`callListeners(false)`) it cannot be sent.
 */
const NOT_PLAIN = Object.freeze({ [Symbol.toStringTag]: 'NotPlain', toJSON: refuse, toPostgres: refuse });

function refuse(): never {
  throw new InvalidValue({
    rule: 'a value is not plain data: pass only texts, numbers, dates, lists and plain objects',
  });
}

/** Validation of every column rejects deeper, longer or larger data. */
const DEEPEST = 64;
const MOST_ITEMS = 100_000;
const MOST_VALUES = 1_000_000;

/**
 * Copies the value of a column. Reads getters and Proxies once. Keeps functions, which TypeORM treats as SQL.
 *
 * @param isJson whether the column is `jsonb` and may contain objects; other columns contain single values, dates and lists of them
 */
function copyValue(value: unknown, isJson: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isJson) return new JsonCopy().copy(value, 0);
  if (isDate(value)) return copyDate(value);
  return Array.isArray(value) ? copyItems(value, copySingle) : NOT_PLAIN;
}

/** Copies a date by its internal value, which no subclass can override. */
function copyDate(date: Date): Date {
  return new Date(Date.prototype.getTime.call(date));
}

function copySingle(value: unknown): unknown {
  if (isDate(value)) return copyDate(value);
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? NOT_PLAIN : value;
}

function copyItems(list: readonly unknown[], copyItem: (item: unknown) => unknown): unknown {
  const { length } = list;
  // With toJSON, the written value would differ from the items.
  if (length > MOST_ITEMS || 'toJSON' in list) return NOT_PLAIN;
  return Array.from({ length }, (_, index) => copyItem(list[index]));
}

/** Copies shared parts once, so that a small object with shared parts does not become a large one. */
class JsonCopy {
  readonly #copies = new Map<object, unknown>();

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'function') return NOT_PLAIN;
    if (typeof value !== 'object' || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (depth > DEEPEST || this.#copies.size > MOST_VALUES) return NOT_PLAIN;
    // Until the copy exists, so that an object inside itself is not plain.
    this.#copies.set(value, NOT_PLAIN);
    const copy = Array.isArray(value)
      ? copyItems(value, (item) => this.copy(item, depth + 1))
      : this.#copyObject(value, depth);
    this.#copies.set(value, copy);
    return copy;
  }

  #copyObject(value: object, depth: number): unknown {
    // Sets, maps, dates and boxed texts keep what they hold out of their properties: JSON would write {} for them.
    if (Object.prototype.toString.call(value) !== '[object Object]' || 'toJSON' in value) return NOT_PLAIN;
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      setOwn(copy, key, this.copy((value as Record<string, unknown>)[key], depth + 1));
    }
    return copy;
  }
}

/** Sets a property of the object itself, whatever its prototype has under that name (`__proto__`). */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key in object)
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

type Relation = EntityMetadata['relations'][number];
type Property = ColumnMetadata | Relation;
type Parents = ReadonlyMap<unknown, RowCopy>;

/** A row that a caller passed to a write, and the copy that is validated and written instead. */
export class RowCopy {
  /** The copy; the caller's own value when it is not an object, which validation rejects. */
  readonly row: ObjectLiteral;
  readonly #given: ObjectLiteral;
  #before: ObjectLiteral = {};

  constructor(
    private readonly metadata: EntityMetadata,
    given: ObjectLiteral,
  ) {
    this.#given = given;
    this.row = isObject(given) ? createEmptyLike(given, metadata) : given;
  }

  /**
   * Copies every property that TypeORM will read.
   *
   * @param parents the other rows of the same write, by the caller's objects; a relation to one of them is replaced with its copy
   */
  fill(parents: Parents = new Map()): this {
    const given = this.#given;
    if (!isObject(given)) return this;
    const known = listProperties(this.metadata);
    for (const name of Object.keys(given)) this.#copy(name, known.get(name), parents);
    // Inherited properties, which TypeORM also reads.
    for (const [name, property] of known) {
      if (!Object.hasOwn(this.row, name)) this.#copy(name, property, parents);
    }
    this.#before = { ...this.row };
    return this;
  }

  #copy(name: string, property: Property | undefined, parents: Parents): void {
    const value: unknown = this.#given[name];
    if (value !== undefined) setOwn(this.row, name, copyProperty(value, property, parents));
  }

  /** Copies generated ids, dates and defaults from the copy into the caller's object. */
  giveBack(): void {
    if (this.row === this.#given) return;
    for (const name of Object.keys(this.row)) {
      const value: unknown = this.row[name];
      // Ignored by a frozen object; the row is stored nevertheless.
      if (!Object.is(value, this.#before[name])) Reflect.set(this.#given, name, value);
    }
  }
}

/** Copies the argument of `save()`: one entity or a list. Values that are not entities stay unchanged. */
export function copyEntities(
  dataSource: DataSource,
  target: EntityTarget<ObjectLiteral> | undefined,
  given: unknown,
): { copies: unknown; giveBack: () => void } {
  const rows = new Map<unknown, RowCopy>();
  const entities: unknown[] = Array.isArray(given) ? Array.from(given) : [given];
  for (const entity of entities) {
    if (!isObject(entity) || rows.has(entity)) continue;
    const type = target ?? entity.constructor;
    if (dataSource.hasMetadata(type)) rows.set(entity, new RowCopy(dataSource.getMetadata(type), entity));
  }
  for (const row of rows.values()) row.fill(rows);
  const copies = entities.map((entity) => rows.get(entity)?.row ?? entity);
  return {
    copies: Array.isArray(given) ? copies : copies[0],
    giveBack: () => {
      for (const row of rows.values()) row.giveBack();
    },
  };
}

const properties = new WeakMap<EntityMetadata, ReadonlyMap<string, Property>>();

function listProperties(metadata: EntityMetadata): ReadonlyMap<string, Property> {
  let found = properties.get(metadata);
  if (found === undefined) {
    found = new Map([...metadata.columns, ...metadata.relations].map((one) => [one.propertyName, one]));
    properties.set(metadata, found);
  }
  return found;
}

function copyProperty(value: unknown, property: Property | undefined, parents: Parents): unknown {
  if (property === undefined || typeof value !== 'object' || value === null) return value;
  if (!('relationType' in property)) return copyValue(value, property.type === 'jsonb' || property.type === 'json');
  if (!property.isOwning) return value;
  return parents.get(value)?.row ?? copyParent(value, property);
}

/** Copies only the key of a parent. */
function copyParent(parent: object, { inverseEntityMetadata, joinColumns }: Relation): unknown {
  if (Array.isArray(parent)) return [];
  const copy = createEmptyLike(parent, inverseEntityMetadata);
  for (const { referencedColumn } of joinColumns) {
    const name = referencedColumn?.propertyName ?? 'id';
    const key = (parent as ObjectLiteral)[name] as unknown;
    if (key !== undefined) setOwn(copy, name, copyValue(key, false));
  }
  return copy;
}

/** Creates an empty instance of the entity for an instance, and a plain object for a plain object. */
function createEmptyLike(given: object, { target }: EntityMetadata): ObjectLiteral {
  const isInstance = typeof target === 'function' && given instanceof target;
  return isInstance ? (Object.create(target.prototype as object) as ObjectLiteral) : {};
}

function isObject(value: unknown): value is ObjectLiteral {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
