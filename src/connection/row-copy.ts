import { isDate } from 'node:util/types';
import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { InvalidValue } from '../errors/translate.js';
import type { ColumnMetadata } from './insert-statement.js';

/**
 * Stands for what has no plain copy: a function inside data, a Proxy of a date, a text in an object. The rules of every column refuse it;
 * where no rules are asked (`callListeners(false)`), it cannot be sent.
 */
const NOT_PLAIN = Object.freeze({ [Symbol.toStringTag]: 'NotPlain', toJSON: refuse, toPostgres: refuse });

function refuse(): never {
  throw new InvalidValue({ rule: 'a value is not plain data: pass only texts, numbers, dates, lists and plain objects' });
}

/** Deeper, longer or larger data is refused by the rules of every column. */
const DEEPEST = 64;
const MOST_ITEMS = 100_000;
const MOST_VALUES = 1_000_000;

/**
 * A copy of a column's value that nothing can change any more: what is judged is then what is written. A getter, a Proxy or a `toJSON`
 * is asked once, here. Functions are SQL in TypeORM and stay what they are.
 *
 * @param isJson of a `jsonb` column, which holds objects; any other holds single values, dates and lists of single values.
 */
export function copyValue(value: unknown, isJson: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isJson) return new JsonCopy().copy(value, 0);
  if (isDate(value)) return copyDate(value);
  return Array.isArray(value) ? copyItems(value, copySingle) : NOT_PLAIN;
}

/** By what the engine keeps, which no subclass can override; a date of another realm becomes one of ours. */
function copyDate(date: Date): Date {
  return new Date(Date.prototype.getTime.call(date));
}

function copySingle(value: unknown): unknown {
  if (isDate(value)) return copyDate(value);
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? NOT_PLAIN : value;
}

function copyItems(list: readonly unknown[], copyItem: (item: unknown) => unknown): unknown {
  const { length } = list;
  // With toJSON, what would be written is not what the items say.
  if (length > MOST_ITEMS || 'toJSON' in list) return NOT_PLAIN;
  return Array.from({ length }, (_, index) => copyItem(list[index]));
}

/** What is named twice is copied once, so that a small object of shared parts does not become a large one. */
class JsonCopy {
  readonly #copies = new Map<object, unknown>();

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'function') return NOT_PLAIN;
    if (typeof value !== 'object' || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (depth > DEEPEST || this.#copies.size > MOST_VALUES) return NOT_PLAIN;
    // Until the copy is there: an object inside itself is not plain.
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
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key in object)
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

type Relation = EntityMetadata['relations'][number];
type Property = ColumnMetadata | Relation;
type Parents = ReadonlyMap<unknown, RowCopy>;

/** The row that a caller gives to a write, and the copy of it that is judged and written in its place. */
export class RowCopy {
  /** The caller's own value where it is no object: the rules refuse it. */
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
   * @param parents other rows of the same write, by what the caller gave: a row that names one of them names its copy.
   */
  fill(parents: Parents = new Map()): this {
    const given = this.#given;
    if (!isObject(given)) return this;
    const known = listProperties(this.metadata);
    for (const name of Object.keys(given)) this.#copy(name, known.get(name), parents);
    // What the object has from elsewhere: TypeORM reads by name.
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

  /** Puts into the caller's object what the write has put into the copy: ids, dates, defaults. */
  giveBack(): void {
    if (this.row === this.#given) return;
    for (const name of Object.keys(this.row)) {
      const value: unknown = this.row[name];
      // A frozen object does not take it, and the row is stored all the same.
      if (!Object.is(value, this.#before[name])) Reflect.set(this.#given, name, value);
    }
  }
}

/** The copies of what is given to `save()`. `given` is one entity or a list; what is no entity stays what it is. */
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

/** Of a parent only its key is read. */
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

/** An instance stays one, a plain object too. */
function createEmptyLike(given: object, { target }: EntityMetadata): ObjectLiteral {
  const isInstance = typeof target === 'function' && given instanceof target;
  return isInstance ? (Object.create(target.prototype as object) as ObjectLiteral) : {};
}

function isObject(value: unknown): value is ObjectLiteral {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
