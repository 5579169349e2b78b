import type { DataSource } from 'typeorm';
import { getSchema } from '../../connection/client.js';
import type { Query } from '../../connection/database-access.js';
import { DEFAULT_SCHEMA } from '../../connection/session-settings.js';
import { getMigrationsTable, readAppliedMigrations } from '../migrator/journal.js';
import type { Difference } from './diff.js';
import { readCatalog, type Catalog } from './rules/catalog.js';
import { SCHEMA } from './schema-placeholder.js';
import { readSnapshot, type Snapshot } from './snapshot.js';

/** Reads the snapshot of the schema of a DataSource, in a read-only transaction. */
export async function readSchemaSnapshot(dataSource: DataSource): Promise<Snapshot> {
  return runReadOnly(dataSource, (query) => readSnapshot(query, getSchema(dataSource), 'schema'));
}

/** Reads what the schema rules check in the schema of a DataSource, in a read-only transaction. */
export async function readSchemaCatalog(dataSource: DataSource): Promise<Catalog> {
  return runReadOnly(dataSource, (query) => readCatalog(query, getSchema(dataSource)));
}

async function runReadOnly<T>(dataSource: DataSource, read: (query: Query) => Promise<T>): Promise<T> {
  const queryRunner = dataSource.createQueryRunner();
  await queryRunner.connect();
  try {
    await queryRunner.query('START TRANSACTION READ ONLY');
    const result = await read((sql) => queryRunner.query(sql));
    await queryRunner.query('COMMIT');
    return result;
  } finally {
    await queryRunner.release();
  }
}

/** The differences of a database, or the reason why the role cannot read them. */
export type ComparisonResult = { readonly differences: Difference[] } | { readonly unseen: string };

/** Compares the applied migrations with those of the DataSource. */
export async function compareHistory(dataSource: DataSource): Promise<ComparisonResult> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const schema = getSchema(dataSource);
  const name = getMigrationsTable(dataSource);
  const { table, applied: rows } = await readAppliedMigrations((sql) => dataSource.query(sql), { schema, table: name });
  if (table === 'hidden') {
    return { unseen: `which migrations are applied: this role cannot read ${schema}.${name} (GRANT SELECT on it)` };
  }
  const applied = rows.map((row) => row.name);
  return {
    differences: [
      ...joinNames(known.filter((name) => !applied.includes(name))).map(createPendingDifference),
      ...joinNames(applied.filter((name) => !known.includes(name))).map(createUnknownDifference),
    ],
  };
}

/** Compares the database with the entities by TypeORM's schema builder, which sees only tables and columns on which the role has a privilege. */
export async function compareEntities(dataSource: DataSource): Promise<ComparisonResult> {
  const [count] = await dataSource.query<{ hidden: number }[]>(
    `SELECT count(*)::int AS hidden FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace($1)
       AND NOT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = $1 AND table_name = c.relname)`,
    [getSchema(dataSource)],
  );
  if (count && count.hidden > 0) {
    return {
      unseen: `what TypeORM would change: this role has no privilege on ${count.hidden} of the tables (GRANT SELECT on them)`,
    };
  }
  const [columns] = await dataSource.query<{ hidden: number }[]>(
    `SELECT count(*)::int AS hidden FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
     WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace($1) AND attnum > 0 AND NOT attisdropped
       AND NOT has_column_privilege(attrelid, attnum, 'SELECT, INSERT, UPDATE, REFERENCES')`,
    [getSchema(dataSource)],
  );
  if (columns && columns.hidden > 0) {
    return { unseen: `what TypeORM would change: this role has no privilege on ${columns.hidden} of the columns` };
  }
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return {
    differences: upQueries.map(({ query }) => ({
      object: 'entities',
      is: null,
      shouldBe: query,
      message: `entities: TypeORM would run ${query.replaceAll(/\s+/g, ' ').trim()}`,
    })),
  };
}

/** Returns the names as one text, or none: together they are one difference. */
function joinNames(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [names.join(', ')];
}

function createPendingDifference(names: string): Difference {
  const message = `migrations are pending, run migration:run: ${names}`;
  return { object: 'migrations', is: null, shouldBe: names, message };
}

function createUnknownDifference(names: string): Difference {
  const message = `migrations are applied that this version does not know, use the version that has them: ${names}`;
  return { object: 'migrations', is: names, shouldBe: null, message };
}

const KEY = `schema ${SCHEMA}`;

/** The grant that PostgreSQL itself gives in the schema `public` and in no other. */
const OF_PUBLIC = `grant USAGE ON SCHEMA ${SCHEMA} TO PUBLIC`;

/** The grants that the owner of the tables needs in a schema of another owner. */
const OF_OWNER = ['CREATE', 'USAGE'].map((privilege) => `grant ${privilege} ON SCHEMA ${SCHEMA} TO $owner`);

/**
 * Adapts the snapshot of the package to the schema of a live database. Only the schema `public` has an owner, a comment and a grant
 * that are known beforehand; any other schema belongs to the role that the operator chose.
 */
export function adaptToSchema(shipped: Snapshot, live: Snapshot): Snapshot {
  if (live.schema === DEFAULT_SCHEMA) return shipped;
  const owner = live.objects[KEY]?.facts.owner;
  const kept = Object.entries(shipped.objects).filter(([key]) => key !== OF_PUBLIC);
  const given = Object.entries(live.objects).filter(([key]) => owner !== undefined && OF_OWNER.includes(key));
  const facts = owner === undefined ? {} : { owner };
  return {
    ...shipped,
    objects: { ...Object.fromEntries([...kept, ...given]), [KEY]: { kind: 'schema', name: SCHEMA, facts } },
  };
}

/** An object that migrations create and entities cannot declare. */
export interface MigrationOnly {
  /** Its key in a snapshot. Objects that belong to it are included. */
  readonly object: string;
  readonly reason: string;
}

/**
 * Returns the differences that are not on the list. The order of columns is no difference here, because a migration can only add
 * columns at the end.
 *
 * @param differences of a migrated database from a synchronised one
 */
export function withoutMigrationOnly(differences: readonly Difference[], list: readonly MigrationOnly[]): Difference[] {
  const covers = ({ object }: MigrationOnly, difference: Difference): boolean =>
    difference.object === object && difference.fact === undefined && difference.is === 'there';
  return differences.filter(
    (difference) => difference.fact !== 'column order' && !list.some((entry) => covers(entry, difference)),
  );
}

/**
 * Returns one difference for each entry of the list that is not needed: migrations do not create the object, or entities declare it as
 * well. An entry for a table that only the entities have dropped is needed until a migration drops the table.
 */
export function findStaleEntries(
  synchronised: Snapshot,
  migrated: Snapshot,
  list: readonly MigrationOnly[],
): Difference[] {
  return list
    .filter(({ object }) => !(object in migrated.objects) || object in synchronised.objects)
    .map(({ object }) => ({
      object,
      is: null,
      shouldBe: 'there',
      message: `${object} is listed as created by migrations only, but is not: remove it from that list`,
    }));
}
