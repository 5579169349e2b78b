import type { Query } from '../../connection/database-access.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { quoteStandardLiteral } from '../../errors/sql-text.js';
import { assertDestructiveActionAllowed, type ConfirmationRequest } from './guard.js';

/** The row in which a database says of which environment it is: development, test, staging, production … */

/** What a database says of itself. `unset`: the table or its row is not there, or more than one is. */
export type EnvironmentRow =
  | { readonly state: 'set'; readonly environment: string; readonly setAt: Date; readonly packageVersion: string }
  | { readonly state: 'unreadable' }
  | { readonly state: 'unset' };

/** What must be known of a database before a destructive action. */
export interface DatabaseState {
  readonly databaseName: string;
  /** The schema has no table and no view: there is nothing to lose. */
  readonly empty: boolean;
  /** Names of other schemas that have tables or views. */
  readonly otherSchemas: readonly string[];
  readonly environmentRow: EnvironmentRow;
}

const ENVIRONMENT_TABLE = 'database_environment';

/** The table as SQL, where the session would make it: `name`; null without a schema. It need not be there. */
const ENVIRONMENT_TABLE_NAME = `SELECT quote_ident(current_schema()) || '.${ENVIRONMENT_TABLE}' AS name`;

/** Names of environments: the CHECK of the table. NODE_ENV may be anything; what is no such name is not written. */
const FORM = '^[a-z][a-z0-9_-]{0,62}$';

export function isEnvironmentName(text: string): boolean {
  return new RegExp(FORM).test(text);
}

const COLUMNS: readonly (readonly [name: string, definition: string, comment: string])[] = [
  ['id', 'smallint NOT NULL DEFAULT 1', 'Always 1: there is one row.'],
  ['environment', 'text NOT NULL', 'Of which environment the database is: development, test, staging, production …'],
  ['set_at', 'timestamptz(3) NOT NULL DEFAULT clock_timestamp()', 'When that was written.'],
  ['package_version', 'text NOT NULL', 'Version of the package that wrote it.'],
];

/**
 * Statements that make the table. Default privileges are meant for tables of rows: here only the owner writes, and who may read
 * the journal may read.
 *
 * @param table and the journal as SQL, with their schema
 */
function createEnvironmentTable(table: string, journal: string): string[] {
  const [own, other] = [toRegclass(table), toRegclass(journal)];
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${COLUMNS.map(([name, definition]) => `${name} ${definition}`).join(', ')},
     CONSTRAINT pk_database_environment PRIMARY KEY (id),
     CONSTRAINT ck_database_environment__one_row CHECK (id = 1),
     CONSTRAINT ck_database_environment__environment_form CHECK (environment ~ '${FORM}'))`,
    `COMMENT ON TABLE ${table} IS 'Of which environment the database is, one row. Written when it is made, changed by db:environment; what destroys asks it.'`,
    ...COLUMNS.map(([name, , comment]) => `COMMENT ON COLUMN ${table}.${name} IS '${comment}'`),
    `DO $$ DECLARE who text; BEGIN
       FOR who IN ${readGrantees(own)} LOOP EXECUTE 'REVOKE ALL ON ' || ${own} || ' FROM ' || who; END LOOP;
       FOR who IN ${readGrantees(other)} AND privilege_type = 'SELECT' LOOP
         EXECUTE 'GRANT SELECT ON ' || ${own} || ' TO ' || who;
       END LOOP;
     END $$`,
  ];
}

function toRegclass(name: string): string {
  return `${quoteStandardLiteral(name)}::regclass`;
}

/** Roles, as SQL, that have rights on a table which is not theirs. */
function readGrantees(table: string): string {
  return `SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
    FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = ${table} AND grantee <> relowner`;
}

/** Schemas with tables, views or sequences that do not belong to an extension. */
const FILLED_SCHEMAS = `SELECT DISTINCT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')`;

/** Where the session has no schema, as a role that may not use it, whatever there is may be ours. */
const IS_FILLED = `EXISTS (SELECT FROM (${FILLED_SCHEMAS}) filled WHERE nspname = coalesce(current_schema(), nspname))`;

/** The schema of the session has no table and no view. */
export async function isEmpty(query: Query): Promise<boolean> {
  const [row] = await query<{ filled: boolean }>(`SELECT ${IS_FILLED} AS filled`);
  return row?.filled === false;
}

/** Reads; what it may not read, or cannot, it says, and never fails for that reason. */
export async function readDatabaseState(query: Query): Promise<DatabaseState> {
  const [row] = await query<DatabaseStateRow>(
    `SELECT current_database()::text AS database, ${IS_FILLED} AS filled,
            ARRAY(SELECT nspname::text FROM (${FILLED_SCHEMAS}) filled WHERE nspname <> current_schema() ORDER BY 1) AS others,
            CASE WHEN to_regclass(name) IS NOT NULL THEN name END AS environment_table,
            has_table_privilege(to_regclass(name), 'SELECT') AS readable FROM (${ENVIRONMENT_TABLE_NAME}) AS named`,
  );
  const {
    database: databaseName = '',
    filled = true,
    others: otherSchemas = [],
    environment_table: table = null,
    readable,
  } = row ?? {};
  return {
    databaseName,
    empty: !filled,
    otherSchemas,
    environmentRow: await readEnvironmentRow(query, table, readable ?? false),
  };
}

