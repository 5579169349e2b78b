import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { copyValue, setOwn } from './plain-copy.js';
import type { ColumnMetadata } from './returned-rows.js';

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
    this.row = isObject(given) ? emptyLike(given, metadata) : given;
  }

  /**
   * Copies every property that TypeORM will read.
   *
   * @param parents other rows of the same write, by what the caller gave: a row that names one of them names its copy.
   */
  fill(parents: Parents = new Map()): this {
    const given = this.#given;
    if (!isObject(given)) return this;
    const known = propertiesOf(this.metadata);
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

function propertiesOf(metadata: EntityMetadata): ReadonlyMap<string, Property> {
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
  const copy = emptyLike(parent, inverseEntityMetadata);
  for (const { referencedColumn } of joinColumns) {
    const name = referencedColumn?.propertyName ?? 'id';
    const key = (parent as ObjectLiteral)[name] as unknown;
    if (key !== undefined) setOwn(copy, name, copyValue(key, false));
  }
  return copy;
}

/** An instance stays one, a plain object too. */
function emptyLike(given: object, { target }: EntityMetadata): ObjectLiteral {
  const isInstance = typeof target === 'function' && given instanceof target;
  return isInstance ? (Object.create(target.prototype as object) as ObjectLiteral) : {};
}

function isObject(value: unknown): value is ObjectLiteral {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
