/** The only module that reads the environment. All others take parameters. */
import { existsSync } from 'node:fs';
import { formatDatabaseUrl, parseDatabaseUrl } from './database-url.js';
import { readConnectionSource, SOURCE_VARIABLES, type ConnectionSource } from './secrets.js';
import { assertSchemaName, DEFAULT_SCHEMA } from './session-settings.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { OPT_OUTS, type OptOut, type Safety } from './url-policy.js';
import type { VariableName } from './variables.js';

/** The database and schema of a command. */
export interface DatabaseTarget {
  readonly url: string;
  readonly schema: string;
}

/** The environment of the commands. docs/reference/environment.md lists the variables. */
export interface Environment {
  /** NODE_ENV in lower case. */
  readonly nodeEnv: string | undefined;
  /** NODE_ENV is neither `development` nor `test`, nor empty. */
  readonly production: boolean;
  readonly safety: Safety;
  /**
   * The database with its password, from any of the sources. Undefined only outside production: then commands use the embedded server. A
   * command reads the password once; services read it for each connection (`readConnectionEnvironment`).
   */
  readonly databaseUrl: string | undefined;
  /** MIGRATION_DATABASE_URL: used by commands that change the schema, without a pooler or with another role. Default: `databaseUrl`. */
  readonly migrationDatabaseUrl: string | undefined;
  /** The schema that holds the tables: `--schema`, else SHARED_DB_SCHEMA, else `public`. */
  readonly schema: string;
  /** PORT of `npm start`. Default 3000. */
  readonly port: number;
  /** DEBUG: errors are printed with their stack. */
  readonly debug: boolean;
  /** EMBEDDED_POSTGRES_CREATE_USER: as root, create a user `postgres` to run the embedded server. */
  readonly createPostgresUser: boolean;
  /** PG_BIN: the folder of pg_dump and pg_restore. Default: Debian's folders, then PATH. */
  readonly pgBin: string | undefined;
}

/** A variable is missing or has an invalid value. The message, one line, names the variable. */
export class EnvironmentError extends SharedDbError {
  override readonly name = 'EnvironmentError';
}

/** The folder of the embedded server's data in development. Git ignores it. */
export const EMBEDDED_FOLDER = '.data/postgres';

/**
 * Reads the environment. Outside production, a file `.env` in the working folder provides variables that are not set.
 *
 * @param schema the value of `--schema`, which overrides SHARED_DB_SCHEMA
 * @throws EnvironmentError, SchemaNameError, SecretUnavailable, DatabaseUrlError
 */
export function readEnvironment({ schema }: { schema?: string | undefined } = {}): Environment {
  if (!readSafety().production && existsSync('.env')) process.loadEnvFile('.env');
  const safety = readSafety();
  const source = readConnectionSource(readText);
  if (safety.production && source === undefined) throw createNoSourceError();
  return {
    nodeEnv: readNodeEnv(),
    production: safety.production,
    safety,
    databaseUrl:
      source?.password === undefined ? source?.url : formatDatabaseUrl(parseDatabaseUrl(source.url), source.password()),
    migrationDatabaseUrl: readText('MIGRATION_DATABASE_URL'),
    schema: schema === undefined ? readSchema() : assertSchemaName(schema),
    port: parsePort(readText('PORT')),
    debug: readDebug(),
    createPostgresUser: readFlag('EMBEDDED_POSTGRES_CREATE_USER'),
    pgBin: readText('PG_BIN'),
  };
}

/**
 * Reads the database for `createDataSource` from the environment: from DATABASE_URL, DATABASE_URL_FILE, or PGHOST and its companions. A
 * password in a file is read again for each new connection, so it can change while the service runs.
 *
 * @throws EnvironmentError when no source is set; SecretUnavailable, DatabaseUrlError when it cannot be used
 */
export function readConnectionEnvironment(): ConnectionSource {
  const source = readConnectionSource(readText);
  if (source === undefined) throw createNoSourceError();
  return source;
}

/** Returns TEST_DATABASE_URL, the server of tests; undefined: the embedded one. */
export function readTestDatabaseUrl(): string | undefined {
  return readText('TEST_DATABASE_URL');
}

