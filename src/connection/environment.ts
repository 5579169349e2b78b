/** The one place that reads the environment; everything else takes what it needs as parameters. */
import { existsSync } from 'node:fs';
import { formatDatabaseUrl, parseDatabaseUrl } from './database-url.js';
import { readConnectionSource, SOURCE_VARIABLES, type ConnectionSource } from './secrets.js';
import { assertSchemaName, DEFAULT_SCHEMA } from './session-settings.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { OPT_OUTS, type OptOut, type Safety } from './url-policy.js';
import type { VariableName } from './variables.js';

/** Where a command works: a database, and the schema in it. */
export interface DatabaseTarget {
  readonly url: string;
  readonly schema: string;
}

/** What the commands take from outside. docs/reference/environment.md lists the variables. */
export interface Environment {
  /** NODE_ENV in lower case. */
  readonly nodeEnv: string | undefined;
  /** NODE_ENV is neither `development` nor `test`, nor empty. */
  readonly production: boolean;
  readonly safety: Safety;
  /**
   * The database with its password, wherever the environment keeps them. Absent: the embedded server, outside production. A
   * command ends soon: it reads a password that may change once, where a service asks for it (`readConnectionEnvironment`).
   */
  readonly databaseUrl: string | undefined;
  /** MIGRATION_DATABASE_URL; where commands that change the schema go, past a pooler or as another role. Absent: DATABASE_URL. */
  readonly migrationDatabaseUrl: string | undefined;
  /** The schema that holds the tables: `--schema`, else SHARED_DB_SCHEMA, else `public`. */
  readonly schema: string;
  /** PORT of `npm start`. Default 3000. */
  readonly port: number;
  /** DEBUG: errors come with their stack. */
  readonly debug: boolean;
  /** EMBEDDED_POSTGRES_CREATE_USER: as root, create a user `postgres` to run the embedded server. */
  readonly createPostgresUser: boolean;
  /** PG_BIN: the folder of pg_dump and pg_restore; absent: Debian's folders, then PATH. */
  readonly pgBin: string | undefined;
}

/** A variable holds what cannot be used. One line, which names the variable. */
export class EnvironmentError extends SharedDbError {
  override readonly name = 'EnvironmentError';
}

/** Where the embedded server keeps the data of development; ignored by git. */
export const EMBEDDED_FOLDER = '.data/postgres';

/**
 * Reads the environment. Outside production a file `.env` in the working folder fills in what is not set.
 *
 * @param schema what `--schema` says; it goes before the variable
 * @throws EnvironmentError, SchemaNameError
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
    createPostgresUser: flag('EMBEDDED_POSTGRES_CREATE_USER'),
    pgBin: readText('PG_BIN'),
  };
}

/**
 * The database as the environment names it, for `createDataSource`: DATABASE_URL, DATABASE_URL_FILE, or PGHOST and what belongs
 * to it. A password in a file is read again for each new connection, so that it may change while the service runs.
 *
 * @throws EnvironmentError when no source is set; SecretUnavailable, DatabaseUrlError when it cannot be used.
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

/** The environment of a program that uses libpq: ours, with these instead of what libpq would read (but for PGPASSFILE). */
export function readLibpqEnvironment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') || name === 'PGPASSFILE');
  return { ...Object.fromEntries(others), ...variables };
}

/** Is this production, and what did the operator permit there? */
export function readSafety(): Safety {
  const nodeEnv = readNodeEnv();
  const optOuts = (Object.keys(OPT_OUTS) as OptOut[]).filter((name) => readText(name) === '1');
  return { production: isProduction(nodeEnv), nodeEnv, optOuts };
}

/** Shall errors come with their stack (DEBUG)? */
export function readDebug(): boolean {
  return flag('DEBUG');
}

/** Are statements to be logged (SHARED_DB_LOG_SQL)? Never in production, which says so. */
export function readLogSql(): boolean {
  if (!flag('SHARED_DB_LOG_SQL')) return false;
  if (!readSafety().production) return true;
  process.emitWarning('SHARED_DB_LOG_SQL is ignored: production logs no statements.', 'SharedDbWarning');
  return false;
}

/** Names of NODE_ENV that are not production. */
const NOT_PRODUCTION: readonly string[] = ['development', 'test'];

/**
 * Does this NODE_ENV count as production? Every name does that is not `development` or `test`: `prod`, `staging` and a
 * misspelled `production` too, since they may lead to real data. One that is not set, or empty, does not.
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

/** SHARED_DB_CONFIRM_DATABASE: the database in which the operator permits what destroys. */
export function readConfirmedDatabase(): string | undefined {
  return readText('SHARED_DB_CONFIRM_DATABASE');
}

/** The environment of a child process: ours; with a database, that one and no other source, and the name that confirms it. */
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
    'DATABASE_URL is required in production, and by a service everywhere: set it, or DATABASE_URL_FILE or PGHOST, from your secret manager.',
  );
}

/** A password, or the name of a database, may begin or end with a space. */
const EXACT: readonly VariableName[] = ['PGPASSWORD', 'SHARED_DB_CONFIRM_DATABASE'];

function readText(name: VariableName): string | undefined {
  const given = process.env[name];
  const value = EXACT.includes(name) ? given : given?.trim();
  return value === '' ? undefined : value;
}

function flag(name: VariableName): boolean {
  return !['0', 'false', 'no', undefined].includes(readText(name)?.toLowerCase());
}

function parsePort(value: string | undefined): number {
  if (value === undefined) return 3000;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new EnvironmentError('PORT must be a number from 0 to 65535 (0 lets the system choose).');
}
