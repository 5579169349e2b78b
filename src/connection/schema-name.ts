import { describeAddress, type Place } from './database-url.js';
import { SharedDbError } from '../errors/shared-db-error.js';

/** The schema that is used where nobody names one: the one that PostgreSQL makes with every database. */
export const DEFAULT_SCHEMA = 'public';

/** The name of a schema cannot be used. One line, without the name: somebody may have given a connection string instead. */
export class SchemaNameError extends SharedDbError {
  override readonly name = 'SchemaNameError';

  constructor() {
    super(
      'The name of the schema cannot be used: give 1 to 63 lower-case letters, digits and underscores that do not begin with a digit or with pg_ and are no keyword of SQL (agent_one).',
    );
  }
}

/** The database has no schema of that name. One line: which, and what makes it. */
export class SchemaMissing extends SharedDbError {
  override readonly name = 'SchemaMissing';

  constructor(
    readonly schema: string,
    place: Place,
  ) {
    super(
      `The database at ${describeAddress(place)} has no schema ${schema}: run migration:run --schema ${schema}, which creates it, or db:roles --schema ${schema}.`,
    );
  }
}

/**
 * The name of a schema that SQL takes without quotation marks, so that it reads the same everywhere.
 *
 * @throws SchemaNameError for any other
 */
export function assertSchemaName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name) && !/^(pg_|information_schema$)/.test(name) && !RESERVED.has(name))
    return name;
  throw new SchemaNameError();
}

/** Words that are no name without quotation marks: every keyword but the unreserved, of PostgreSQL 15 to 18. */
const RESERVED: ReadonlySet<string> = new Set(
  `
  all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case
  cast char character check coalesce collate collation column concurrently constraint create cross current_catalog
  current_date current_role current_schema current_time current_timestamp current_user dec decimal default
  deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant
  greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join
  json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize
  json_table json_value lateral leading least left like limit localtime localtimestamp merge_action national
  natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
  placing position precision primary real references returning right row select session_user setof similar
  smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true
  union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
`
    .trim()
    .split(/\s+/),
);