interface DatabaseStateRow {
  readonly database: string;
  readonly filled: boolean;
  readonly others: string[];
  readonly environment_table: string | null;
  readonly readable: boolean | null;
}

/** Looks for the right first: in a transaction an error would be the end of it. */
async function readEnvironmentRow(query: Query, table: string | null, readable: boolean): Promise<EnvironmentRow> {
  if (table === null) return { state: 'unset' };
  if (!readable) return { state: 'unreadable' };
  try {
    const rows = await query<{ environment: string; setAt: Date; packageVersion: string }>(
      `SELECT environment, set_at AS "setAt", package_version AS "packageVersion" FROM ${table} LIMIT 2`,
    );
    const [row, second] = rows;
    return row === undefined || second !== undefined ? { state: 'unset' } : { state: 'set', ...row };
  } catch {
    // Whatever the error is, the database must not count as one of development.
    return { state: 'unreadable' };
  }
}

export interface EnvironmentRowRequest {
  /** `schema.`: where the migrator's tables are. */
  readonly prefix: string;
  /** The migrator's journal as SQL. */
  readonly journal: string;
  /** What the caller knows it to be. */
  readonly environment: string | undefined;
  /** The schema was empty when this transaction began. */
  readonly isNew: boolean;
  /** NODE_ENV in lower case; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The server is this machine. */
  readonly local: boolean;
  readonly packageVersion: string;
}

/**
 * Makes the table where it is missing, and writes what a new database is. In the transaction, and under the lock, of the caller that
 * migrates. A role that may not do so leaves it: then the database is one that does not say what it is.
 */
export async function ensureEnvironmentRow(query: Query, making: EnvironmentRowRequest): Promise<void> {
  const { prefix, journal, packageVersion } = making;
  const table = `${prefix}${ENVIRONMENT_TABLE}`;
  const [found] = await query<{ there: boolean; creates: boolean | null; writes: boolean | null }>(
    `SELECT to_regclass($1) IS NOT NULL AS there, has_schema_privilege(current_schema(), 'CREATE') AS creates,
            has_table_privilege(to_regclass($1), 'SELECT') AND has_table_privilege(to_regclass($1), 'INSERT') AS writes`,
    [table],
  );
  const makes = found?.there === false && found.creates === true;
  if (makes) for (const sql of createEnvironmentTable(table, journal)) await query(sql);
  const environment = chooseEnvironment(making);
  if (environment === undefined || !(makes || found?.writes === true)) return;
  await query(
    `INSERT INTO ${table} (environment, package_version) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM ${table})`,
    [environment, packageVersion],
  );
}

/** Undefined: the environment is unknown, so nothing is written. A database that is older than the row only counts as production. */
function chooseEnvironment({ environment, isNew, nodeEnv, local }: EnvironmentRowRequest): string | undefined {
  if (environment !== undefined) return environment;
  if (!isNew) return nodeEnv === 'production' ? nodeEnv : undefined;
  if (nodeEnv === undefined) return local ? 'development' : undefined;
  return isEnvironmentName(nodeEnv) ? nodeEnv : undefined;
}

/** What a database says of itself cannot be set so. One line: why, and what to do. */
class EnvironmentNotSet extends SharedDbError {
  override readonly name = 'EnvironmentNotSet';
}

/** @throws EnvironmentNotSet when it is no name of an environment */
export function assertEnvironmentName(text: string): void {
  if (isEnvironmentName(text)) return;
  throw new EnvironmentNotSet(
    'An environment is one word of a to z, digits, - and _, in lower case: development, test, staging, production.',
  );
}

/**
 * Writes of which environment the database is. Its name must be given where it must be to destroy something, since that is what
 * this would permit; but anybody may say that it is production.
 *
 * @param query of an open transaction, in which nothing else was done: the caller commits
 * @throws EnvironmentNotSet, ConfirmationNeeded, ConfirmationWrong
 */
export async function setEnvironment(
  query: Query,
  environment: string,
  { packageVersion, ...permission }: Omit<ConfirmationRequest, 'action'> & { readonly packageVersion: string },
): Promise<void> {
  assertEnvironmentName(environment);
  const table = await lockTable(query);
  const tightens = environment === 'production' && permission.confirmedName === undefined;
  if (!tightens) await assertDestructiveActionAllowed(query, { action: `call it ${environment}`, ...permission });
  await query(`DELETE FROM ${table}`);
  await query(`INSERT INTO ${table} (environment, package_version) VALUES ($1, $2)`, [environment, packageVersion]);
}

/** Locks the table until the transaction ends, so that the answer still holds when the row is written. */
async function lockTable(query: Query): Promise<string> {
  const [row] = await query<{ name: string; there: boolean; writes: boolean | null }>(
    `SELECT name, to_regclass(name) IS NOT NULL AS there,
            has_table_privilege(to_regclass(name), 'INSERT') AND has_table_privilege(to_regclass(name), 'DELETE') AS writes
     FROM (${ENVIRONMENT_TABLE_NAME}) AS named`,
  );
  if (row?.there !== true) {
    throw new EnvironmentNotSet(
      'The database has no place yet to say what it is: migration:run makes it, with NODE_ENV as what it says.',
    );
  }
  if (row.writes !== true) {
    throw new EnvironmentNotSet('This role may not write what the database is: use the one that migrates.');
  }
  await query(`LOCK TABLE ${row.name} IN EXCLUSIVE MODE`);
  return row.name;
}
