/** The one place that reads the environment; everything else takes what it needs as parameters. */
import { existsSync } from 'node:fs';
import { SharedDbError } from './shared-db-error.js';

/** What the commands take from outside. `.env.example` lists the variables. */
export interface Environment {
  /** NODE_ENV; `production` forbids the embedded server and sample data. */
  readonly nodeEnv: string | undefined;
  readonly production: boolean;
  /** DATABASE_URL; absent: the embedded server, outside production. */
  readonly databaseUrl: string | undefined;
  /** MIGRATION_DATABASE_URL; where commands that change the schema go, past a pooler or as another role. Absent: DATABASE_URL. */
  readonly migrationDatabaseUrl: string | undefined;
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
 * @throws EnvironmentError
 */
export function readEnvironment(): Environment {
  if (process.env.NODE_ENV !== 'production' && existsSync('.env')) process.loadEnvFile('.env');
  const nodeEnv = text('NODE_ENV');
  const production = nodeEnv === 'production';
  const databaseUrl = text('DATABASE_URL');
  if (production && databaseUrl === undefined) {
    throw new EnvironmentError(
      'DATABASE_URL is required when NODE_ENV is production: set it from your secret manager.',
    );
  }
  return {
    nodeEnv,
    production,
    databaseUrl,
    migrationDatabaseUrl: text('MIGRATION_DATABASE_URL'),
    port: portOf(text('PORT')),
    debug: flag('DEBUG'),
    createPostgresUser: flag('EMBEDDED_POSTGRES_CREATE_USER'),
    pgBin: text('PG_BIN'),
  };
}

/** The environment of a child process: ours, with these variables added. */
export function environmentWith(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...variables };
}

/** The environment of a program that uses libpq: ours, with these instead of what libpq would read (but for PGPASSFILE). */
export function environmentForLibpq(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') || name === 'PGPASSFILE');
  return { ...Object.fromEntries(others), ...variables };
}

function text(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
}

function flag(name: string): boolean {
  return !['0', 'false', 'no', undefined].includes(text(name)?.toLowerCase());
}

function portOf(value: string | undefined): number {
  if (value === undefined) return 3000;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new EnvironmentError('PORT must be a number from 0 to 65535 (0 lets the system choose).');
}
