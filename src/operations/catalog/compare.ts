import type { DataSource } from 'typeorm';
import { getSchema } from '../../connection/client.js';
import { DEFAULT_SCHEMA } from '../../connection/session-settings.js';
import type { Difference } from './diff.js';
import { readCatalog, type Catalog } from './rules/catalog.js';
import { SCHEMA } from './schema-placeholder.js';
import { readSnapshot, type Query, type Snapshot } from './snapshot.js';

/** The snapshot of the schema that a DataSource works in. Writes nothing. */
export async function readSchemaSnapshot(dataSource: DataSource): Promise<Snapshot> {
  return runReadOnly(dataSource, (query) => readSnapshot(query, getSchema(dataSource), 'schema'));
}

/** What the schema rules ask about, of the schema that a DataSource works in. Writes nothing. */
export async function readSchemaCatalog(dataSource: DataSource): Promise<Catalog> {
  return runReadOnly(dataSource, (query) => readCatalog(query, getSchema(dataSource)));
}

async function runReadOnly<T>(dataSource: DataSource, read: (query: Query) => Promise<T>): Promise<T> {
  const queryRunner = dataSource.createQueryRunner();
  await queryRunner.connect();
  try {
    await queryRunner.query('START TRANSACTION READ ONLY');
    const answer = await read((sql) => queryRunner.query(sql));
    await queryRunner.query('COMMIT');
    return answer;
  } finally {
    await queryRunner.release();
  }
}

/** What was asked of a database, or why it could not be. */
export type Answer = { readonly differences: Difference[] } | { readonly unseen: string };

/** Are there migrations that are not applied, or that this version does not know? */
export async function compareHistory(dataSource: DataSource): Promise<Answer> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const [table] = await dataSource.query<{ readable: boolean }[]>(
    `SELECT has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT') AS readable
     FROM pg_class WHERE relname = 'migrations' AND relnamespace = to_regnamespace($1)`,
    [getSchema(dataSource)],
  );
  if (table?.readable === false) {
    return {
      unseen: `which migrations are applied: this role may not read ${getSchema(dataSource)}.migrations (GRANT SELECT on it)`,
    };
  }
  const rows = table ? await dataSource.query<{ name: string }[]>('SELECT name FROM migrations') : [];
  const applied = rows.map(({ name }) => name);
  return {
    differences: [
      ...joinNames(known.filter((name) => !applied.includes(name))).map(createPendingDifference),
      ...joinNames(applied.filter((name) => !known.includes(name))).map(createUnknownDifference),
    ],
  };
}

/** What TypeORM would change to bring the database to what the entities say. It only sees tables and columns on which the role has a right. */
export async function compareEntities(dataSource: DataSource): Promise<Answer> {
  const [count] = await dataSource.query<{ hidden: number }[]>(
    `SELECT count(*)::int AS hidden FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace($1)
       AND NOT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = $1 AND table_name = c.relname)`,
    [getSchema(dataSource)],
  );
  if (count && count.hidden > 0) {
    return {
      unseen: `what TypeORM thinks of it: this role has no right on ${count.hidden} of the tables (GRANT SELECT on them)`,
    };
  }
  const [columns] = await dataSource.query<{ hidden: number }[]>(
    `SELECT count(*)::int AS hidden FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
     WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace($1) AND attnum > 0 AND NOT attisdropped
       AND NOT has_column_privilege(attrelid, attnum, 'SELECT, INSERT, UPDATE, REFERENCES')`,
    [getSchema(dataSource)],
  );
  if (columns && columns.hidden > 0) {
    return { unseen: `what TypeORM thinks of it: this role has no right on ${columns.hidden} of the columns` };
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

/** The names as one difference: they have one cause. */
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

/** What only PostgreSQL's own schema has: everybody may use what is in it. */
const OF_PUBLIC = `grant USAGE ON SCHEMA ${SCHEMA} TO PUBLIC`;

/** What the owner of the tables needs in a schema that is not theirs. */
const OF_OWNER = ['CREATE', 'USAGE'].map((privilege) => `grant ${privilege} ON SCHEMA ${SCHEMA} TO $owner`);

/**
 * The snapshot in the package as it should read in the schema of a live one. Only PostgreSQL's own `public` has an owner, a comment
 * and a right that are known beforehand; who creates any other schema, and so owns it, is the operator's choice.
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

/** An object that migrations make and entities cannot. */
export interface MigrationOnly {
  /** Key in a snapshot. What belongs to it goes with it. */
  readonly object: string;
  readonly reason: string;
}

/**
 * The differences that are not on the list. The order of columns is no difference here: a property stands in its class where it
 * reads best, and a migration can only append.
 *
 * @param differences of a migrated database from a synchronised one
 */
export function withoutMigrationOnly(differences: readonly Difference[], list: readonly MigrationOnly[]): Difference[] {
  const excuses = ({ object }: MigrationOnly, difference: Difference): boolean =>
    difference.object === object && difference.fact === undefined && difference.is === 'there';
  return differences.filter(
    (difference) => difference.fact !== 'column order' && !list.some((entry) => excuses(entry, difference)),
  );
}

/**
 * One difference for each entry of the list that excuses nothing: migrations do not make its object, or the entities do, too. That
 * of a table which only the entities have dropped still excuses something, until a migration drops it.
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
      message: `${object} is listed as made by migrations only, and is not: take it off that list`,
    }));
}