/** Returns the environment for a program that uses libpq: ours, with these variables instead of all PG* variables except PGPASSFILE. */
export function readLibpqEnvironment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') || name === 'PGPASSFILE');
  return { ...Object.fromEntries(others), ...variables };
}

/** Reads whether this is production, and which safety rules the operator has switched off. */
export function readSafety(): Safety {
  const nodeEnv = readNodeEnv();
  const optOuts = (Object.keys(OPT_OUTS) as OptOut[]).filter((name) => readText(name) === '1');
  return { production: isProduction(nodeEnv), nodeEnv, optOuts };
}

/** Reads DEBUG: errors are printed with their stack. */
export function readDebug(): boolean {
  return readFlag('DEBUG');
}

/** Reads SHARED_DB_LOG_SQL: statements are logged. In production emits a warning and returns false. */
export function readLogSql(): boolean {
  if (!readFlag('SHARED_DB_LOG_SQL')) return false;
  if (!readSafety().production) return true;
  process.emitWarning('SHARED_DB_LOG_SQL is ignored: production logs no statements.', 'SharedDbWarning');
  return false;
}

/** Names of NODE_ENV that are not production. */
const NOT_PRODUCTION: readonly string[] = ['development', 'test'];

/**
 * Returns whether this NODE_ENV counts as production. Every name except `development` and `test` does, also `prod`, `staging` and a
 * misspelled `production`, because their database can contain real data. An undefined or empty NODE_ENV does not.
 */
export function isProduction(nodeEnv: string | undefined): boolean {
  const name = nodeEnv?.trim().toLowerCase() ?? '';
  return name !== '' && !NOT_PRODUCTION.includes(name);
}

/** Completes "refused: …" for a NODE_ENV that counts as production. */
export function describeNodeEnv(nodeEnv: string | undefined): string {
  const name = nodeEnv?.trim().toLowerCase();
  if (name === 'production') return 'NODE_ENV is production';
  return `NODE_ENV is ${JSON.stringify(name)}, which counts as production`;
}

/** NODE_ENV in lower case; undefined when it is not set. */
export function readNodeEnv(): string | undefined {
  return readText('NODE_ENV')?.toLowerCase();
}

/**
 * SHARED_DB_SCHEMA: the schema that holds the tables. Default `public`.
 *
 * @throws SchemaNameError
 */
export function readSchema(): string {
  return assertSchemaName(readText('SHARED_DB_SCHEMA') ?? DEFAULT_SCHEMA);
}

/** SHARED_DB_CONFIRM_DATABASE: the name of the database in which the operator allows destructive actions. */
export function readConfirmedDatabase(): string | undefined {
  return readText('SHARED_DB_CONFIRM_DATABASE');
}

/** Returns the environment for a child process. With a database, its URL and schema replace all other sources. */
export function readEnvironmentWith(database?: DatabaseTarget, confirmedName?: string): NodeJS.ProcessEnv {
  if (database === undefined) return process.env;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !(SOURCE_VARIABLES as readonly string[]).includes(name),
  );
  const confirmed = confirmedName === undefined ? {} : { SHARED_DB_CONFIRM_DATABASE: confirmedName };
  return {
    ...Object.fromEntries(inherited),
    DATABASE_URL: database.url,
    SHARED_DB_SCHEMA: database.schema,
    ...confirmed,
  };
}

function createNoSourceError(): EnvironmentError {
  return new EnvironmentError(
    'DATABASE_URL is not set. Services always need it, commands need it in production: set it, DATABASE_URL_FILE or PGHOST from your secret manager.',
  );
}

/** Variables whose value is not trimmed: a password or a database name can begin or end with a space. */
const UNTRIMMED: readonly VariableName[] = ['PGPASSWORD', 'SHARED_DB_CONFIRM_DATABASE'];

function readText(name: VariableName): string | undefined {
  const given = process.env[name];
  const value = UNTRIMMED.includes(name) ? given : given?.trim();
  return value === '' ? undefined : value;
}

function readFlag(name: VariableName): boolean {
  return !['0', 'false', 'no', undefined].includes(readText(name)?.toLowerCase());
}

function parsePort(value: string | undefined): number {
  if (value === undefined) return 3000;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new EnvironmentError('PORT must be a number from 0 to 65535 (0 lets the system choose).');
}
