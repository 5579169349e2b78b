import { objectOf, type CatalogRow } from './normalise.js';
import { SESSION, snapshotStatement, type Scope } from './statement.js';

/** What kind of thing an object is: the word that stands before its name in sentences. */
export type Kind =
  | 'aggregate'
  | 'collation'
  | 'column'
  | 'constraint'
  | 'database'
  | 'default privilege'
  | 'domain'
  | 'enum'
  | 'event trigger'
  | 'extension'
  | 'function'
  | 'grant'
  | 'index'
  | 'materialized view'
  | 'object'
  | 'policy'
  | 'procedure'
  | 'publication'
  | 'revoked'
  | 'role'
  | 'rule'
  | 'schema'
  | 'sequence'
  | 'setting'
  | 'statistics'
  | 'table'
  | 'trigger'
  | 'type'
  | 'view';

/** One object of the database and all that is known of it. */
export interface CatalogObject {
  readonly kind: Kind;
  /** As SQL names it, quoted where need be, with its schema: `$schema.posts`; without its table: `ck_posts__content_length`. */
  readonly name: string;
  /** The table it is part of, as SQL names it; absent where it stands alone. Of a setting: whose it is. */
  readonly on?: string;
  /** Key of the object it cannot be without: the table of a column, the schema of a table. */
  readonly parent?: string;
  /** What defines its behaviour, in words: `type`, `default`, `definition`. What is as PostgreSQL has it by itself is absent. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Everything in a database that defines how it behaves, without its rows. Two databases that behave alike have equal `objects`,
 * whatever their names, owners and PostgreSQL versions (15 to 18): the role that owns most tables is `$owner`, the database
 * `$database`, the schema `$schema`.
 *
 * Absent, since they belong to the server and not to the schema: tablespaces, locale, role passwords, owner and comment of the
 * database, what extensions brought along, and the rows of every table, TypeORM's `migrations` included.
 */
export interface Snapshot {
  /** Major version of the server. */
  readonly version: number;
  /** Who `$owner` is, as SQL names the role. */
  readonly owner: string;
  /** What `$database` is, as SQL names it. */
  readonly database: string;
  /** What `$schema` is, as SQL names it. */
  readonly schema: string;
  /** By kind and path: `column posts.content`, `constraint posts ck_posts__content_length`, `index ix_posts__author_id`; sorted. */
  readonly objects: Readonly<Record<string, CatalogObject>>;
}

/** Runs a statement on one connection, inside a transaction, and returns the rows of it (of the last one, when they are many). */
export type Query = (sql: string) => Promise<unknown>;

/**
 * Reads the catalog. Asks nothing but the right to connect: PostgreSQL's catalogs are open to everybody.
 *
 * @param query of a connection with an open transaction, which may be read-only; left as it was found.
 * @param schema becomes `$schema`; it need not be there
 * @param scope `schema`: that schema, and what the database as a whole has; `database`: every schema
 */
export async function readSnapshot(query: Query, schema: string, scope: Scope): Promise<Snapshot> {
  return snapshotOf((await askCatalog(query, snapshotStatement(schema, scope))) as CatalogRow[], schema);
}

/** The rows of one statement, in which PostgreSQL writes every definition the same way, whatever the session. */
export async function askCatalog(query: Query, statement: string): Promise<unknown> {
  await query(`SAVEPOINT shared_db_snapshot; ${SESSION}`);
  try {
    return await query(statement);
  } finally {
    // Takes the settings back with it.
    await query('ROLLBACK TO SAVEPOINT shared_db_snapshot; RELEASE SAVEPOINT shared_db_snapshot');
  }
}

function snapshotOf(rows: readonly CatalogRow[], schema: string): Snapshot {
  const server = rows.find(({ kind }) => kind === 'server')?.facts;
  const objects = rows.filter(({ kind }) => kind !== 'server').map((row) => objectOf(row, schema));
  return {
    version: Number(server?.version ?? 0),
    owner: server?.owner ?? '',
    database: server?.database ?? '',
    schema,
    // Not by locale: the file must come out the same everywhere.
    objects: Object.fromEntries(objects.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
