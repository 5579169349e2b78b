import { beforeAll, describe, expect, it } from '@jest/globals';
import { ENTITIES } from '@shared/db';
import { useDatabase } from '../support/database.js';
import * as catalog from './catalog.js';
import { COLUMNS, DELETE_RULES, ENUMS, INDEXES, UNIQUES } from './criteria.js';

const listed = (row: { table: string; columns: string[] }): string => `${row.table} (${row.columns.join(', ')})`;

/** Tests what the requirements list by name. What applies to every table is tested by the schema rules (./rules/). */
describe('the migrated schema', () => {
  const db = useDatabase();
  let tables: Awaited<ReturnType<typeof catalog.tables>>;
  let columns: catalog.ColumnRow[];
  let indexes: catalog.IndexRow[];
  let constraints: catalog.ConstraintRow[];

  beforeAll(async () => {
    tables = await catalog.tables(db.dataSource);
    columns = await catalog.columns(db.dataSource);
    indexes = await catalog.indexes(db.dataSource);
    constraints = await catalog.constraints(db.dataSource);
  });

  it('has exactly the 21 required tables, and an entity for each', () => {
    expect(tables.map(({ name }) => name)).toEqual(Object.keys(COLUMNS).sort());
    expect(ENTITIES).toHaveLength(21);
    expect(ENTITIES.map((entity) => db.dataSource.getMetadata(entity).tableName).sort()).toEqual(
      tables.map(({ name }) => name),
    );
  });

  it.each(Object.entries(COLUMNS))('has every required column of table %s', (table, wanted) => {
    const found = columns.filter((column) => column.table === table).map(({ name }) => name);
    expect(found).toEqual(expect.arrayContaining(wanted.split(' ')));
  });

  it('has the seven native enums with their values in order', async () => {
    const found = await catalog.enums(db.dataSource);
    expect(Object.fromEntries(found.map(({ name, values }) => [name, values]))).toEqual(ENUMS);
  });

  it('has every required unique constraint', () => {
    const uniques = constraints.filter(({ kind }) => kind === 'u').map(listed);
    expect(uniques).toEqual(expect.arrayContaining(UNIQUES));
  });

  it('has every required index on all rows', () => {
    const whole = indexes.filter(({ predicate }) => predicate === null).map(listed);
    expect(whole).toEqual(expect.arrayContaining(INDEXES));
  });

  it('has the required ON DELETE rule for every foreign key, in the database and in the entities', () => {
    const rules = constraints.filter(({ kind }) => kind === 'f').map(({ name, onDelete }) => [name, onDelete]);
    expect(Object.fromEntries(rules)).toEqual(DELETE_RULES);
    const relations = db.dataSource.entityMetadatas.flatMap((entity) =>
      entity.relations.filter((relation) => relation.isOwning),
    );
    expect(relations).toHaveLength(18);
    expect(relations.filter(({ onDelete }) => onDelete === undefined)).toEqual([]);
  });

  it('declares both sides of every relation, none of them eager or cascading', () => {
    const relations = db.dataSource.entityMetadatas.flatMap((entity) => entity.relations);
    expect(relations).toHaveLength(36);
    for (const relation of relations) {
      expect({ path: relation.propertyPath, inverse: relation.inverseRelation?.propertyPath }).toEqual({
        path: expect.any(String),
        inverse: expect.any(String),
      });
      expect([relation.isEager, relation.isCascadeInsert, relation.isCascadeUpdate]).toEqual([false, false, false]);
    }
  });

  it('says in the comment of every nullable column when it is null', () => {
    const undocumented = columns.filter(({ notNull, comment }) => !notNull && !/\bnull\b/i.test(comment ?? ''));
    expect(undocumented.map(({ table, name }) => `${table}.${name}`)).toEqual([]);
  });

  it('generates every id in the database', () => {
    const keys = columns.filter(({ name }) => name === 'id');
    expect(keys).toHaveLength(21);
    expect(new Set(keys.map((key) => `${key.type} ${key.default ?? ''}`))).toEqual(new Set(['uuid gen_random_uuid()']));
  });
});
