import { createMarkerTable, isEnvironmentName, MARKER_TABLE, type Query } from './marker.js';

export interface Making {
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
 * Makes the table where it is missing, and writes what a new database is. In the transaction, and under the lock, of whoever
 * migrates. A role that may not do so leaves it: then the database is one that does not say what it is.
 */
export async function keepMarker(query: Query, making: Making): Promise<void> {
  const { prefix, journal, packageVersion } = making;
  const table = `${prefix}${MARKER_TABLE}`;
  const [found] = await query<{ there: boolean; creates: boolean | null; writes: boolean | null }>(
    `SELECT to_regclass($1) IS NOT NULL AS there, has_schema_privilege(current_schema(), 'CREATE') AS creates,
            has_table_privilege(to_regclass($1), 'SELECT') AND has_table_privilege(to_regclass($1), 'INSERT') AS writes`,
    [table],
  );
  const makes = found?.there === false && found.creates === true;
  if (makes) for (const sql of createMarkerTable(table, journal)) await query(sql);
  const environment = environmentOf(making);
  if (environment === undefined || !(makes || found?.writes === true)) return;
  await query(
    `INSERT INTO ${table} (environment, package_version) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM ${table})`,
    [environment, packageVersion],
  );
}

/** Undefined: nobody knows, so nothing is written. One that was made before it could be said is only taken for production. */
function environmentOf({ environment, isNew, nodeEnv, local }: Making): string | undefined {
  if (environment !== undefined) return environment;
  if (!isNew) return nodeEnv === 'production' ? nodeEnv : undefined;
  if (nodeEnv === undefined) return local ? 'development' : undefined;
  return isEnvironmentName(nodeEnv) ? nodeEnv : undefined;
}
