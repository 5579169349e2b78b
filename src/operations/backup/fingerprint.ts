import type { Query } from '../../connection/database-access.js';
import { SCHEMA, withSchemaName } from '../catalog/schema-placeholder.js';
import { type CatalogObject, readSnapshot, SESSION, type Snapshot } from '../catalog/snapshot.js';

/** Summarises the rows of a table, independent of their order. */
export interface TableRows {
  readonly rows: number;
  /** The sum of one 64-bit hash per row. A text, because the sum exceeds a JavaScript number. */
  readonly hash: string;
  /** The hash of each column, by its quoted name; absent unless `FingerprintOptions.columns` is set. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** The key of all large objects among the tables. Table paths contain a schema, so no table has this key. */
export const LARGE_OBJECTS = 'large objects';

// Only ordinary tables: foreign tables have their rows in another database, partitioned tables in their partitions, and a restore
// refreshes materialized views.
const TABLES = `
SELECT format('%I.%I', nspname, relname) AS path,
  (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY 1`;

/** Returns SQL for PostgreSQL's hash of a text, the same in versions 15 to 18. NULL is hashed too, as a sum would ignore it. */
const createRowHashSql = (text: string): string => `hashtextextended(coalesce(${text}, '\\N') COLLATE "C", 0)`;
const createSumSql = (hash: string): string => `coalesce(sum(${hash}), 0)::text`;

/** Reads count and hash of every table, ordered by name. */
async function readRows(
  query: Query,
  { columns = false, onTable }: FingerprintOptions,
): Promise<Record<string, TableRows>> {
  const tables = await query<{ path: string; columns: string[] | null }>(TABLES);
  const result: Record<string, TableRows> = {};
  for (const [index, table] of tables.entries()) {
    onTable?.(table.path, index, tables.length);
    result[table.path] = await readTableRows(query, table.path, columns ? (table.columns ?? []) : undefined);
  }
  const large = await readLargeObjects(query);
  return large.rows === 0 ? result : { ...result, [LARGE_OBJECTS]: large };
}

async function readTableRows(query: Query, path: string, columns?: readonly string[]): Promise<TableRows> {
  const hashes = (columns ?? []).map((column) => `, ${createSumSql(createRowHashSql(`r.${column}::text`))}`);
  // ROW(r.*), because a plain r means the column r in a table that has one.
  const [row] = await query<{ rows: string; hash: string; columns: string[] }>(
    `SELECT count(*)::text AS rows, ${createSumSql(createRowHashSql('ROW(r.*)::text'))} AS hash,
       ARRAY[${hashes.join('').replace(/^, /, '')}]::text[] AS columns FROM ONLY ${path} r`,
  );
  const { rows = '0', hash = '0', columns: sums = [] } = row ?? {};
  return {
    rows: Number(rows),
    hash,
    ...(columns ? { columns: Object.fromEntries(columns.map((column, i) => [column, sums[i] ?? ''])) } : {}),
  };
}

/** Reads count and hash of the large objects. Counts them first, because most databases have none. */
async function readLargeObjects(query: Query): Promise<TableRows> {
  const [count] = await query<{ rows: number }>('SELECT count(*)::int AS rows FROM pg_largeobject_metadata');
  if (count === undefined || count.rows === 0) return { rows: 0, hash: '0' };
  const [row] = await query<{ hash: string }>(
    `SELECT ${createSumSql(createRowHashSql(`oid::text || ' ' || md5(lo_get(oid))`))} AS hash FROM pg_largeobject_metadata`,
  );
  return { rows: count.rows, hash: row?.hash ?? '0' };
}

/** Two databases with equal fingerprints have the same definitions and the same rows. Contains no value of any row. */
export interface Fingerprint {
  /** The catalog, without attributes and settings of roles, which belong to the server. */
  readonly catalog: Snapshot;
  /** Properties of the database: `owner`, `owner of the tables`, `comment`, `locale`, `connection limit`. */
  readonly database: Readonly<Record<string, string>>;
  /** By quoted name with schema. Each partition has its own entry, and so have all `large objects` together. */
  readonly tables: Readonly<Record<string, TableRows>>;
  /** The position of each sequence: `42`, or `1, not used yet`. */
  readonly sequences: Readonly<Record<string, string>>;
}

export interface FingerprintOptions {
  /** Also hashes each column, so that differences name the columns. Takes twice as long. Default false. */
  columns?: boolean;
  /** Called before each table is read. */
  onTable?: (table: string, index: number, count: number) => void;
}

const DATABASE_FACTS = `
SELECT jsonb_strip_nulls(jsonb_build_object(
  'owner', pg_get_userbyid(datdba),
  'comment', shobj_description(oid, 'pg_database'),
  'connection limit', CASE WHEN datconnlimit >= 0 THEN datconnlimit::text END,
  'locale', concat_ws('|', datlocprovider::text, datcollate, datctype,
    -- PostgreSQL 17 renamed the column.
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), to_jsonb(d) ->> 'daticurules'))) AS facts
FROM pg_database d WHERE datname = current_database()`;

const SEQUENCES = `
SELECT format('%I.%I', nspname, relname) AS path FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'S' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY 1`;

/**
 * Reads the fingerprint of a database. Scans every table once. The server computes the hashes, so the memory used here does not
 * depend on the number of rows.
 *
 * @param query of a connection with an open transaction, which stays open and keeps its settings. Use REPEATABLE READ for a
 *   consistent state of all tables. The transaction may be read-only.
 * @param schema the name that the catalog replaces by `$schema`
 */
export async function readFingerprint(
  query: Query,
  schema: string,
  options: FingerprintOptions = {},
): Promise<Fingerprint> {
  const catalog = selectDatabaseFacts(await readSnapshot(query, schema, 'database'));
  // Settings decide how values look as text. With row_security off, a policy that hides rows causes an error.
  await query(`SAVEPOINT shared_db_fingerprint; ${SESSION}; SET LOCAL row_security = off`);
  try {
    const [database] = await query<{ facts: Record<string, string> }>(DATABASE_FACTS);
    return {
      catalog,
      database: { ...database?.facts, 'owner of the tables': catalog.owner },
      tables: await readRows(query, options),
      sequences: await readPositions(query),
    };
  } finally {
    // Also resets the settings.
    await query('ROLLBACK TO SAVEPOINT shared_db_fingerprint; RELEASE SAVEPOINT shared_db_fingerprint');
  }
}

async function readPositions(query: Query): Promise<Record<string, string>> {
  const sequences: Record<string, string> = {};
  for (const { path } of await query<{ path: string }>(SEQUENCES)) {
    const [row] = (await query(`SELECT last_value, is_called FROM ${path}`)) as [
      { last_value: string; is_called: boolean },
    ];
    sequences[path] = row.is_called ? row.last_value : `${row.last_value}, not used yet`;
  }
  return sequences;
}

/** Removes the schema from a table name. Names of tables in other schemas stay as they are. */
export function removeSchemaName(table: string, schema: string): string {
  return table.startsWith(`${schema}.`) ? table.slice(schema.length + 1) : table;
}

/** Returns the keys of the tables in the catalog, and of their columns, indexes, sequences and rights. */
function listParts({ objects, schema }: Snapshot, tables: readonly string[]): Set<string> {
  const paths = tables.map((table) => `table ${removeSchemaName(table, schema)}`);
  const belongs = (key: string | undefined): boolean =>
    key !== undefined && (paths.includes(key) || belongs(objects[key]?.parent));
  return new Set(Object.keys(objects).filter(belongs));
}

/** Returns the fingerprint without these tables and the objects that belong to them. */
export function withoutTables(fingerprint: Fingerprint, tables: readonly string[]): Fingerprint {
  const { catalog } = fingerprint;
  const parts = listParts(catalog, tables);
  const sequences = [...parts].flatMap((key) => {
    const object = catalog.objects[key];
    return object?.kind === 'sequence' ? [withSchemaName(object.name, catalog.schema)] : [];
  });
  return {
    ...fingerprint,
    catalog: { ...catalog, objects: withoutFacts(catalog.objects, (key) => parts.has(key)) },
    tables: withoutFacts(fingerprint.tables, (table) => tables.includes(table)),
    sequences: withoutFacts(fingerprint.sequences, (sequence) => sequences.includes(sequence)),
  };
}

/** Returns the fingerprint without objects of other schemas. */
export function selectSchema(fingerprint: Fingerprint): Fingerprint {
  return selectObjects(fingerprint, (schema) => schema === undefined || schema === SCHEMA, true);
}

/** Returns the fingerprint with only the objects of other schemas. */
export function selectOtherSchemas(fingerprint: Fingerprint): Fingerprint {
  return selectObjects(fingerprint, (schema) => schema !== undefined && schema !== SCHEMA, false);
}

function selectObjects(
  fingerprint: Fingerprint,
  keep: (schema: string | undefined) => boolean,
  ours: boolean,
): Fingerprint {
  const { catalog, tables, sequences } = fingerprint;
  const { objects, schema } = catalog;
  const elsewhere = (path: string): boolean => path !== LARGE_OBJECTS && !path.startsWith(`${schema}.`);
  return {
    ...fingerprint,
    catalog: { ...catalog, objects: withoutFacts(objects, (_, object) => !keep(getSchemaOfObject(object, objects))) },
    tables: withoutFacts(tables, (path) => elsewhere(path) === ours),
    sequences: withoutFacts(sequences, (path) => elsewhere(path) === ours),
  };
}

/** Returns the schema of an object, or the schema itself; undefined for an object that belongs to no schema. */
function getSchemaOfObject(object: CatalogObject, objects: Snapshot['objects']): string | undefined {
  if (object.kind === 'schema') return object.name;
  const parent = object.parent === undefined ? undefined : objects[object.parent];
  return parent && getSchemaOfObject(parent, objects);
}

function selectDatabaseFacts(snapshot: Snapshot): Snapshot {
  const ofTheServer = ({ kind, on }: CatalogObject): boolean =>
    kind === 'role' || (kind === 'setting' && !/ IN DATABASE |^DATABASE /.test(`${on ?? ''} `));
  return {
    ...snapshot,
    objects: withoutFacts(snapshot.objects, (_, object) => ofTheServer(object)),
  };
}

function withoutFacts<T>(
  record: Readonly<Record<string, T>>,
  drop: (key: string, value: T) => boolean,
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => !drop(key, value)));
}
