import type { Query } from '../../connection/database-access.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { quoteStandardLiteral } from '../../errors/sql-text.js';
import { assertDestructiveActionAllowed, type ConfirmationRequest } from './guard.js';

/** The environment recorded in a database. `unset`: the table is missing, or does not have exactly one row. */
export type EnvironmentRow =
  | { readonly state: 'set'; readonly environment: string; readonly setAt: Date; readonly packageVersion: string }
  | { readonly state: 'unreadable' }
  | { readonly state: 'unset' };

/** The state of a database that decides whether a destructive action is allowed. */
export interface DatabaseState {
  readonly databaseName: string;
  /** The schema has no table and no view. */
  readonly empty: boolean;
  /** Names of other schemas that have tables or views. */
  readonly otherSchemas: readonly string[];
  readonly environmentRow: EnvironmentRow;
}

const ENVIRONMENT_TABLE = 'database_environment';

/** Selects `name`: the quoted name of the table in the current schema, whether or not the table exists; null without a schema. */
const ENVIRONMENT_TABLE_NAME = `SELECT quote_ident(current_schema()) || '.${ENVIRONMENT_TABLE}' AS name`;

/** The form of environment names, also the CHECK of the table. Other values of NODE_ENV are not written to it. */
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
 * Returns the statements that create the table. They revoke the default privileges: only the owner writes to this table, and the
 * roles that can read the journal can read it.
 *
 * @param table quoted, with its schema; so is `journal`
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

/** Without a current schema, because the role lacks USAGE on it, tables of any schema count. */
const IS_FILLED = `EXISTS (SELECT FROM (${FILLED_SCHEMAS}) filled WHERE nspname = coalesce(current_schema(), nspname))`;

/** Returns whether the current schema has no table and no view. */
export async function isEmpty(query: Query): Promise<boolean> {
  const [row] = await query<{ filled: boolean }>(`SELECT ${IS_FILLED} AS filled`);
  return row?.filled === false;
}

/** Reads the state. An environment row that the role cannot read is reported as `unreadable`, not as an error. */
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

/** Reads the row only with the privilege to do so, because an error would abort the caller's transaction. */
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
    // After any error, the database must not count as development.
    return { state: 'unreadable' };
  }
}

export interface EnvironmentRowRequest {
  /** `schema.` of the migrator's tables, quoted. */
  readonly prefix: string;
  /** The table of the migrator's journal, quoted. */
  readonly journal: string;
  /** The environment, if the caller knows it. */
  readonly environment: string | undefined;
  /** The schema was empty when this transaction began. */
  readonly isNew: boolean;
  /** NODE_ENV in lower case; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The server runs on this machine. */
  readonly local: boolean;
  readonly packageVersion: string;
}

/**
 * Creates the table if it is missing, and records the environment of a new database. Call it in the transaction, and under the lock, of
 * the migrator. Does nothing when the role lacks the privileges; the environment then stays unset.
 */
export async function ensureEnvironmentRow(query: Query, request: EnvironmentRowRequest): Promise<void> {
  const { prefix, journal, packageVersion } = request;
  const table = `${prefix}${ENVIRONMENT_TABLE}`;
  const [found] = await query<{ there: boolean; creates: boolean | null; writes: boolean | null }>(
    `SELECT to_regclass($1) IS NOT NULL AS there, has_schema_privilege(current_schema(), 'CREATE') AS creates,
            has_table_privilege(to_regclass($1), 'SELECT') AND has_table_privilege(to_regclass($1), 'INSERT') AS writes`,
    [table],
  );
  const shouldCreate = found?.there === false && found.creates === true;
  if (shouldCreate) for (const sql of createEnvironmentTable(table, journal)) await query(sql);
  const environment = chooseEnvironment(request);
  if (environment === undefined || !(shouldCreate || found?.writes === true)) return;
  await query(
    `INSERT INTO ${table} (environment, package_version) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM ${table})`,
    [environment, packageVersion],
  );
}

/** Returns undefined when the environment is unknown; then nothing is written. In an older database NODE_ENV counts only as production. */
function chooseEnvironment({ environment, isNew, nodeEnv, local }: EnvironmentRowRequest): string | undefined {
  if (environment !== undefined) return environment;
  if (!isNew) return nodeEnv === 'production' ? nodeEnv : undefined;
  if (nodeEnv === undefined) return local ? 'development' : undefined;
  return isEnvironmentName(nodeEnv) ? nodeEnv : undefined;
}

/** The environment of a database cannot be set. */
class EnvironmentNotSet extends SharedDbError {
  override readonly name = 'EnvironmentNotSet';
}

/** @throws EnvironmentNotSet when the text is not a valid name of an environment */
export function assertEnvironmentName(text: string): void {
  if (isEnvironmentName(text)) return;
  throw new EnvironmentNotSet(
    'The name of an environment consists of a to z, digits, - and _: for instance development, test, staging, production.',
  );
}

/**
 * Records the environment of the database. Needs the same confirmation as a destructive action, because the new value can allow such
 * actions; only `production` needs none.
 *
 * @param query of an open transaction without earlier statements; the caller commits
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
  if (!tightens)
    await assertDestructiveActionAllowed(query, { action: `set the environment to ${environment}`, ...permission });
  await query(`DELETE FROM ${table}`);
  await query(`INSERT INTO ${table} (environment, package_version) VALUES ($1, $2)`, [environment, packageVersion]);
}

/** Locks the table until the transaction ends, so that the row cannot change between the check and the write. */
async function lockTable(query: Query): Promise<string> {
  const [row] = await query<{ name: string; there: boolean; writes: boolean | null }>(
    `SELECT name, to_regclass(name) IS NOT NULL AS there,
            has_table_privilege(to_regclass(name), 'INSERT') AND has_table_privilege(to_regclass(name), 'DELETE') AS writes
     FROM (${ENVIRONMENT_TABLE_NAME}) AS named`,
  );
  if (row?.there !== true) {
    throw new EnvironmentNotSet(
      'The database has no table for its environment yet. Run migration:run, which creates it and records NODE_ENV.',
    );
  }
  if (row.writes !== true) {
    throw new EnvironmentNotSet('This role cannot write the environment of the database. Use the role that migrates.');
  }
  await query(`LOCK TABLE ${row.name} IN EXCLUSIVE MODE`);
  return row.name;
}
