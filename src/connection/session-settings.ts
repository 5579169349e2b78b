import { quoteIdentifier, quoteStandardLiteral } from '../errors/sql-text.js';
import { describeAddress, type DisplayAddress } from './database-url.js';
import { SharedDbError } from '../errors/shared-db-error.js';

/** Settings of a session by name, with the values that `current_setting` shows. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Time limits of a session, in milliseconds; 0 or absent: no limit. */
export type SessionLimits = Partial<
  Record<'statement_timeout' | 'lock_timeout' | 'idle_in_transaction_session_timeout', number>
>;

export interface SessionOptions {
  /** The only schema in search_path. Default `public`. */
  schema?: string | undefined;
  /** True makes PostgreSQL refuse every write. Default: the setting of the database or role. */
  readOnly?: boolean | undefined;
  limits?: SessionLimits;
}

/**
 * Settings that a database or a role can change with ALTER … SET, and that affect the meaning or the result of statements. Every
 * connection of this package starts with these values, which override those of database and role. `docs/guides/sessions.md` explains
 * the effect of each.
 */
const PINNED: SessionSettings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  timezone_abbreviations: 'Default',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  xmloption: 'content',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  array_nulls: 'on',
  transform_null_equals: 'off',
  quote_all_identifiers: 'off',
  gin_fuzzy_search_limit: '0',
  row_security: 'on',
  exit_on_error: 'off',
  check_function_bodies: 'on',
  default_table_access_method: 'heap',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
};

/** The default limits of a connection: none. */
const NO_LIMITS: SessionSettings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
};

/** Names of the settings that are time limits. */
export const LIMIT_NAMES: readonly string[] = [...Object.keys(NO_LIMITS), 'transaction_timeout'];

/** Settings that older minor or major versions do not know. They are set after connecting, because an unknown one ends the connection. */
export const SET_AFTER_CONNECTING: SessionSettings = {
  // 17 and later.
  transaction_timeout: '0',
  // 16 and later.
  createrole_self_grant: '',
  // 15.8, 16.4 and later.
  restrict_nonsystem_relation_kind: '',
};

/** Returns the settings with which every connection starts. */
export function createSessionSettings({ schema, readOnly, limits = {} }: SessionOptions = {}): SessionSettings {
  const path = { search_path: formatSearchPath(schema) };
  const access = readOnly === true ? { default_transaction_read_only: 'on' } : {};
  return withLimits({ ...PINNED, ...path, ...access }, limits);
}

/** Replaces all limits of the settings by the given ones. */
export function withLimits(settings: SessionSettings, limits: SessionLimits): SessionSettings {
  const given: [string, string][] = Object.entries(limits).map(([name, milliseconds]) => [name, String(milliseconds)]);
  return { ...settings, ...NO_LIMITS, ...Object.fromEntries(given) };
}

/** Quotes a schema for search_path where necessary. */
function formatSearchPath(schema = DEFAULT_SCHEMA): string {
  return /^[a-z_][a-z0-9_$]*$/.test(schema) ? schema : quoteIdentifier(schema);
}

/** Formats the settings as startup options (`options` of node-postgres, PGOPTIONS of libpq). */
export function formatStartupOptions(settings: SessionSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

/** Returns SQL that applies the settings until the transaction ends. */
export function createSetLocalSql(settings: SessionSettings): string {
  const calls = Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config('${name}', ${quoteStandardLiteral(value)}, true)`,
  );
  return `SELECT ${calls.join(', ')}`;
}

/** The default schema. PostgreSQL creates it in every database. */
export const DEFAULT_SCHEMA = 'public';

/** The name of a schema is invalid. The message does not repeat it, because it can be a connection string. */
export class SchemaNameError extends SharedDbError {
  override readonly name = 'SchemaNameError';

  constructor() {
    super(
      'The name of the schema is invalid. It must consist of 1 to 63 lower-case letters, digits and underscores, not begin with a digit or pg_, and not be a keyword of SQL. Example: agent_one',
    );
  }
}

/** The database has no schema of that name. The message, one line, names the command that creates it. */
export class SchemaMissing extends SharedDbError {
  override readonly name = 'SchemaMissing';

  constructor(
    readonly schema: string,
    place: DisplayAddress,
  ) {
    super(
      `The database at ${describeAddress(place)} has no schema ${schema}: run migration:run --schema ${schema}, which creates it, or db:roles --schema ${schema}.`,
    );
  }
}

/**
 * Returns the name if SQL accepts it without quotation marks.
 *
 * @throws SchemaNameError for any other name
 */
export function assertSchemaName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name) && !/^(pg_|information_schema$)/.test(name) && !RESERVED.has(name))
    return name;
  throw new SchemaNameError();
}

/** Keywords that need quotation marks as a name: all but the unreserved ones of PostgreSQL 15 to 18. */
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
