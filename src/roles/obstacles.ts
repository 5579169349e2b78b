import type { Difference } from '../schema/diff.js';
import type { Query } from '../schema/snapshot.js';
import { ROLE_NAMES } from './roles.js';

/** What has to be done, by what it needs. */
export interface Work {
  readonly roles: readonly Difference[];
  readonly owners: readonly Difference[];
  readonly rights: readonly Difference[];
}

/** Who is asked to do it. Names as SQL has them. */
export interface Worker {
  readonly name: string;
  readonly superuser: boolean;
  readonly createrole: boolean;
  readonly version: number;
  /** May act as the role `owner` already. */
  readonly isOwner: boolean;
  readonly ownsDatabase: boolean;
  readonly databaseOwner: string;
  readonly schema: string;
  /** Or, where there is no such schema, may make it. */
  readonly ownsSchema: boolean;
  readonly schemaOwner: string;
  /** Our roles that exist and that it may not administer. */
  readonly withoutAdmin: readonly string[];
  /** Owners of objects in our schema whom it may not act as. */
  readonly strangers: readonly string[];
}

const workerSql = (schema: string): string => `
SELECT quote_ident(current_user) AS name, me.rolsuper AS superuser, me.rolcreaterole AS createrole,
  current_setting('server_version_num')::int / 10000 AS version,
  coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = 'owner'), false) AS "isOwner",
  pg_has_role(current_user, datdba, 'USAGE') AS "ownsDatabase", quote_ident(pg_get_userbyid(datdba)) AS "databaseOwner",
  '${schema}' AS schema, coalesce(pg_has_role(current_user, nspowner, 'USAGE'), pg_has_role(current_user, datdba, 'USAGE')) AS "ownsSchema",
  quote_ident(pg_get_userbyid(coalesce(nspowner, datdba))) AS "schemaOwner",
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname IN (${ROLE_NAMES.map((name) => `'${name}'`).join(', ')})
        AND NOT pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION') ORDER BY 1) AS "withoutAdmin",
  ARRAY(SELECT DISTINCT quote_ident(pg_get_userbyid(relowner)) FROM pg_class
        WHERE relnamespace = nsp.oid AND relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT pg_has_role(current_user, relowner, 'USAGE')
          AND pg_get_userbyid(relowner) <> 'owner') AS strangers
FROM pg_database CROSS JOIN pg_roles me LEFT JOIN pg_namespace nsp ON nspname = '${schema}'
WHERE datname = current_database() AND me.rolname = current_user`;

export async function readWorker(query: Query, schema: string): Promise<Worker> {
  const [worker] = (await query(workerSql(schema))) as [Worker];
  return worker;
}

/** What the work needs that this user lacks, each in words with the way out; none when it can be tried. */
export function obstacles(worker: Worker, { roles, owners, rights }: Work): string[] {
  if (worker.superuser) return [];
  const { name, databaseOwner, schemaOwner } = worker;
  const elevated = roles.find(({ object }) => / (SUPERUSER|REPLICATION|BYPASSRLS|CREATEDB)$/.test(object));
  const unknown = worker.version < 16 ? [] : worker.withoutAdmin.filter((role) => concerns(role, roles));
  const database = rights.some(({ object }) => object.includes(' ON DATABASE '));
  const schema =
    rights.some(({ object }) => object.includes(' ON SCHEMA ')) ||
    owners.some(({ object }) => object.startsWith('schema '));
  return [
    ...(roles.length > 0 && !worker.createrole ? [`${name} has no CREATEROLE (ALTER ROLE ${name} CREATEROLE)`] : []),
    ...(elevated ? [`only a superuser may change that ${elevated.sentence}`] : []),
    ...(worker.createrole && unknown.length > 0
      ? [`${name} did not make ${unknown.join(', ')} (GRANT ${unknown.join(', ')} TO ${name} WITH ADMIN OPTION)`]
      : []),
    ...(database && !worker.ownsDatabase ? [`the database belongs to ${databaseOwner}, not to ${name}`] : []),
    ...(schema && !worker.ownsSchema ? [`the schema ${worker.schema} belongs to ${schemaOwner}, not to ${name}`] : []),
    ...(owners.length > 0 && worker.strangers.length > 0
      ? [`tables belong to ${worker.strangers.join(', ')} (GRANT ${worker.strangers.join(', ')} TO ${name})`]
      : []),
  ];
}

function concerns(role: string, differences: readonly Difference[]): boolean {
  return differences.some(({ repair = '' }) => new RegExp(`\\b${role}\\b`).test(repair));
}
