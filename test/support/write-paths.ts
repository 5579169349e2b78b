import type { DataSource, ObjectLiteral } from 'typeorm';
import { getEntityRules, type EntityClass } from '../../src/columns/registry.js';
import { readRow } from '../../src/validation/validate-entity.js';
import { rowOf, type Row } from './rows.js';

/** One way to write a row. */
interface Path {
  readonly name: string;
  /** Whether TypeORM announces the write to subscribers. Where it does not, PostgreSQL enforces the rules alone. */
  readonly announced: boolean;
}

export interface InsertPath extends Path {
  readonly write: (dataSource: DataSource, entity: EntityClass, row: Row) => Promise<unknown>;
}

export interface UpdatePath extends Path {
  /** @param change of the row with this id. */
  readonly write: (dataSource: DataSource, entity: EntityClass, id: string, change: Row) => Promise<unknown>;
}

const repositoryOf = (dataSource: DataSource, entity: EntityClass) => dataSource.getRepository<ObjectLiteral>(entity);

/** Every way to write a new row with an id of its own. */
export const INSERT_PATHS: readonly InsertPath[] = [
  announcedInsert('save() of a plain object', (data, entity, row) => repositoryOf(data, entity).save(row)),
  announcedInsert('save() of an instance', (data, entity, row) =>
    repositoryOf(data, entity).save(instance(entity, row)),
  ),
  announcedInsert('save() of a list', (data, entity, row) => repositoryOf(data, entity).save([row])),
  announcedInsert('insert()', (data, entity, row) => repositoryOf(data, entity).insert(row)),
  announcedInsert('insert() of a list', (data, entity, row) => repositoryOf(data, entity).insert([row])),
  announcedInsert('upsert() of a new row', (data, entity, row) => repositoryOf(data, entity).upsert(row, ['id'])),
  announcedInsert('the query builder', (data, entity, row) => insertBuilder(data, entity, row).execute()),
  announcedInsert('the query builder, on conflict ignored', (data, entity, row) =>
    insertBuilder(data, entity, row).orIgnore().execute(),
  ),
  announcedInsert('a transaction', (data, entity, row) => data.transaction((manager) => manager.insert(entity, row))),
  silentInsert('save(…, { listeners: false })', (data, entity, row) =>
    repositoryOf(data, entity).save(row, { listeners: false }),
  ),
  silentInsert('callListeners(false)', (data, entity, row) =>
    insertBuilder(data, entity, row).callListeners(false).execute(),
  ),
  silentInsert('raw SQL', insertRaw),
];

/** Every way to change a stored row. */
export const UPDATE_PATHS: readonly UpdatePath[] = [
  announcedUpdate('save() of a loaded instance', async (data, entity, id, change) =>
    repositoryOf(data, entity).save(Object.assign(await repositoryOf(data, entity).findOneByOrFail({ id }), change)),
  ),
  announcedUpdate('save() of a part', (data, entity, id, change) => repositoryOf(data, entity).save({ id, ...change })),
  announcedUpdate('update() by id', (data, entity, id, change) => repositoryOf(data, entity).update(id, change)),
  announcedUpdate('update() by criteria', (data, entity, id, change) =>
    repositoryOf(data, entity).update({ id }, change),
  ),
  announcedUpdate('the query builder', (data, entity, id, change) => updateBuilder(data, entity, id, change).execute()),
  announcedUpdate('upsert() of the whole row', async (data, entity, id, change) => {
    const stored = await repositoryOf(data, entity).findOneByOrFail({ id });
    return repositoryOf(data, entity).upsert({ ...stored, ...change }, ['id']);
  }),
  announcedUpdate('upsert() of the smallest row, changed', async (data, entity, id, change) => {
    const stored = await repositoryOf(data, entity).findOneByOrFail({ id });
    const part = Object.fromEntries(Object.keys(rowOf(entity)).map((name) => [name, stored[name] as unknown]));
    return repositoryOf(data, entity).upsert({ ...part, id, ...change }, ['id']);
  }),
  silentUpdate('save(…, { listeners: false })', (data, entity, id, change) =>
    repositoryOf(data, entity).save({ id, ...change }, { listeners: false }),
  ),
  silentUpdate('callListeners(false)', (data, entity, id, change) =>
    updateBuilder(data, entity, id, change).callListeners(false).execute(),
  ),
  silentUpdate('raw SQL', updateRaw),
];

/** A row by columns, as parameters of a statement. */
function parametersOf(dataSource: DataSource, entity: EntityClass, row: Row): [column: string, value: unknown][] {
  return dataSource
    .getMetadata(entity)
    .columns.map((column) => [column, readRow(entity, row).values.get(column.propertyName)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([{ databaseName, type }, value]) => [
      databaseName,
      type === 'jsonb' && value !== null ? JSON.stringify(value) : value,
    ]);
}

function insertRaw(dataSource: DataSource, entity: EntityClass, row: Row): Promise<unknown> {
  const given = parametersOf(dataSource, entity, row);
  const columns = given.map(([column]) => column).join(', ');
  const places = given.map((_, index) => `$${index + 1}`).join(', ');
  const sql = `INSERT INTO ${getEntityRules(entity).table ?? ''} (${columns}) VALUES (${places})`;
  return dataSource.query(
    sql,
    given.map(([, value]) => value),
  );
}

function updateRaw(dataSource: DataSource, entity: EntityClass, id: string, change: Row): Promise<unknown> {
  const given = parametersOf(dataSource, entity, change);
  const sets = given.map(([column], index) => `${column} = $${index + 2}`).join(', ');
  const sql = `UPDATE ${getEntityRules(entity).table ?? ''} SET ${sets} WHERE id = $1`;
  return dataSource.query(sql, [id, ...given.map(([, value]) => value)]);
}

function insertBuilder(dataSource: DataSource, entity: EntityClass, row: Row) {
  return dataSource.createQueryBuilder().insert().into<ObjectLiteral>(entity).values(row);
}

function updateBuilder(dataSource: DataSource, entity: EntityClass, id: string, change: Row) {
  return dataSource
    .createQueryBuilder()
    .update<ObjectLiteral>(entity as new () => object)
    .set(change)
    .where({ id });
}

/** Not create(), which drops what it does not know. */
function instance(entity: EntityClass, row: Row): ObjectLiteral {
  return Object.assign(new (entity as new () => object)(), row);
}

function announcedInsert(name: string, write: InsertPath['write']): InsertPath {
  return { name, announced: true, write };
}

function silentInsert(name: string, write: InsertPath['write']): InsertPath {
  return { name, announced: false, write };
}

function announcedUpdate(name: string, write: UpdatePath['write']): UpdatePath {
  return { name, announced: true, write };
}

function silentUpdate(name: string, write: UpdatePath['write']): UpdatePath {
  return { name, announced: false, write };
}
