import { addressOf } from '../connection/client-options.js';
import { SchemaMissing } from '../connection/schema-name.js';
import type { Context } from './context.js';
import { MigrationSchemaMissing } from './errors.js';

/**
 * Makes the schema where it is missing, in the transaction of the caller.
 *
 * @throws MigrationSchemaMissing when this role may not
 */
export async function ensureSchema({ connection, schema }: Context): Promise<void> {
  const [row] = await connection.rows<{ exists: boolean; creates: boolean; name: string; role: string }>(
    `SELECT to_regnamespace($1) IS NOT NULL AS exists, has_database_privilege(current_database(), 'CREATE') AS creates,
            current_database() AS name, quote_ident(current_user) AS role`,
    [schema],
  );
  if (row === undefined || row.exists) return;
  if (row.creates) {
    await connection.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    return;
  }
  throw new MigrationSchemaMissing(
    `The database ${JSON.stringify(row.name)} has no schema ${schema}, and the role ${row.role} may not create it`,
    [],
    `run db:roles --schema ${schema} as the owner of the database, or CREATE SCHEMA ${schema} AUTHORIZATION ${row.role}`,
  );
}

/** @throws SchemaMissing */
export async function assertSchemaExists({ connection, schema, dataSource }: Context): Promise<void> {
  const [row] = await connection.rows<{ exists: boolean }>(`SELECT to_regnamespace($1) IS NOT NULL AS exists`, [
    schema,
  ]);
  if (row?.exists === false) throw new SchemaMissing(schema, addressOf(dataSource));
}
