import type { Query } from '../../connection/database-access.js';
import { SCHEMA, withSchemaName } from '../catalog/schema-placeholder.js';
import { type CatalogObject, readSnapshot, SESSION, type Snapshot } from '../catalog/snapshot.js';

/** The rows of a table, whatever their order. */
export interface TableRows {
  readonly rows: number;
  /** Sum of one 64-bit hash per row: the same rows in another order have the same. As text: longer than a number of JavaScript. */
  readonly hash: string;
  /** The same per column, by its name as SQL writes it; absent unless asked for. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** Stands for a table among tables: no path is without a schema. */
export const LARGE_OBJECTS = 'large objects';

// Foreign tables hold rows of another database; a partitioned table has its rows in its partitions; a materialized view what it
// was made of when it was last refreshed, which a restore does anew.
const TABLES = `
SELECT format('%I.%I', nspname, relname) AS path,
  (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY 1`;

/** PostgreSQL's own hash of the bytes of a text, the same from 15 to 18. NULL has one too: an empty sum would hide it. */
const createRowHashSql = (text: string): string => `hashtextextended(coalesce(${text}, '\\N') COLLATE "C", 0)`;
const createSumSql = (hash: string): string => `coalesce(sum(${hash}), 0)::text`;

/** Count and hash of every table, in order of their names. */
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
  // ROW(r.*), since plain r would be a column of that name.
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

/** Not in any table that may be read: counted first, since most databases have none. */
async function readLargeObjects(query: Query): Promise<TableRows> {
  const [count] = await query<{ rows: number }>('SELECT count(*)::int AS rows FROM pg_largeobject_metadata');
  if (count === undefined || count.rows === 0) return { rows: 0, hash: '0' };
  const [row] = await query<{ hash: string }>(
    `SELECT ${createSumSql(createRowHashSql(`oid::text || ' ' || md5(lo_get(oid))`))} AS hash FROM pg_largeobject_metadata`,
  );
  return { rows: count.rows, hash: row?.hash ?? '0' };
}

/**
 * What two databases must share to be called equal: what defines how they behave, and every row. Holds names, numbers and
 * definitions, no value of any row.
 */
export interface Fingerprint {
  /** Without what the server keeps for all of its databases: attributes and settings of roles. */
  readonly catalog: Snapshot;
  /** Of the database as a whole: `owner`, `owner of the tables`, `comment`, `locale`, `connection limit`. */
  readonly database: Readonly<Record<string, string>>;
  /** By table, as SQL names it, with its schema; partitions each for themselves, and `large objects`. */
  readonly tables: Readonly<Record<string, TableRows>>;
  /** Where each sequence stands: `42`, or `1, not used yet`. */
  readonly sequences: Readonly<Record<string, string>>;
}

export interface FingerprintOptions {
  /** A hash for each column too, so that it can be said which changed. Takes twice as long. Default false. */
  columns?: boolean;
  /** Told before each table is read. */
  onTable?: (table: string, index: number, count: number) => void;
}

const DATABASE_FACTS = `
SELECT jsonb_strip_nulls(jsonb_build_object(
  'owner', pg_get_userbyid(datdba),
  'comment', shobj_description(oid, 'pg_database'),
  'connection limit', CASE WHEN datconnlimit >= 0 THEN datconnlimit::text END,
  'locale', concat_ws('|', datlocprovider::text, datcollate, datctype,
    -- The column was renamed in 17.
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), to_jsonb(d) ->> 'daticurules'))) AS facts
FROM pg_database d WHERE datname = current_database()`;

const SEQUENCES = `
SELECT format('%I.%I', nspname, relname) AS path FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'S' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY 1`;

/**
 * Reads the fingerprint of a database: the whole of it, once. The server hashes the rows; nothing grows with their number here.
 *
 * @param query of a connection with an open transaction: REPEATABLE READ, that all tables be of one moment; may be read-only.
 *   Left as it was found.
 * @param schema is called `$schema` in the catalog
 */
export async function readFingerprint(
  query: Query,
  schema: string,
  options: FingerprintOptions = {},
): Promise<Fingerprint> {
  const catalog = selectDatabaseFacts(await readSnapshot(query, schema, 'database'));
  // Rows are hashed as text, which depends on settings. A policy that hides rows is an error, not a smaller table.
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
    // Takes the settings back with it.
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

/** A table of the schema without it; any other as it is. */
export function removeSchemaName(table: string, schema: string): string {
  return table.startsWith(`${schema}.`) ? table.slice(schema.length + 1) : table;
}

/** Keys of the catalog objects that are a table, or part of one: columns, indexes, its sequence, rights on it. */
function listParts({ objects, schema }: Snapshot, tables: readonly string[]): Set<string> {
  const paths = tables.map((table) => `table ${removeSchemaName(table, schema)}`);
  const belongs = (key: string | undefined): boolean =>
    key !== undefined && (paths.includes(key) || belongs(objects[key]?.parent));
  return new Set(Object.keys(objects).filter(belongs));
}

/** The same without these tables and all that is theirs. */
export function withoutTables(fingerprint: Fingerprint, tables: readonly string[]): Fingerprint {
  const { catalog } = fingerprint;
  const theirs = listParts(catalog, tables);
  const sequences = [...theirs].flatMap((key) => {
    const object = catalog.objects[key];
    return object?.kind === 'sequence' ? [withSchemaName(object.name, catalog.schema)] : [];
  });
  return {
    ...fingerprint,
    catalog: { ...catalog, objects: withoutFacts(catalog.objects, (key) => theirs.has(key)) },
    tables: withoutFacts(fingerprint.tables, (table) => tables.includes(table)),
    sequences: withoutFacts(fingerprint.sequences, (sequence) => sequences.includes(sequence)),
  };
}

/** The same without what is in other schemas. */
export function selectSchema(fingerprint: Fingerprint): Fingerprint {
  return selectObjects(fingerprint, (schema) => schema === undefined || schema === SCHEMA, true);
}

/** What is in other schemas, and nothing else. */
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

/** The schema that an object is in, or is; undefined: it is the database's. */
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
